"""Batches through a real loopback server: what is sent, and what is recorded of each answer."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.teacher_server import Act, ChatServer
from llm import Endpoint, Journal
from llm.batches import BatchClient
from llm.client import ChatClient
from llm.request import Request
from settings import UserError, read_jsonl
from tests.llm.batches.conftest import Use, ask, questions, rules
from tests.llm.conftest import KEY, question


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


def test_it_is_told_how_many_requests_have_ended_up_to_all(server: ChatServer, use: Use) -> None:
    told: list[tuple[int, int]] = []

    async def follow(client: BatchClient, requests: Sequence[Request]) -> None:
        for request in requests:
            client.add(request, worst=0.001)
        await client.send()
        await client.finish(lambda ended, total: told.append((ended, total)))

    use(follow, questions(6), requests=4)
    assert told[-1] == (6, 6)
    assert told == sorted(told)
    assert {total for _, total in told} == {6}


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


def test_lines_of_two_batches_that_met_429_are_no_long_drought(
    server: ChatServer, use: Use, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hours pass between two batches, in which nothing was asked."""
    monkeypatch.setattr("llm.refusals.LONGEST_DROUGHT", 0)
    rules(server, line_failures=1.0, line_status=429)

    async def twice(client: BatchClient) -> None:
        for _ in range(2):
            await ask(client, questions(2))

    assert [line["attempt"] for line in use(twice)] == [1, 1, 2, 2]


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


def test_a_batch_that_is_cancelled_while_it_is_waited_for_is_not_sent_once_more(server: ChatServer, use: Use) -> None:
    rules(server, seconds=2)

    async def run(client: BatchClient) -> None:
        async def cancel() -> None:
            while not server.calls["GET /v1/batches/{id}"]:
                await asyncio.sleep(0.02)
            await client._openai.batches.cancel(str(client.under_way[0].batch_id))

        await asyncio.gather(ask(client, questions(20)), cancel())

    with pytest.raises(UserError, match="was cancelled at"):
        use(run)
    assert server.calls["POST /v1/batches"] == 1
    assert len(use(ask, questions(20))) > 20


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
