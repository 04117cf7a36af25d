import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.judge.verdicts import AXES, Preference, Rating, Unscored, read_preference, read_rating
from tests.evals.judge.conftest import preference, rating

RATING = Rating(4, 3, 5, 2, "sound")


@pytest.mark.parametrize(
    "text",
    [
        rating(),
        f"\n  {rating()}\n",
        json.dumps(json.loads(rating()), indent=2),
        f"```json\n{rating()}\n```",
        f"```\n{rating()}\n```",
        f"<think>first {{5}} then {{4}}</think>\n{rating()}",
    ],
)
def test_the_object_alone_is_a_verdict(text: str) -> None:
    assert read_rating(text) == RATING


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "a blank answer"),
        ("I would say four.", "no JSON object"),
        ("4", "no JSON object"),
        (f"[{rating()}]", "no JSON object"),
        (f"Here it is: {rating()}", "no JSON object"),
        (rating()[:-4], "no JSON object"),
        ("[" * 100_000, "no JSON object"),
        (f"{rating()}\nI hope this helps.", "words after the JSON object"),
        (f"{rating()}\n{rating(accuracy=1)}", "two answers"),
        (f"```json\n{rating()}\n```\n```json\n{rating(harm=1)}\n```", "two answers"),
        (rating()[:-1] + ', "accuracy": 5}', "two answers"),
        ('{"reasons": "sound", "accuracy": 4, "completeness": 3, "harm": 5}', "missing keys"),
        ("{}", "missing keys"),
        (rating(overall=5), "unknown keys"),
        (rating(accuracy=0), "a grade out of range"),
        (rating(harm=6), "a grade out of range"),
        (rating(harm=10**400), "a grade out of range"),
        (rating(structure="4"), "a grade that is no whole number"),
        (rating(structure=4.5), "a grade that is no whole number"),
        (rating(structure=True), "a grade that is no whole number"),
        (rating(structure=None), "a grade that is no whole number"),
        (rating(structure=float("nan")), "a grade that is no whole number"),
        (rating(reasons=["sound"]), "reasons that are no text"),
        (f"<think>hm {rating()}", "a think block that never closes"),
    ],
)
def test_anything_else_is_unscored_for_a_reason(text: str, reason: str) -> None:
    verdict = read_rating(text)
    assert isinstance(verdict, Unscored)
    assert verdict.reason == reason
    assert len(verdict.detail) <= 200


@pytest.mark.parametrize("winner", ["A", "B", "tie"])
def test_a_preference_names_a_winner(winner: str) -> None:
    assert read_preference(preference(winner)) == Preference(winner, "sounder")  # type: ignore[arg-type]


@pytest.mark.parametrize("winner", ["C", "a", "Tie", "A or B", "", None, 1, ["A"]])
def test_another_winner_is_unscored(winner: object) -> None:
    verdict = read_preference(preference(winner))
    assert isinstance(verdict, Unscored)
    assert verdict.reason == "an unknown winner"


@given(st.text())
def test_no_text_is_taken_for_a_grade_out_of_range(text: str) -> None:
    verdict = read_rating(text)
    assert isinstance(verdict, Unscored) or all(1 <= getattr(verdict, axis) <= 5 for axis in AXES)


@given(st.text(), st.lists(st.integers(1, 5), min_size=4, max_size=4))
def test_whatever_the_reasons_say_the_grades_are_read(reasons: str, grades: list[int]) -> None:
    verdict = read_rating(json.dumps({"reasons": reasons} | dict(zip(AXES, grades, strict=True))))
    if "think>" not in reasons:
        assert isinstance(verdict, Rating)
        assert list(verdict.grades().values()) == grades


def test_half_of_a_surrogate_pair_can_be_written(tmp_path) -> None:
    verdict = read_rating(rating(reasons="cut \ud83d"))
    assert isinstance(verdict, Rating)
    verdict.reasons.encode()
