"""A server, a journal and a client that talks to it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.teacher_server import ChatServer
from llm import Endpoint, Journal
from llm.client import ChatClient
from llm.redact import Redactor
from llm.request import Reply, Request

KEY = 'sk-test-"quoted"-5f2b9c'


def question(fingerprint: str, text: str = "hello") -> Request:
    return Request(fingerprint, subject=f"row {fingerprint}", turn=1, messages=[{"role": "user", "content": text}])


@pytest.fixture
def server() -> Iterator[ChatServer]:
    server = ChatServer().start()
    yield server
    server.stop()


@pytest.fixture
def endpoint(server: ChatServer) -> Endpoint:
    return Endpoint.model_validate(
        {
            "base_url": server.url,
            "model": "teacher",
            "api_key_env": "TEACHER_KEY",
            "temperature": 0,
            "max_tokens": 64,
            "extra": {},
            "concurrency": 4,
            "requests_per_minute": None,
            "tokens_per_minute": None,
            "max_cost": None,
            "timeout": 5,
            "attempts": 3,
            "first_wait": 0.01,
            "longest_wait": 0.05,
            "prices": {"date": "2025-01-01", "input": 1, "cached_input": 0.1, "output": 2},
        }
    )


@pytest.fixture
def ask(endpoint: Endpoint, tmp_path: Path):
    """Ask one question with changed settings of the endpoint, on the test's journal."""

    async def ask(fingerprint: str = "f", text: str = "hello", **changes: Any) -> Reply:
        with Journal(tmp_path / "journal.jsonl", 5, Redactor([KEY])) as journal:
            async with ChatClient(endpoint.model_copy(update=changes), journal, KEY) as client:
                return await client.complete(question(fingerprint, text))

    return ask
