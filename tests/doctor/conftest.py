"""A server on loopback that answers for a provider's list of models in many ways, and programs that are none."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

KEY = "sk-doctor-7c1e5b90d2"
LIST = {"object": "list", "data": [{"id": "outliner-1"}, {"id": "outliner-2"}]}


class Provider:
    """What the server answers with, and what it was sent."""

    def __init__(self) -> None:
        self.status, self.content, self.seconds, self.location = 200, LIST, 0.0, ""
        self.keys: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            key = self.headers.get("Authorization", "")
            provider.keys.append(key)
            time.sleep(provider.seconds)
            refused = provider.status == 200 and key != f"Bearer {KEY}"
            content: Any = {"error": f"the key {key} is not known"} if refused else provider.content
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(401 if refused else provider.status)
            if provider.location:
                self.send_header("Location", provider.location)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            pass

    return Handler


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.close()


@pytest.fixture
def other() -> Iterator[Provider]:
    """A second host, which must never see the key."""
    provider = Provider()
    yield provider
    provider.close()


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Put a shell script of this name on an otherwise empty PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def put(name: str, script: str) -> None:
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)

    return put
