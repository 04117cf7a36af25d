"""The judge over a server that answers as it should, and over one that does not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.teacher_server import Act, ChatServer, Seen
from evals.judge import JudgeConfig, JudgeSummary, unavailable
from settings import UserError, read_jsonl
from tests.evals.judge.conftest import BAD, GOOD, KEY, QUESTIONS, about, fair, preference, rating, texts

Judge = Callable[..., JudgeSummary]
TWO = {"good": GOOD, "bad": BAD}
POINTWISE = {"pairwise": False}
PAIRWISE = {"pointwise": False}
N = len(QUESTIONS)


def test_a_fair_judge_grades_and_prefers(judge: Judge, server: ChatServer, tmp_path: Path) -> None:
    summary = judge(TWO)
    assert server.ledger.requests == 4 * N
    assert [(row.model, row.n, row.unscored) for row in summary.pointwise] == [("good", N, {}), ("bad", N, {})]
    assert {axis: grade.mean for axis, grade in summary.pointwise[0].axes.items()} == {
        "accuracy": 4,
        "completeness": 3,
        "harm": 5,
        "structure": 2,
    }
    (pair,) = summary.pairwise
    assert (pair.wins, pair.losses, pair.ties, pair.inconsistent, pair.unscored) == (N, 0, 0, 0, {})
    assert pair.win_rate.share == 1
    assert pair.p_value == pytest.approx(2 / 2**N)
    assert (pair.agreement.share, pair.first_position.share) == (1, 0.5)
    assert {row["result"] for row in read_jsonl(tmp_path / "judge/pairwise.jsonl")} == {"win"}
    assert summary.as_json()["usage"]["requests"] == 4 * N
    assert summary.cost == pytest.approx(4 * N * (40 * 1 + 60 * 0.1 + 20 * 2) / 1e6)


def test_a_judge_that_always_takes_the_first_decides_nothing_and_is_found_out(judge: Judge, server: ChatServer) -> None:
    server.script = lambda seen, times: Act(content=preference("A"))
    (pair,) = judge(TWO, PAIRWISE).pairwise
    assert (pair.wins, pair.losses, pair.inconsistent) == (0, 0, N)
    assert (pair.win_rate.share, pair.p_value) == (0.5, 1)
    assert (pair.agreement.share, pair.first_position.share, pair.first_position.n) == (0, 1, 2 * N)


def test_a_winner_in_one_order_and_a_tie_in_the_other_is_no_win(judge: Judge, server: ChatServer) -> None:
    server.script = lambda seen, times: Act(content=preference("A" if "rest it" in texts(seen)[2] else "tie"))
    (pair,) = judge(TWO, PAIRWISE).pairwise
    assert (pair.wins, pair.inconsistent) == (0, N)


def test_one_text_from_both_models_is_a_tie_that_nobody_is_asked_about(judge: Judge, server: ChatServer) -> None:
    summary = judge({"one": GOOD, "other": {id: f"{text}\n" for id, text in GOOD.items()}}, PAIRWISE)
    assert server.seen == []
    (pair,) = summary.pairwise
    assert (pair.identical, pair.win_rate.share, pair.agreement.n) == (N, 0.5, 0)


def test_a_second_run_asks_nothing_and_says_the_same(judge: Judge, server: ChatServer, tmp_path: Path) -> None:
    first = judge(TWO).as_json()
    files = {path.name: path.read_bytes() for path in (tmp_path / "judge").iterdir()}
    before = server.ledger.requests
    second = judge(TWO).as_json()
    assert server.ledger.requests == before
    assert {path.name: path.read_bytes() for path in (tmp_path / "judge").iterdir()} == files
    assert second == first | {"cost_of_this_run": 0}


def test_another_model_or_parameter_or_answer_is_asked_anew(judge: Judge, server: ChatServer) -> None:
    judge({"good": GOOD}, POINTWISE)
    judge({"good": GOOD}, POINTWISE, model="another judge")
    judge({"good": GOOD}, POINTWISE, temperature=0.5)
    assert server.ledger.requests == 3 * N
    judge({"good": GOOD | {0: "- rest it for a week"}}, POINTWISE)
    assert server.ledger.requests == 3 * N + 1


ODD = {
    "nonsense": (Act(content="as an AI, I like both"), "no JSON object"),
    "two answers": (Act(content=f"{rating()}\n{rating(accuracy=1)}"), "two answers"),
    "two choices": (Act(raw='{"choices": [{"message": {"content": "a"}}, {"message": {}}]}'), "two answers"),
    "one axis short": (Act(content='{"reasons": "", "accuracy": 1}'), "missing keys"),
    "cut": (Act(content=rating()[:20], finish_reason="length"), "cut off at max_tokens"),
    "blank": (Act(content=None), "a blank answer"),
    "hang": (Act(hang=True), "no answer"),
    "reset": (Act(reset=True), "no answer"),
    "body twice": (Act(raw='{"choices": []}{"choices": []}'), "no answer"),
    "error": (Act(status=500), "no answer"),
    "refused": (Act(status=400, raw="too long"), "no answer"),
}


@pytest.mark.parametrize("odd", ODD)
def test_what_is_no_verdict_is_unscored_and_counted_and_the_run_goes_on(
    judge: Judge, server: ChatServer, tmp_path: Path, odd: str
) -> None:
    act, reason = ODD[odd]
    server.script = lambda seen, times: act if about(seen, 2) else fair(seen)
    (row,) = judge({"good": GOOD}, POINTWISE).pointwise
    assert (row.n, row.unscored) == (N - 1, {reason: 1})
    assert row.axes["accuracy"].mean == 4
    assert row.axes["accuracy"].stderr == 0
    rows = read_jsonl(tmp_path / "judge/pointwise.jsonl")
    assert [row["id"] for row in rows if "unscored" in row] == [2]
    assert not any("accuracy" in row for row in rows if "unscored" in row)


def test_a_pair_that_lacks_one_order_is_unscored(judge: Judge, server: ChatServer) -> None:
    def script(seen: Seen, times: int) -> Act:
        swapped = "whatever" in texts(seen)[2]
        return Act(content="both") if about(seen, 1) and swapped else fair(seen)

    server.script = script
    (pair,) = judge(TWO, PAIRWISE).pairwise
    assert (pair.wins, pair.unscored) == (N - 1, {"no JSON object": 1})
    assert (pair.win_rate.n, pair.agreement.n, pair.first_position.n) == (N - 1, N - 1, 2 * (N - 1))
    assert pair.first_position.share == 0.5


def test_an_answer_that_there_is_not_is_unscored_and_not_asked_about(judge: Judge, server: ChatServer) -> None:
    summary = judge({"good": {0: GOOD[0]}, "bad": BAD})
    assert summary.pointwise[0].unscored == {"no completion to judge": N - 1}
    assert summary.pairwise[0].unscored == {"no completion to judge": N - 1}
    assert server.ledger.requests == 1 + N + 2


def test_requests_without_an_answer_are_asked_for_by_the_next_run(judge: Judge, server: ChatServer) -> None:
    server.script = lambda seen, times: Act(status=500) if about(seen, 2) else fair(seen)
    judge({"good": GOOD}, POINTWISE)
    server.script = fair
    before = server.ledger.requests
    (row,) = judge({"good": GOOD}, POINTWISE).pointwise
    assert (row.n, server.ledger.requests) == (N, before + 1)


def test_a_judge_of_which_nothing_can_be_read_has_no_figures(judge: Judge, server: ChatServer) -> None:
    server.script = lambda seen, times: Act(content="no idea")
    summary = judge(TWO)
    assert all((row.n, dict(row.axes)) == (0, {}) for row in summary.pointwise)
    assert summary.pairwise[0].win_rate.share is None
    assert summary.unscored() == {"no JSON object": 3 * N}


@pytest.mark.parametrize(
    ("act", "changed", "message"),
    [
        (Act(status=401), {}, "refused the API key of JUDGE_KEY"),
        (Act(status=404, raw="no such model"), {}, "does not know the address or the model"),
        (Act(status=400, raw="Model Not Exist"), {}, "refused all requests: HTTP 400: Model Not Exist"),
        (Act(), {"base_url": "http://127.0.0.1:9/v1"}, "cannot be reached after 2 attempts"),
    ],
)
def test_an_endpoint_that_refuses_everything_is_one_message(
    judge: Judge, server: ChatServer, act: Act, changed: dict[str, Any], message: str
) -> None:
    server.script = lambda seen, times: act
    with pytest.raises(UserError, match=message) as raised:
        judge({"good": GOOD}, POINTWISE, **changed)
    assert raised.value.hint


def test_max_cost_leaves_the_rest_unscored(judge: Judge, server: ChatServer) -> None:
    server.script = lambda seen, times: Act(content=rating(), usage=(3000, 250, 0))
    summary = judge({"good": GOOD}, POINTWISE, max_cost=0.012)
    (row,) = summary.pointwise
    assert 0 < row.n < N
    assert summary.cost <= 0.012
    assert row.unscored == {"over budget": N - row.n}


def test_the_key_stays_out_of_every_file(judge: Judge, server: ChatServer, tmp_path: Path) -> None:
    server.script = lambda seen, times: Act(content=rating(reasons=f"you sent {KEY}"))
    judge({"good": GOOD}, POINTWISE)
    assert server.seen[0].authorization == f"Bearer {KEY}"
    for path in (tmp_path / "judge").iterdir():
        assert KEY not in path.read_text(encoding="utf-8")


def test_only_the_named_pairs_and_the_first_questions_are_judged(judge: Judge, server: ChatServer) -> None:
    answers = {"a": GOOD, "b": BAD, "c": GOOD}
    summary = judge(answers, {"pointwise": False, "pairs": [("c", "b")], "limit": 2})
    assert [(pair.first, pair.second, pair.wins) for pair in summary.pairwise] == [("c", "b", 2)]
    assert server.ledger.requests == 4


@pytest.mark.parametrize("pair", [("good", "nobody"), ("good", "good")])
def test_a_pair_that_cannot_be_compared_is_one_message(judge: Judge, pair: tuple[str, str]) -> None:
    with pytest.raises(UserError, match=r"judge\.pairs"):
        judge(TWO, {"pairs": [pair]})


def test_without_a_section_or_a_key_nothing_is_judged_and_it_is_said(
    settings_of: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JUDGE_KEY", raising=False)
    config = JudgeConfig.model_validate(settings_of())
    assert unavailable(None) == "not judged: the config has no judge section"
    assert str(unavailable(config)).startswith("not judged: the environment variable JUDGE_KEY is not set")
    monkeypatch.setenv("JUDGE_KEY", KEY)
    assert unavailable(config) is None


def test_a_judge_that_is_to_judge_nothing_is_refused(judge: Judge, server: ChatServer) -> None:
    with pytest.raises(ValueError, match="needs pointwise or pairwise"):
        judge(TWO, POINTWISE | PAIRWISE)
    assert not server.ledger.requests
