"""Many requests at once: none stops another, unless nothing can go on."""

import asyncio
from pathlib import Path

import pytest

from benchmarks.teacher_server import Act, ChatServer, Seen
from llm import Endpoint, Journal
from llm.client import ChatClient
from llm.many import ask_all
from llm.request import Reply, Request, RequestFailed
from settings import UserError
from tests.llm.conftest import question

Outcomes = dict[str, Reply | RequestFailed]


def ask(endpoint: Endpoint, journal: Path, count: int, raises: Exception | None = None) -> Outcomes:
    outcomes: Outcomes = {}

    def keep(request: Request, outcome: Reply | RequestFailed) -> None:
        if raises:
            raise raises
        outcomes[request.fingerprint] = outcome

    async def run() -> None:
        with Journal(journal, 5) as held:
            async with ChatClient(endpoint, held, None) as client:
                await ask_all(client, (question(str(number), f"text {number}") for number in range(count)), keep)

    asyncio.run(run())
    return outcomes


def only(text: str, act: Act):
    return lambda seen, times: act if seen.text == text else Act(content=f"to {seen.text}")


def test_each_request_has_its_own_outcome(server: ChatServer, endpoint: Endpoint, tmp_path: Path) -> None:
    server.script = only("text 3", Act(status=400, raw="too long"))
    outcomes = ask(endpoint, tmp_path / "journal.jsonl", 40)
    assert len(outcomes) == 40
    for name, outcome in outcomes.items():
        if isinstance(outcome, RequestFailed):
            assert (name, outcome.reason) == ("3", "HTTP 400: too long")
        else:
            assert outcome.content == f"to text {name}"


def test_nothing_to_ask_is_no_fault(endpoint: Endpoint, tmp_path: Path) -> None:
    assert ask(endpoint, tmp_path / "journal.jsonl", 0) == {}


def test_few_requests_that_are_all_refused_are_one_message(
    server: ChatServer, endpoint: Endpoint, tmp_path: Path
) -> None:
    server.script = lambda seen, times: Act(status=400, raw="no such model")
    with pytest.raises(UserError, match="refused all requests: HTTP 400: no such model"):
        ask(endpoint, tmp_path / "journal.jsonl", 2)


def test_the_one_request_that_an_earlier_run_left_is_refused_alone(
    server: ChatServer, endpoint: Endpoint, tmp_path: Path
) -> None:
    server.script = only("text 1", Act(status=400, raw="too long"))
    for _ in range(2):
        outcomes = ask(endpoint, tmp_path / "journal.jsonl", 2)
        assert isinstance(outcomes["1"], RequestFailed)
    assert len(server.seen) == 3


def test_a_server_that_only_breaks_leaves_each_request_without_an_answer(
    server: ChatServer, endpoint: Endpoint, tmp_path: Path
) -> None:
    server.script = lambda seen, times: Act(status=500)
    outcomes = ask(endpoint, tmp_path / "journal.jsonl", 3)
    assert [isinstance(outcome, RequestFailed) for outcome in outcomes.values()] == [True] * 3


def test_a_stop_lets_what_is_under_way_end_and_sends_no_more(
    server: ChatServer, endpoint: Endpoint, tmp_path: Path
) -> None:
    def script(seen: Seen, times: int) -> Act:
        return Act(status=401) if seen.text == "text 0" else Act(delay=0.3)

    server.script = script
    with pytest.raises(UserError, match="refused the API key"):
        ask(endpoint, tmp_path / "journal.jsonl", 40)
    assert len(server.seen) <= 2 * endpoint.concurrency
    with Journal(tmp_path / "journal.jsonl", 5) as journal:
        assert journal.usage.requests == server.answered


def test_a_fault_of_the_listener_stops_the_run(endpoint: Endpoint, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        ask(endpoint, tmp_path / "journal.jsonl", 40, raises=ZeroDivisionError())


def test_answers_that_came_for_one_are_counted(server: ChatServer, endpoint: Endpoint, tmp_path: Path) -> None:
    choice = '{"message": {"content": "a"}, "finish_reason": "stop"}'
    server.script = lambda seen, times: Act(raw=f'{{"choices": [{choice}, {choice}]}}')
    (outcome,) = ask(endpoint, tmp_path / "journal.jsonl", 1).values()
    assert isinstance(outcome, Reply)
    assert outcome.choices == 2
