import asyncio
import email.utils
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.teacher_server import Act, ChatServer
from llm import Endpoint, Journal
from llm.client import ChatClient
from llm.faults import retry_after
from llm.request import RequestFailed
from settings import UserError, read_jsonl
from tests.llm.conftest import KEY, question

OK = Act(content="fine")


def first(act: Act):
    """The act at the first request, an answer from then on."""
    return lambda seen, times: act if times == 1 else OK


def test_an_answer_is_journalled_and_not_asked_for_again(server: ChatServer, ask, tmp_path: Path) -> None:
    replies = [asyncio.run(ask()) for _ in range(2)]
    assert [reply.content for reply in replies] == ["fine", "fine"]
    assert len(server.seen) == 1
    (line,) = read_jsonl(tmp_path / "journal.jsonl")
    assert line["response"]["choices"][0]["message"]["content"] == "fine"
    assert line["usage"] == {"requests": 1, "prompt": 100, "cached": 60, "completion": 20}


def test_the_request_carries_key_model_and_parameters(server: ChatServer, ask) -> None:
    asyncio.run(ask(extra={"seed": 3}))
    (seen,) = server.seen
    assert seen.authorization == f"Bearer {KEY}"
    assert {"model": "teacher", "max_tokens": 64, "temperature": 0, "seed": 3}.items() <= seen.body.items()


@pytest.mark.parametrize(
    "act",
    [
        Act(status=500),
        Act(status=503),
        Act(status=408),
        Act(status=429),
        Act(reset=True),
        Act(raw='{"choices": [{"mess'),
        Act(raw=""),
        Act(raw='{"error": "overloaded"}'),
        Act(raw='{"choices": []}'),
        Act(raw="[]"),
        Act(content="half an answer", finish_reason="insufficient_system_resource"),
        Act(content="half an answer", finish_reason="error"),
        Act(raw='{"error": {"code": 502, "message": "Provider returned error"}}'),
        Act(raw='{"choices": [{"message": {"content": "half"}, "error": {"code": 429}}]}'),
    ],
    ids=lambda act: f"{act.status} {'reset' if act.reset else act.raw or act.finish_reason}",
)
def test_a_fault_that_passes_is_retried(server: ChatServer, ask, tmp_path: Path, act: Act) -> None:
    server.script = first(act)
    assert asyncio.run(ask()).content == "fine"
    failed, answered = read_jsonl(tmp_path / "journal.jsonl")
    assert failed["error"]
    assert "null" not in failed["error"]
    assert failed["attempt"] == 1
    assert answered["error"] is None
    assert answered["attempt"] == 2


def test_a_request_that_hangs_is_given_up_in_time_though_keep_alive_lines_come(server: ChatServer, ask) -> None:
    server.script = first(Act(keep_alive=200))
    started = time.monotonic()
    assert asyncio.run(ask(timeout=0.5)).content == "fine"
    assert time.monotonic() - started < 5


def test_keep_alive_lines_before_an_answer_are_read_over(server: ChatServer, ask) -> None:
    server.script = lambda seen, times: Act(content="late", keep_alive=4)
    assert asyncio.run(ask()).content == "late"


def test_retry_after_is_waited_for_even_beyond_the_longest_wait(server: ChatServer, ask) -> None:
    server.script = first(Act(status=429, headers={"Retry-After": "2"}))
    asyncio.run(ask(longest_wait=0.05))
    waited = server.seen[1].time - server.seen[0].time
    assert 2 <= waited < 3.5


def test_retry_after_is_read_as_seconds_and_as_a_date() -> None:
    later = email.utils.format_datetime(datetime.now(UTC) + timedelta(seconds=600), usegmt=True)
    assert retry_after({"retry-after": "3600"}) == 3600
    assert 590 < (retry_after({"retry-after": later}) or 0) <= 600
    assert [retry_after({"retry-after": said}) for said in ("soon", "inf", "nan")] == [None] * 3
    assert retry_after({}) is None


def test_a_server_that_wants_a_day_of_rest_ends_the_run_with_what_is_kept(server: ChatServer, ask) -> None:
    server.script = lambda seen, times: Act(status=429, headers={"Retry-After": "86400"})
    with pytest.raises(UserError, match=r"takes no further request for 24\.0 hours \(HTTP 429"):
        asyncio.run(ask())
    assert len(server.seen) == 1


def test_attempts_are_bounded_and_the_last_reason_is_told(server: ChatServer, ask, tmp_path: Path) -> None:
    server.script = lambda seen, times: Act(status=500, raw="broken pipe of ours")
    with pytest.raises(RequestFailed, match="HTTP 500: broken pipe of ours"):
        asyncio.run(ask())
    assert len(server.seen) == 3
    assert {line["response"] for line in read_jsonl(tmp_path / "journal.jsonl")} == {"broken pipe of ours"}


