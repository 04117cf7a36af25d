"""What a server that a URL names is told of the user: a key only where its variable was named."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
OF_OPENAI = {name: f"secret-{name}" for name in ("OPENAI_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID")}
CHUNK = {
    "id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m",
    "choices": [{"index": 0, "delta": {"content": "- a"}, "finish_reason": "stop"}],
}  # fmt: skip


@contextmanager
def listening() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A server that answers "- a"; gives its address, and the headers of each request, their names in lower case."""
    got: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("application/json", json.dumps({"object": "list", "data": [{"id": "m", "object": "model"}]}))

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._answer("text/event-stream", f"data: {json.dumps(CHUNK)}\n\ndata: [DONE]\n\n")

        def _answer(self, kind: str, content: str) -> None:
            got.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(content.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", got
        server.shutdown()


def test_a_server_is_told_nothing_of_an_account_elsewhere(run_module: Run) -> None:
    with listening() as (url, got):
        done = run_module("training", "chat", url, "it hurts", **OF_OPENAI)
    assert (done.returncode, done.stdout) == (0, "- a\n"), done.stderr
    assert len(got) == 2
    assert "secret" not in json.dumps(got)


def test_a_server_gets_the_key_whose_variable_is_named(run_module: Run) -> None:
    with listening() as (url, got):
        done = run_module("training", "chat", url, "hi", "--api-key-env", "ITS_KEY", ITS_KEY="of-this-one", **OF_OPENAI)
    assert done.returncode == 0, done.stderr
    assert [headers["authorization"] for headers in got] == ["Bearer of-this-one"] * 2


def test_a_key_that_is_missing_is_one_message_and_nothing_is_sent(run_module: Run) -> None:
    with listening() as (url, got):
        done = run_module("training", "chat", url, "hi", "--api-key-env", "ITS_KEY", ITS_KEY="")
    assert done.returncode == 2
    assert "the environment variable ITS_KEY is not set" in done.stderr
    assert "Traceback" not in done.stderr
    assert got == []


@pytest.mark.parametrize("model", ["nowhere", "configs"])
def test_a_model_on_this_machine_takes_no_key(run_module: Run, root: Path, model: str) -> None:
    done = run_module("training", "chat", root / model, "hi", "--api-key-env", "ITS_KEY", ITS_KEY="a-key")
    assert done.returncode == 2
    assert "--api-key-env" in done.stderr
    assert "only the URL of a server" in done.stderr
