"""Batches through a real loopback server: what is sent, what is recorded, and what a kill leaves."""

import asyncio
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks.teacher_server import Act, ChatServer
from benchmarks.teacher_server.batches import BatchRules
from llm import Endpoint, Journal
from llm.batches import BatchClient
from llm.client import ChatClient
from llm.redact import Redactor
from llm.request import Request
from settings import UserError, read_jsonl
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


def test_each_answer_is_recorded_with_the_question_that_it_answers(server: ChatServer, use: Use) -> None:
    server.script = lambda seen, times: Act(content=f"answer to {seen.text}")
    lines = use(ask, questions(20))
    answers = {line["fingerprint"]: line["response"]["choices"][0]["message"]["content"] for line in lines}
    assert answers == {f"f{number}": f"answer to case {number}" for number in range(20)}
    assert {line["subject"] for line in lines} == {f"row f{number}" for number in range(20)}
    assert lines[0]["usage"] == {"requests": 1, "prompt": 100, "cached": 60, "completion": 20}


def test_a_line_of_the_journal_is_what_a_single_request_leaves(
    server: ChatServer, use: Use, endpoint: Endpoint, tmp_path: Path
) -> None:
    async def single() -> None:
        with Journal(tmp_path / "single.jsonl", 5) as journal:
            async with ChatClient(endpoint, journal, KEY) as client:
                await client.complete(question("f0", "case 0"))

    asyncio.run(single())
    (line,) = use(ask, questions(1))
    (expected,) = read_jsonl(tmp_path / "single.jsonl")
    assert line | {"seconds": 0} == expected | {"seconds": 0, "batch": "batch_1"}


def test_a_body_is_what_a_single_request_sends(
    server: ChatServer, use: Use, endpoint: Endpoint, tmp_path: Path
) -> None:
    bodies = []
    server.script = lambda seen, times: bodies.append(seen.body) or Act()

    async def single() -> None:
        changed = endpoint.model_copy(update={"extra": {"top_p": 0.5}, "temperature": 0.3})
        with Journal(tmp_path / "single.jsonl", 5) as journal:
            async with ChatClient(changed, journal, KEY) as client:
                await client.complete(question("f0", "case 0"))

    asyncio.run(single())
    use(ask, questions(1), extra={"top_p": 0.5}, temperature=0.3)
    assert len(bodies) == 2
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize(("limits", "batches"), [({"requests": 8}, 3), ({"megabytes": 0.001}, 4)])
def test_a_batch_keeps_within_its_limits(server: ChatServer, use: Use, limits: dict[str, float], batches: int) -> None:
    lines = use(ask, questions(20), **limits)
    assert len({line["batch"] for line in lines}) >= batches
    assert len(lines) == 20


def test_lines_that_fail_are_recorded_with_their_error_and_are_not_final_at_once(server: ChatServer, use: Use) -> None:
    rules(server, line_failures=1.0)

    async def twice(client: BatchClient) -> None:
        await ask(client, questions(2))
        assert client.answers.final("f0") is None
        await ask(client, questions(2))
        failure = client.answers.final("f0")
        assert failure is not None
        assert (failure.status, failure.retriable) == (500, True)

    lines = use(twice, attempts=2)
    assert [line["attempt"] for line in lines] == [1, 1, 2, 2]
    assert all(line["error"].startswith("HTTP 500") and line["usage"] is None for line in lines)


@pytest.mark.parametrize("end", ["expired", "cancelled"])
def test_what_a_batch_did_before_its_end_is_used_and_the_rest_is_not_lost(
    server: ChatServer, use: Use, end: str
) -> None:
    rules(server, end="expired", seconds=0.4) if end == "expired" else rules(server, seconds=2)

    async def run(client: BatchClient) -> None:
        if end == "cancelled":
            for request in questions(20):
                client.add(request, worst=0)
            (batch,) = await client.send()
            while (await client._openai.batches.retrieve(str(batch.batch_id))).status == "validating":
                await asyncio.sleep(0.02)
            await client._openai.batches.cancel(str(batch.batch_id))
        await ask(client, questions(20))

    lines = use(run)
    answered = [line for line in lines if line["error"] is None]
    assert 0 < len(answered) < 20
    assert len(lines) == 20
    assert server.answered == len(answered)
    assert all(f"batch_{end}" in line["error"] for line in lines if line["error"])


def test_requests_that_no_line_speaks_of_are_failed(server: ChatServer, use: Use) -> None:
    rules(server, silent=1.0)
    (line,) = use(ask, questions(1))
    assert line["error"] == "the batch is completed, and nothing came of this request"