def test_a_request_that_is_wrong_is_not_sent_twice(server: ChatServer, ask) -> None:
    server.script = lambda seen, times: Act(status=400, raw="too long")
    with pytest.raises(RequestFailed, match="HTTP 400: too long"):
        asyncio.run(ask())
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [401, 402, 403, 404])
def test_a_refusal_stops_at_once_and_never_shows_the_key(server: ChatServer, ask, tmp_path: Path, status: int) -> None:
    server.script = lambda seen, times: Act(status=status, raw=json.dumps({"error": f"no good: {KEY}"}))
    with pytest.raises(UserError, match=str(status)) as raised:
        asyncio.run(ask())
    assert len(server.seen) == 1
    journal = (tmp_path / "journal.jsonl").read_text(encoding="utf-8")
    for text in (journal, str(raised.value)):
        assert KEY not in text
        assert json.dumps(KEY)[1:-1] not in text


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ('{"error": {"code": 402, "message": "Insufficient credits"}}', "asks for payment.*Insufficient credits"),
        ('{"error": "Unexpected endpoint or method. (POST /chat/completions)"}', "does not know the address"),
    ],
    ids=["OpenRouter", "LM Studio"],
)
def test_a_refusal_that_comes_with_status_200_stops_too(server: ChatServer, ask, raw: str, said: str) -> None:
    server.script = lambda seen, times: Act(raw=raw)
    with pytest.raises(UserError, match=said):
        asyncio.run(ask())
    assert len(server.seen) == 1


def test_a_key_at_the_place_where_a_long_reason_is_cut_is_masked_whole(server: ChatServer, ask) -> None:
    server.script = lambda seen, times: Act(status=400, raw="x" * 290 + KEY)
    with pytest.raises(RequestFailed) as raised:
        asyncio.run(ask())
    assert KEY[:6] not in raised.value.reason


def test_a_server_that_is_not_there_is_one_message(ask) -> None:
    with pytest.raises(UserError, match=r"http://127\.0\.0\.1:9/v1 cannot be reached after 3 attempts"):
        asyncio.run(ask(base_url="http://127.0.0.1:9/v1"))


def test_blank_and_cut_answers_come_back_as_they_are(server: ChatServer, ask) -> None:
    server.script = lambda seen, times: Act(content=None, finish_reason="length")
    reply = asyncio.run(ask())
    assert (reply.content, reply.finish_reason) == ("", "length")


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (
            {
                "message": {
                    "content": [
                        {"type": "thinking", "thinking": [{"type": "text", "text": "well"}]},
                        {"type": "text", "text": "- fi"},
                        {"type": "text", "text": "ne"},
                    ]
                },
                "finish_reason": "stop",
            },
            ("- fine", "stop"),
        ),
        ({"finish_reason": "length"}, ("", "length")),
        ({"message": None, "finish_reason": "content_filter"}, ("", "content_filter")),
    ],
    ids=["text in parts", "no message", "a message of null"],
)
def test_an_answer_is_read_in_whatever_shape_it_was_paid_for(
    server: ChatServer, ask, choice: dict, said: tuple[str, str]
) -> None:
    server.script = lambda seen, times: Act(raw=json.dumps({"choices": [choice]}))
    reply = asyncio.run(ask())
    assert (reply.content, reply.finish_reason, len(server.seen)) == (*said, 1)


def test_a_key_in_an_answer_is_masked(server: ChatServer, ask) -> None:
    server.script = lambda seen, times: Act(content=f"you sent {KEY}")
    assert asyncio.run(ask()).content == "you sent [redacted]"


def test_two_callers_of_one_fingerprint_pay_once(server: ChatServer, endpoint: Endpoint, tmp_path: Path) -> None:
    server.script = lambda seen, times: Act(delay=0.2)

    async def both() -> list[str]:
        with Journal(tmp_path / "journal.jsonl", 5) as journal:
            async with ChatClient(endpoint, journal, None) as client:
                asked = [client.complete(question("same")) for _ in range(2)]
                return [reply.content for reply in await asyncio.gather(*asked)]

    assert asyncio.run(both()) == ["fine", "fine"]
    assert len(server.seen) == 1


def test_tokens_of_an_answer_that_cannot_be_used_are_counted(server: ChatServer, ask, tmp_path: Path) -> None:
    server.script = first(Act(raw=json.dumps({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}})))
    asyncio.run(ask())
    failed, _ = read_jsonl(tmp_path / "journal.jsonl")
    assert failed["usage"]["prompt"] == 7
    assert failed["response"] == {"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}


@pytest.mark.parametrize("raw", ["[" * 100_000, f'{{"choices": {"9" * 5000}}}'])
def test_json_that_python_cannot_hold_is_retried(server: ChatServer, ask, tmp_path: Path, raw: str) -> None:
    server.script = first(Act(raw=raw))
    assert asyncio.run(ask()).content == "fine"
    assert read_jsonl(tmp_path / "journal.jsonl")[0]["error"].startswith("the answer is no JSON")
