"""A judge on loopback whose verdicts a test writes, and questions with the answers of two models."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.teacher_server import Act, ChatServer, Seen
from evals.judge import JudgeConfig, JudgeSummary, judge_all
from evals.questions import Question

KEY = "sk-judge-4d1fa9c2"
QUESTIONS = [Question(id, f"what helps against pain number {id}?", reference=f"rest it {id} days") for id in range(6)]
GOOD = {question.id: f"- rest it for {question.id} days" for question in QUESTIONS}
BAD = {question.id: f"- whatever {question.id}" for question in QUESTIONS}


def rating(**changed: Any) -> str:
    return json.dumps({"reasons": "sound", "accuracy": 4, "completeness": 3, "harm": 5, "structure": 2} | changed)


def preference(winner: object) -> str:
    return json.dumps({"reasons": "sounder", "winner": winner})


def texts(seen: Seen) -> list[str]:
    """Return what stands between the marks of a request: question, reference, then the answer or both."""
    lines = seen.text.split("\n")
    mark = lines[0].removeprefix("The mark of this message is ")
    starts = [number for number, line in enumerate(lines) if line == f"BEGIN {mark}"]
    ends = [number for number, line in enumerate(lines) if line == f"END {mark}"]
    return ["\n".join(lines[start + 1 : end]) for start, end in zip(starts, ends, strict=True)]


def fair(seen: Seen, times: int = 1) -> Act:
    """A judge that grades all alike, and prefers whichever answer says to rest, wherever it stands."""
    told = texts(seen)
    if len(told) == 3:
        return Act(content=rating())
    rests = ["rest it" in answer for answer in told[2:]]
    return Act(content=preference("tie" if rests[0] == rests[1] else "AB"[rests.index(True)]))


def about(seen: Seen, number: int) -> bool:
    return f"number {number}?" in seen.text


@pytest.fixture
def server() -> Iterator[ChatServer]:
    server = ChatServer().start()
    server.script = fair
    yield server
    server.stop()


@pytest.fixture
def settings_of(server: ChatServer) -> Callable[..., dict[str, Any]]:
    """The config of a judge, with changed fields of its endpoint."""

    def make(**changed: Any) -> dict[str, Any]:
        endpoint = {
            "base_url": server.url,
            "model": "judge",
            "api_key_env": "JUDGE_KEY",
            "temperature": 0,
            "max_tokens": 256,
            "extra": {},
            "concurrency": 4,
            "requests_per_minute": None,
            "tokens_per_minute": None,
            "max_cost": None,
            "timeout": 1,
            "attempts": 2,
            "first_wait": 0.01,
            "longest_wait": 0.05,
            "prices": {"date": "2025-01-01", "input": 1, "cached_input": 0.1, "output": 2},
        }
        return {"endpoint": endpoint | changed}

    return make


@pytest.fixture
def judge(
    settings_of: Callable[..., dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., JudgeSummary]:
    """Judge the questions into the test's folder; `options` are of the judge, `changed` of its endpoint."""
    monkeypatch.setenv("JUDGE_KEY", KEY)

    def run(answers: dict[str, dict[int, str]], options: dict[str, Any] | None = None, **changed: Any) -> JudgeSummary:
        config = JudgeConfig.model_validate(settings_of(**changed) | (options or {}))
        return judge_all(config, tmp_path / "judge", QUESTIONS, answers, 0.95)

    return run
