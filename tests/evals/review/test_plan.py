"""Which pairs are rated, in which order, on which side."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.review.plan import Item, Study, choose_pairs, make_study
from evals.review.run import ReviewRun, load_run
from settings import UserError
from tests.evals.review.results import leave_run


@st.composite
def studies(draw: st.DrawFn) -> Study:
    """One to three pairs of conditions with any numbers of questions."""
    pairs = [("a", "b"), ("a", "c"), ("b", "c")][: draw(st.integers(1, 3))]
    items = [Item(id, *pair, f"{id}{pair}") for pair in pairs for id in range(draw(st.integers(1, 25)))]
    repeat = draw(st.floats(0, 0.5))
    return Study("r", "outline", tuple(items), repeat, draw(st.integers()))


@given(studies(), st.text(max_size=8))
def test_every_pair_comes_once_and_sides_are_balanced(study: Study, rater: str) -> None:
    shown = study.showings(rater)
    assert [showing.position for showing in shown] == list(range(len(shown)))
    first = [showing for showing in shown if showing.repeat_of is None]
    assert sorted(showing.item.digest for showing in first) == sorted(item.digest for item in study.items)
    for pair in {(item.first, item.second) for item in study.items}:
        left = Counter(showing.left for showing in shown if (showing.item.first, showing.item.second) == pair)
        assert abs(left[pair[0]] - left[pair[1]]) <= 1
    assert all({showing.left, showing.right} == {showing.item.first, showing.item.second} for showing in shown)


@given(studies(), st.text(max_size=8))
def test_a_repeat_comes_later_and_the_other_way_round(study: Study, rater: str) -> None:
    shown = study.showings(rater)
    repeats = [showing for showing in shown if showing.repeat_of is not None]
    assert len(repeats) == min(round(study.repeat * len(study.items)), (len(study.items) + 1) // 2)
    assert len({showing.repeat_of for showing in repeats}) == len(repeats)
    for again in repeats:
        assert again.repeat_of is not None
        assert again.position - again.repeat_of > 1 or len(study.items) == 1
        before = shown[again.repeat_of]
        assert before.repeat_of is None
        assert (before.item, before.left, before.right) == (again.item, again.right, again.left)


def test_raters_see_the_same_pairs_in_orders_of_their_own(study: Study) -> None:
    anna, ben = study.showings("anna"), study.showings("ben")
    assert study.showings("anna") == anna
    assert {showing.item for showing in anna} == {showing.item for showing in ben}
    assert [showing.item for showing in anna] != [showing.item for showing in ben]
    assert {s.item: s.left for s in anna if s.repeat_of is None} != {s.item: s.left for s in ben if s.repeat_of is None}


def test_pairs_are_spread_evenly_over_the_conditions(tmp_path: Path) -> None:
    run = load_run(leave_run(tmp_path / "r", "abcd"))
    study = make_study(run, choose_pairs(run, None), n=20, repeat=0, seed=1)
    counts = Counter((item.first, item.second) for item in study.items)
    assert len(counts) == 6
    assert set(counts.values()) == {3, 4}
    assert make_study(run, choose_pairs(run, None), n=20, repeat=0, seed=2).digest != study.digest
    assert choose_pairs(run, ["c, a", "a,c,d"]) == [("a", "c"), ("a", "d"), ("c", "d")]


def test_a_name_may_hold_a_comma(tmp_path: Path) -> None:
    run = load_run(leave_run(tmp_path / "r", ["base", "base, 3-shot", "tuned"]))
    assert choose_pairs(run, ["base, 3-shot,tuned"]) == [("base, 3-shot", "tuned")]
    assert choose_pairs(run, ["base,base, 3-shot"]) == [("base", "base, 3-shot")]


def test_other_answers_make_another_study(folder: Path, run: ReviewRun, study: Study) -> None:
    name = run.conditions[0]
    leave_run(folder, answers={(name, study.items[0].question): "- anew"})
    other = load_run(folder)
    anew = make_study(other, choose_pairs(other, None), n=10, repeat=0.2, seed=3)
    assert anew.digest != study.digest
    changed = [old != new for old, new in zip(study.items, anew.items, strict=True)]
    assert changed == [True] + [False] * 9


@pytest.mark.parametrize(
    ("named", "message"),
    [
        (["quillon-base"], "needs two conditions of outline, got quillon-base"),
        (["quillon-base,quillon-base"], "needs two conditions"),
        (["quillon-base,other"], "no condition 'other' has answers to outline; allowed: quillon-base, zephyrine-tuned"),
    ],
)
def test_a_mistake_in_the_pairs_is_named(run: ReviewRun, named: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        choose_pairs(run, named)
