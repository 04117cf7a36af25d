"""Requests that a server calls wrong: one row's fault, or the run's."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.teacher_server import Act, ChatServer, Seen
from llm import Endpoint
from llm.request import RequestFailed
from settings import UserError
from tests.llm.test_client_together import together

WRONG = Act(status=400, raw="unknown model parameter")


def number(seen: Seen) -> int:
    return int(seen.text.split()[1])


def kinds(ended: list[Any]) -> set[type]:
    return {type(end) for end in ended}


@pytest.mark.parametrize("status", [400, 413, 422])
def test_requests_that_are_all_refused_alike_stop_the_run(
    server: ChatServer, endpoint: Endpoint, tmp_path: Path, status: int
) -> None:
    server.script = lambda seen, times: Act(status=status, raw="unknown model parameter")
    ended = together(endpoint, tmp_path, 60)
    said = next(str(end) for end in ended if isinstance(end, UserError))
    assert re.search(r"called the first \d+ requests wrong and answered none .*unknown model parameter", said)
    assert len(server.seen) < 20
    server.script = lambda seen, times: Act()
    assert all(reply.content == "fine" for reply in together(endpoint, tmp_path, 60))


@pytest.mark.parametrize(
    "script",
    [
        lambda n: WRONG if n % 2 else Act(),
        lambda n: Act(delay=0.5) if n == 3 else WRONG,
        lambda n: Act(status=400 + 13 * (n % 4)) if n < 28 else Act(),
    ],
    ids=["every other one is answered", "an older one is still under way", "seven of each kind"],
)
def test_a_refusal_among_other_ends_is_that_request_alone(
    server: ChatServer, endpoint: Endpoint, tmp_path: Path, script: Callable[[int], Act]
) -> None:
    server.script = lambda seen, times: script(number(seen))
    ended = together(endpoint, tmp_path, 60)
    assert len(server.seen) == 60
    for n, end in enumerate(ended):
        assert isinstance(end, RequestFailed) == (script(n).status != 200)


def test_what_was_refused_before_beside_answers_stops_no_later_run(
    server: ChatServer, endpoint: Endpoint, tmp_path: Path
) -> None:
    """Such rows are asked about by each run, and in the end there are no others."""
    server.script = lambda seen, times: Act() if number(seen) < 12 else WRONG
    together(endpoint, tmp_path, 24)
    ended = together(endpoint, tmp_path, 24)
    assert sum(isinstance(end, RequestFailed) for end in ended) == 12
    assert len(server.seen) == 24 + 12
    # But what was never asked before, and is refused from the first to the last, does.
    server.script = lambda seen, times: WRONG
    assert UserError in kinds(together(endpoint, tmp_path, 60)[24:])