@pytest.mark.parametrize(
    ("status", "count", "message"), [(401, 2, "refused the API key"), (400, 8, "called the first 8 requests wrong")]
)
def test_lines_that_say_that_every_request_would_fail_end_the_run(
    server: ChatServer, use: Use, tmp_path: Path, status: int, count: int, message: str
) -> None:
    rules(server, line_failures=1.0, line_status=status)
    with pytest.raises(UserError, match=message):
        use(ask, questions(count))
    lines = read_jsonl(tmp_path / "journal.jsonl")
    assert len(lines) == count
    assert all(line["error"].startswith(f"HTTP {status}") for line in lines)


def test_a_batch_that_is_refused_ends_with_its_first_error(server: ChatServer, use: Use, tmp_path: Path) -> None:
    rules(server, end="failed")
    with pytest.raises(UserError, match="refused the batch batch_1 as a whole: the batch failed"):
        use(ask, questions(3))
    rules(server)
    assert len(use(ask, questions(3))) == 3
    assert not (tmp_path / "batches").exists()


FAULTS = {
    "429": Act(status=429, headers={"Retry-After": "0"}, raw="slow down"),
    "500": Act(status=500, raw="oops"),
    "reset": Act(reset=True),
}
CALLS = (
    "POST /v1/files",
    "POST /v1/batches",
    "GET /v1/batches/{id}",
    "GET /v1/files/{id}/content",
)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", CALLS)
def test_a_call_that_fails_is_made_again_and_nothing_is_paid_twice(
    server: ChatServer, use: Use, call: str, fault: str
) -> None:
    """A reset comes after the server did what it was asked for: the batch may exist already."""
    server.call_script = lambda name, times: FAULTS[fault] if name == call and times <= 2 else Act()
    lines = use(ask, questions(5))
    assert server.calls[call] >= 3 or (call, fault) == ("POST /v1/batches", "reset")
    assert [line["error"] for line in lines] == [None] * 5
    assert server.answered == 5


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, "refused the API key of TEACHER_KEY"),
        (404, "does not know what is needed to upload a batch"),
        (500, "to upload a batch failed: HTTP 500"),
    ],
)
def test_a_call_that_is_refused_ends_with_one_message(server: ChatServer, use: Use, status: int, message: str) -> None:
    server.call_script = lambda name, times: Act(status=status, raw=f"no {KEY}")
    with pytest.raises(UserError, match=message) as error:
        use(ask, questions(1))
    assert KEY not in str(error.value)


@pytest.mark.parametrize(
    ("call", "times"),
    [
        ("POST /v1/files", 1),
        ("POST /v1/batches", 1),
        ("GET /v1/batches/{id}", 1),
        ("GET /v1/files/{id}/content", 1),
        ("GET /v1/files/{id}/content", 2),
    ],
)
def test_a_run_that_ended_in_any_call_is_taken_up_and_pays_nothing_twice(
    server: ChatServer, use: Use, tmp_path: Path, call: str, times: int
) -> None:
    """The server does what it is asked for, and nobody is left to hear of it; the last call is for the errors' file."""
    rules(server, line_failures=0.4)
    server.call_script = lambda name, number: Act(hang=(name, number) == (call, times))

    async def cut_off(client: BatchClient) -> None:
        task = asyncio.create_task(ask(client, questions(12)))
        while server.calls[call] < times:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    use(cut_off)
    lines = use(ask, questions(12) if call == "POST /v1/files" else [])
    assert {line["fingerprint"] for line in lines} == {f"f{number}" for number in range(12)}
    assert len(lines) == 12
    assert server.answered == sum(line["error"] is None for line in lines)
    assert 0 < server.answered < 12
    assert server.calls["POST /v1/batches"] == 1
    assert not (tmp_path / "batches").exists()


def test_the_key_is_in_no_file(server: ChatServer, use: Use, tmp_path: Path) -> None:
    server.script = lambda seen, times: Act(content=f"your key is {KEY}")
    rules(server, line_failures=0.5)

    async def leave(client: BatchClient) -> None:
        for request in questions(8):
            client.add(request, worst=0)
        await client.send()

    use(leave)
    forms = KEY.encode(), json.dumps(KEY)[1:-1].encode()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 4
    use(ask, [])
    for path in [*files, tmp_path / "journal.jsonl"]:
        content = path.read_bytes() if path.exists() else b""
        assert not any(form in content for form in forms)
    assert b"[redacted]" in (tmp_path / "journal.jsonl").read_bytes()


def test_batches_of_another_provider_are_not_given_up_silently(server: ChatServer, use: Use, tmp_path: Path) -> None:
    async def leave(client: BatchClient) -> None:
        client.add(question("f0"), worst=0)
        await client.send()

    use(leave)
    with pytest.raises(UserError, match="a batch is under way at"):
        use(ask, [], base_url="http://127.0.0.1:9/v1")
    assert os.listdir(tmp_path / "batches")
