"""A way to ask the server without a client library, so that what is on the wire is what a test sees."""

import http.client
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from benchmarks.teacher_server import ChatServer, Fates, Shares
from benchmarks.teacher_server.batches import BatchRules
from benchmarks.teacher_server.capacity import Capacity

REPLY = (
    "this rash comes from the cheap metal of your new belt please wear the buckle over the shirt for now apply "
    "hydrocortisone cream 1 percent twice daily for 7 days and do not scratch the skin if blisters spread towards "
    "the back come to the clinic and we will test you for nickel"
)


def messages(reply: str = REPLY, *repairs: str) -> list[dict[str, str]]:
    """Return a request as the shipped prompts make it, then answers that were refused with their findings."""
    said = [
        {"role": "system", "content": "You rewrite a doctor's reply as an outline."},
        {"role": "user", "content": f"Patient (low severity): a rash\n\nDoctor's reply:\n{reply}\n"},
    ]
    for answer in repairs:
        said += [{"role": "assistant", "content": answer}, {"role": "user", "content": "it breaks these rules: all"}]
    return said


class Wire:
    """One server and requests to it, each on a connection of its own."""

    def __init__(self, server: ChatServer) -> None:
        self.server = server

    def send(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], str]:
        """Return status, headers (names in lower case) and body; connection errors and time-outs go through."""
        connection = http.client.HTTPConnection(urlsplit(self.server.url).netloc, timeout=2)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            lower = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, lower, answer.read().decode()
        finally:
            connection.close()

    def ask(self, said: list[dict[str, str]] | None = None, key: str = "k") -> tuple[int, dict[str, str], str]:
        body = json.dumps({"model": "teacher", "messages": said or messages()}).encode()
        return self.send("POST", "/v1/chat/completions", body, Authorization=f"Bearer {key}")

    def get(self, path: str) -> Any:
        status, _, body = self.send("GET", path)
        assert status == 200, body
        return json.loads(body)


@pytest.fixture
def serve() -> Iterator[Callable[..., Wire]]:
    """Start a server with shares of faults, or with the keywords of `ChatServer`."""
    servers: list[ChatServer] = []

    def serve(
        script: Any = None, capacity: Capacity | None = None, batches: BatchRules | None = None, **shares: float
    ) -> Wire:
        server = ChatServer(script or Fates(shares=Shares(**shares)), capacity, batches).start()
        servers.append(server)
        return Wire(server)

    yield serve
    for server in servers:
        server.stop()
