"""Questions by a hosted teacher: paid once, resumed, read or counted, within the budget."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.teacher_server import Act, ChatServer, Seen
from evals.questions import load_questions
from prep.questions.hosted import read_questions
from settings import UserError
from tests.prep.conftest import KEY, plain
from tests.prep.questions.conftest import Make, invented, wanted

CELLS = 24
"""Three severities of eight topics."""


def manifest(out: Path) -> dict[str, Any]:
    return json.loads(out.with_suffix(".manifest.json").read_text(encoding="utf-8"))


def test_each_severity_of_each_topic_is_asked_for_once(ask: Make, server: ChatServer, tmp_path: Path) -> None:
    out = tmp_path / "q.jsonl"
    assert ask(out) == 0
    found = manifest(out)
    assert (found["questions"], len(server.seen)) == (100, CELLS)
    assert sum(map(wanted, server.seen)) == 100
    assert found["usage"]["requests"] == CELLS
    assert found["teacher"]["model"] == "deepseek-chat"
    assert {question.metadata["teacher"] for question in load_questions(out)} == {"openai"}
    assert all(question.metadata["fingerprint"] for question in load_questions(out))
    assert KEY not in "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())


def test_a_second_run_asks_nothing_and_gives_the_same_bytes(ask: Make, server: ChatServer, tmp_path: Path) -> None:
    out = tmp_path / "q.jsonl"
    assert ask(out) == 0
    first, asked = out.read_bytes(), len(server.seen)
    assert ask(out) == 0
    out.with_suffix(".manifest.json").unlink()
    out.unlink()
    assert ask(out) == 0
    assert (out.read_bytes(), len(server.seen)) == (first, asked)


def test_what_an_interrupted_run_was_answered_is_not_asked_again(ask: Make, server: ChatServer, tmp_path: Path) -> None:
    out = tmp_path / "q.jsonl"
    server.script = lambda seen, times: invented(seen, times) if len(server.seen) <= 9 else Act(status=401)
    with pytest.raises(UserError):
        ask(out)
    assert not out.exists()
    paid, answered = server.answered, set(server.counts)
    server.script = invented
    assert ask(out) == 0
    assert 0 < paid <= 9
    assert server.answered == CELLS
    assert answered <= set(server.counts)
    assert manifest(out)["questions"] == 100


def test_near_duplicates_are_asked_for_again_and_the_request_shows_what_is_known(
    ask: Make, server: ChatServer, avoid: Path, tmp_path: Path
) -> None:
    old = "my knee hurts when I climb the stairs at work since last week"

    def script(seen: Seen, times: int) -> Act:
        fresh = json.loads(invented(seen, times).content or "")
        return Act(content=json.dumps([old + "!", *fresh[1:]] if len(server.seen) <= CELLS else fresh))

    server.script = script
    out = tmp_path / "q.jsonl"
    assert ask(out) == 0
    assert manifest(out)["left_out"]["near a question to avoid"] == CELLS
    again = server.seen[CELLS:]
    assert [wanted(seen) for seen in again] == [1] * CELLS
    kept = {question.user for question in load_questions(out)}
    assert all(any(text in seen.text for text in kept) for seen in again)
    assert not [text for text in kept if text.startswith("my knee")]


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (Act(content="I cannot do that."), "unreadable"),
        (Act(content='["a half', finish_reason="length"), "cut off at max_tokens"),
        (Act(status=400), "no answer"),
    ],
)
def test_an_answer_that_cannot_be_read_costs_its_own_questions_only(
    act: Act, kind: str, ask: Make, server: ChatServer, tmp_path: Path, capsys
) -> None:
    server.script = lambda seen, times: act if "skin" in seen.text else invented(seen, times)
    out = tmp_path / "q.jsonl"
    assert ask(out, "rounds=2") == 1
    found = manifest(out)
    assert found["topics"]["skin"] == 0
    assert found["questions"] == 100 - 13
    assert found["unanswered"] == {kind: 6}
    assert "missing:" in capsys.readouterr().out
    server.script = invented
    assert ask(out, "rounds=3") == 0
    assert manifest(out)["questions"] == 100


def test_max_cost_ends_the_run_cleanly(ask: Make, server: ChatServer, tmp_path: Path) -> None:
    costly = ["teacher.prices.output=1000", "teacher.max_tokens=64"]
    out = tmp_path / "q.jsonl"
    assert ask(out, *costly, "teacher.max_cost=0.3") == 1
    found = manifest(out)
    assert found["usage"]["dollars"] <= 0.3
    assert found["unanswered"]["over budget"] > 0
    assert 0 < found["questions"] < 100
    assert ask(out, *costly, "teacher.max_cost=30") == 0


def test_a_dry_run_tells_requests_and_cost_and_sends_nothing(
    ask: Make, server: ChatServer, tmp_path: Path, capsys
) -> None:
    out = tmp_path / "folder/q.jsonl"
    assert ask(out, "--dry-run", "teacher.max_cost=2") == 0
    printed = plain(capsys.readouterr().out)
    assert "24 requests, 100 questions" in printed
    assert "$2 for all runs" in printed
    assert not server.seen
    assert not out.parent.exists()
    assert ask(out) == 0
    assert ask(out, "--dry-run") == 0
    assert "0 requests, 0 questions" in plain(capsys.readouterr().out)


def test_without_a_key_nothing_is_made(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEEPSEEK_API_KEY", raising=False)
    with pytest.raises(UserError, match="DEEPSEEK_API_KEY is not set"):
        make(tmp_path / "q.jsonl", "--teacher", "openai")
    assert not (tmp_path / "q.jsonl").exists()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ('["a", "b"]', ["a", "b"]),
        ('Here:\n```json\n["a"]\n```\n', ["a"]),
        ('["a [b] c", "d"]', ["a [b] c", "d"]),
        ('<think>[one], or ["x"]?</think>["a"]', ["a"]),
        ("[]", []),
        ('{"questions": ["a"]}', ["a"]),
        ('[{"q": "a"}]', None),
        ("[1]", None),
        ("no list", None),
        ("]a[", None),
        ("[" * 100_000 + "]" * 100_000, None),
    ],
)
def test_an_answer_is_one_array_of_strings(content: str, found: list[str] | None) -> None:
    assert read_questions(content) == found
