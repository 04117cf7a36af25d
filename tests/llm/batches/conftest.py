"""A server with a batch API, and a client of it that works on the test's journal."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks.teacher_server import ChatServer
from benchmarks.teacher_server.batches import BatchRules
from llm import Endpoint, Journal
from llm.batches import BatchClient
from llm.redact import Redactor
from llm.request import Request
from settings import read_jsonl
from tests.llm.conftest import KEY, question

Use = Callable[..., list[dict[str, Any]]]


def questions(count: int) -> list[Request]:
    return [question(f"f{number}", f"case {number}") for number in range(count)]


@pytest.fixture
def server() -> Iterator[ChatServer]:
    server = ChatServer(batches=BatchRules(seconds=0.05)).start()
    yield server
    server.stop()


def rules(server: ChatServer, **changes: Any) -> None:
    server.batches.rules = BatchRules(**{"seconds": 0.05, **changes})


async def ask(client: BatchClient, requests: Sequence[Request]) -> None:
    """Send what is not under way already, and wait for all."""
    await client.take_up()
    for request in requests:
        if request.fingerprint not in client.asked:
            client.add(request, worst=0.001)
    await client.send()
    await client.finish(lambda ended, total: None)


@pytest.fixture
def use(endpoint: Endpoint, tmp_path: Path) -> Use:
    """Run a coroutine function on a client of the test's journal and return the journal's lines."""

    def use(run, *given: Any, requests: int = 100, megabytes: float = 1, **changes: Any) -> list[dict[str, Any]]:
        async def go() -> None:
            changed = endpoint.model_copy(update=changes)
            limits = {"requests": requests, "megabytes": megabytes, "poll": 0.02}
            with Journal(tmp_path / "journal.jsonl", 5, Redactor([KEY])) as journal:
                async with BatchClient(changed, journal, KEY, folder=tmp_path / "batches", **limits) as client:
                    await run(client, *given)

        asyncio.run(go())
        return read_jsonl(tmp_path / "journal.jsonl")

    return use
