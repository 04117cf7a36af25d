"""Requests that a server calls wrong: one row's fault, or the run's."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.teacher_server import Act, ChatServer, Seen
from llm import Endpoint
from llm.request import Reply, RequestFailed
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
    "said",
    [
        "System role not supported",
        "Developer instruction is not enabled for models/gemma-3-27b-it",
        "Conversation roles must alternate user/assistant/user/assistant/...",
    ],
)
def test_a_model_that_takes_no_system_message_is_told_with_the_remedy(
    server: ChatServer, endpoint: Endpoint, tmp_path: Path, said: str
) -> None:
    def script(seen: Seen, times: int) -> Act:
        return Act(status=400, raw=said) if seen.body["messages"][0]["role"] == "system" else Act()

    server.script = script
    asked = [{"role": "system", "content": "an outline"}, {"role": "user", "content": "hello"}]
    stopped = next(end for end in together(endpoint, tmp_path, 20, asked) if isinstance(end, UserError))
    assert "system_role: false" in str(stopped.hint)
    mended = endpoint.model_copy(update={"system_role": False})
    assert kinds(together(mended, tmp_path, 20, asked)) == {Reply}


def test_a_prompt_that_is_too_long_is_no_system_message_that_is_not_taken(
    server: ChatServer, endpoint: Endpoint, tmp_path: Path
) -> None:
    said = "This model's maximum context length is 2048 tokens. Shorten the messages or the system prompt."
    server.script = lambda seen, times: Act(status=400, raw=said)
    stopped = next(end for end in together(endpoint, tmp_path, 20) if isinstance(end, UserError))
    assert "a smaller max_tokens leaves more room" in str(stopped.hint)
    assert "system_role" not in str(stopped.hint)


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


FLAGGED = Act(
    status=403,
    raw='{"error": {"code": 403, "message": "your input was flagged", "metadata": {"flagged_input": "I took 30"}}}',
)
BLOCKED = Act(status=403, raw="<html>403 Forbidden</html>")


@pytest.mark.parametrize(
    ("act", "which"),
    [(FLAGGED, 0), (FLAGGED, 7), (BLOCKED, 0), (BLOCKED, 7)],
    ids=["the first", "a later one", "a firewall's, the first", "a firewall's, a later one"],
)
def test_a_text_that_a_filter_does_not_let_through_is_that_row_alone(
    server: ChatServer, endpoint: Endpoint, tmp_path: Path, act: Act, which: int
) -> None:
    server.script = lambda seen, times: act if number(seen) == which else Act()
    ended = together(endpoint, tmp_path, 20)
    assert [n for n, end in enumerate(ended) if isinstance(end, RequestFailed)] == [which]
    assert len(server.seen) == 20


def test_texts_that_a_filter_stops_are_no_revoked_key_however_many_come_before_an_answer(
    server: ChatServer, endpoint: Endpoint, tmp_path: Path
) -> None:
    """A filter says no at once, and a model takes its time; and what is left at the end is asked about by each run."""
    server.script = lambda seen, times: BLOCKED if number(seen) % 2 else Act(delay=0.3)
    few = endpoint.model_copy(update={"concurrency": 20})
    for run in (1, 2):
        ended = together(few, tmp_path, 40)
        assert kinds(ended[1::2]) == {RequestFailed}
        assert len(server.seen) == 20 + 20 * run


SAID_OF_A_TEXT = {
    "OpenRouter": (
        403,
        '{"error": {"message": "This model requires moderation. Your input was flagged for \\"sexual\\""}}',
    ),
    "OpenAI": (
        400,
        '{"error": {"message": "Invalid prompt: your prompt was flagged as potentially violating our usage"}}',
    ),
    "Azure": (400, '{"error": {"message": "The response was filtered", "code": "content_filter"}}'),
    "DeepSeek": (400, '{"error": {"message": "Content Exists Risk", "code": "invalid_request_error"}}'),
    "Alibaba": (400, '{"error": {"code": "data_inspection_failed", "message": "Input data may be inappropriate"}}'),
}


@pytest.mark.parametrize("first", [True, False], ids=["before any answer", "among answers"])
@pytest.mark.parametrize("provider", SAID_OF_A_TEXT)
def test_any_number_of_texts_in_a_row_that_a_filter_names_are_those_rows_alone(
    server: ChatServer, endpoint: Endpoint, tmp_path: Path, provider: str, first: bool
) -> None:
    status, raw = SAID_OF_A_TEXT[provider]
    delicate = range(30) if first else range(10, 40)
    server.script = lambda seen, times: Act(status=status, raw=raw) if number(seen) in delicate else Act()
    ended = together(endpoint, tmp_path, 50)
    assert [n for n, end in enumerate(ended) if isinstance(end, RequestFailed)] == list(delicate)
    assert {end.kind for end in ended if isinstance(end, RequestFailed)} == {"flagged"}
    assert len(server.seen) == 50


@pytest.mark.parametrize(
    "said",
    [
        '{"error": {"message": "Unrecognized request argument supplied: content_filter"}}',
        '{"error": {"message": "Unknown parameter: \'content_filter\'."}}',
        '{"detail": [{"type": "extra_forbidden", "loc": ["body", "content_filter"], "msg": "Extra inputs are not"}]}',
    ],
)
def test_a_field_that_the_server_does_not_know_is_no_text_that_was_flagged(
    server: ChatServer, endpoint: Endpoint, tmp_path: Path, said: str
) -> None:
    server.script = lambda seen, times: Act(status=400, raw=said)
    stopped = next(end for end in together(endpoint, tmp_path, 40) if isinstance(end, UserError))
    assert "check model, max_tokens, temperature" in str(stopped.hint)
    assert len(server.seen) < 20


def test_an_account_that_was_flagged_is_no_text(server: ChatServer, endpoint: Endpoint, tmp_path: Path) -> None:
    server.script = lambda seen, times: Act(status=403, raw='{"error": "Your account was flagged for abuse"}')
    assert any("denies access with this API key" in str(end) for end in together(endpoint, tmp_path, 40))
    assert len(server.seen) < 20


def test_a_key_that_is_revoked_on_the_way_stops_the_run(server: ChatServer, endpoint: Endpoint, tmp_path: Path) -> None:
    server.script = lambda seen, times: Act() if number(seen) < 12 else BLOCKED
    ended = together(endpoint, tmp_path, 100)
    assert [end.content for end in ended[:12]] == ["fine"] * 12
    assert any("denies access with this API key of TEACHER_KEY" in str(end) for end in ended)
    assert len(server.seen) < 30
