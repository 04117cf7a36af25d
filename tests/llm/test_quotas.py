"""Quotas that a run cannot wait for: it ends with one message and all rows still to be asked, not with failed ones."""

import asyncio
import json
from pathlib import Path

import pytest

import llm.refusals
from benchmarks.teacher_server import Act, ChatServer
from llm import Endpoint
from llm.request import Reply, RequestFailed
from settings import UserError
from tests.llm.test_client_together import together

USED_UP = Act(status=429, raw=json.dumps({"error": {"message": "You exceeded it", "code": "insufficient_quota"}}))
BUSY = Act(status=429, raw="slow down")
OF_A_DAY = {
    "OpenAI": {"error": {"message": "Rate limit reached on requests per day (RPD): Limit 200, Used 200"}},
    "Gemini": [{"error": {"details": [{"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel"}]}]}}],
    "OpenRouter": {"error": {"message": "Rate limit exceeded: free-models-per-day"}},
    "GitHub": {"error": {"message": "Rate limit of 50 per 86400s exceeded for UserByModelByDay"}},
}


@pytest.fixture(params=[0, llm.refusals.LONGEST_DROUGHT], ids=["a long time", "a short time"])
def drought(request, monkeypatch: pytest.MonkeyPatch) -> float:
    monkeypatch.setattr(llm.refusals, "LONGEST_DROUGHT", request.param)
    return request.param


def test_a_quota_that_stays_used_up_stops_the_run(server: ChatServer, ask) -> None:
    server.script = lambda seen, times: USED_UP
    with pytest.raises(UserError, match="goes on saying that the account's quota is used up"):
        asyncio.run(ask())
    assert len(server.seen) == 3


def test_a_quota_of_a_minute_is_waited_for(server: ChatServer, ask) -> None:
    server.script = lambda seen, times: USED_UP if times == 1 else Act()
    assert asyncio.run(ask()).content == "fine"


@pytest.mark.parametrize("provider", OF_A_DAY)
def test_a_quota_of_a_day_stops_the_run_by_its_name(
    server: ChatServer, endpoint: Endpoint, tmp_path: Path, provider: str
) -> None:
    server.script = lambda seen, times: Act(status=429, raw=json.dumps(OF_A_DAY[provider]))
    ended = together(endpoint, tmp_path, 40)
    assert all(isinstance(end, UserError) for end in ended)
    assert "quota is used up" in str(ended[-1])
    assert len(server.seen) < 60


def test_a_quota_of_a_minute_is_none_of_a_day_whatever_else_is_said(
    server: ChatServer, endpoint: Endpoint, tmp_path: Path
) -> None:
    said = "Limit 3 requests per min, see /docs/daily-limits or take a monthly plan"
    server.script = lambda seen, times: Act(status=429, raw=said)
    assert {type(end) for end in together(endpoint, tmp_path, 4)} == {RequestFailed}


def test_nothing_but_429_for_a_long_time_stops_the_run(
    server: ChatServer, endpoint: Endpoint, tmp_path: Path, drought: float
) -> None:
    server.script = lambda seen, times: BUSY if len(server.seen) > 10 else Act()
    ended = together(endpoint, tmp_path, 60)
    assert sum(isinstance(end, Reply) for end in ended) == 10
    failed = [end for end in ended if isinstance(end, RequestFailed)]
    if drought:
        assert len(failed) == 50
    else:
        assert not failed
        assert "has answered nothing but HTTP 429 for 0 minutes (HTTP 429: slow down)" in str(ended[-1])


@pytest.mark.parametrize("drought", [0], indirect=True)
def test_a_server_that_is_at_work_on_a_long_answer_is_waited_for(
    server: ChatServer, endpoint: Endpoint, tmp_path: Path, drought: float
) -> None:
    server.script = lambda seen, times: Act(delay=2) if seen.text == "question 0" else BUSY
    ended = together(endpoint.model_copy(update={"attempts": 1}), tmp_path, 4)
    assert [type(end) for end in ended] == [Reply, *[RequestFailed] * 3]
