"""Many requests at once: places, money, and what ends a run."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.teacher_server import Act, ChatServer
from llm import Endpoint, Journal
from llm.client import ChatClient
from llm.request import NotSent, RequestFailed
from settings import UserError
from tests.llm.conftest import question


def together(endpoint: Endpoint, folder: Path, questions: int, messages: list[dict] | None = None) -> list[Any]:
    """Ask many questions at once, or `messages` so many times, on one journal, and return replies and failures."""

    async def run() -> list[Any]:
        with Journal(folder / "journal.jsonl", 5) as journal:
            async with ChatClient(endpoint, journal, None) as client:
                wanted = [question(str(i), f"question {i}") for i in range(questions)]
                if messages:
                    wanted = [replace(request, messages=messages) for request in wanted]
                asked = [client.complete(request) for request in wanted]
                return await asyncio.gather(*asked, return_exceptions=True)

    return asyncio.run(run())


def test_no_more_requests_are_in_flight_than_allowed(server: ChatServer, endpoint: Endpoint, tmp_path: Path) -> None:
    server.script = lambda seen, times: Act(delay=0.05)
    assert len(together(endpoint, tmp_path, 20)) == 20
    moments = sorted(seen.time for seen in server.seen)
    assert all(later - first >= 0.045 for first, later in zip(moments, moments[4:], strict=False))


def test_the_bill_never_passes_max_cost(server: ChatServer, endpoint: Endpoint, tmp_path: Path) -> None:
    """A request costs 104 micro-dollars here (40 fresh, 60 cached, 20 of output), and may cost 128 more of output."""
    dear = endpoint.model_copy(update={"max_cost": 0.001, "concurrency": 2})
    ended = together(dear, tmp_path, 40)
    refused = [end for end in ended if isinstance(end, NotSent)]
    assert {end.kind for end in refused} == {"over budget"}
    with Journal(tmp_path / "journal.jsonl", 5) as journal:
        assert 0.0005 < journal.usage.cost(endpoint.prices) <= 0.001
    assert len(server.seen) == len(ended) - len(refused)
    assert all(isinstance(end, NotSent) for end in together(dear, tmp_path, 80)[60:])


def test_what_is_under_way_when_the_run_must_stop_is_still_recorded(
    server: ChatServer, endpoint: Endpoint, tmp_path: Path
) -> None:
    server.script = lambda seen, times: (
        Act(status=402, delay=0.1) if seen.text == "question 0" else Act(content="paid", delay=0.3)
    )
    ended = together(endpoint, tmp_path, 12)
    assert [reply.content for reply in ended[1:4]] == ["paid"] * 3
    assert all(isinstance(end, UserError) for end in [ended[0], *ended[4:]])
    assert len(server.seen) == 4


def test_callers_of_one_fingerprint_pay_once_after_a_failure_too(
    server: ChatServer, endpoint: Endpoint, tmp_path: Path
) -> None:
    server.script = lambda seen, times: Act(status=400) if times == 1 else Act(delay=0.2)

    async def three() -> list[Any]:
        with Journal(tmp_path / "journal.jsonl", 5) as journal:
            async with ChatClient(endpoint, journal, None) as client:
                first = [asyncio.create_task(client.complete(question("same"))) for _ in range(2)]
                await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
                await asyncio.sleep(0.05)
                return await asyncio.gather(*first, client.complete(question("same")), return_exceptions=True)

    failed, *answered = asyncio.run(three())
    assert isinstance(failed, RequestFailed)
    assert [reply.content for reply in answered] == ["fine", "fine"]
    assert len(server.seen) == 2


def test_an_answer_that_never_came_may_be_charged(server: ChatServer, endpoint: Endpoint, tmp_path: Path) -> None:
    """What is set aside for it stays set aside, so that no more is sent than the limit bears."""
    server.script = lambda seen, times: Act(delay=1)
    hanging = endpoint.model_copy(update={"timeout": 0.05, "max_cost": 0.001, "attempts": 2})
    ended = together(hanging, tmp_path, 20)
    assert any(isinstance(end, NotSent) for end in ended)
    assert len(server.seen) <= 8
