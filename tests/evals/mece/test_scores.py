"""The scores, by vectors made by hand."""

import json
from collections.abc import Callable, Mapping

import pytest

from evals.mece.encoder import Vector
from evals.mece.scores import MeceScore, Reading, score_reading
from evals.mece.thresholds import Thresholds
from outline import parse_outline

GOOD = "- diet\n  - fruit\n  - bread\n- drugs\n  - pills\n  - drops\n"
DIRECTIONS = {
    "diet": (1, 0, 0, 0.0),
    "fruit": (1, 0, 1.2, 0.0),
    "bread": (1, 0, -1.2, 0.0),
    "drugs": (0, 1, 0, 0.0),
    "pills": (0, 1, 1.2, 0.0),
    "drops": (0, 1, -1.2, 0.0),
    "apples and pears": (1, 0, 1.3, 0.0),
    "Section": (0, 0, 0, 1.0),
    "a": (1, 0, 0.5, 0.0),
    "what to eat": (1, 0, 0, 0.0),
    "what to swallow": (0, 1, 0, 0.0),
}

Score = Callable[..., MeceScore]


@pytest.fixture
def score(vectors: Callable[[Mapping[str, tuple[float, ...]]], dict[str, Vector]], thresholds: Thresholds) -> Score:
    def of(markdown: str, question: str = "what to eat", reference: str | None = None) -> MeceScore:
        return score_reading(Reading(parse_outline(markdown), question, reference), vectors(DIRECTIONS), thresholds)

    return of


def test_a_sibling_that_says_the_same_is_found_and_costs(score: Score) -> None:
    good, bad = score(GOOD), score(GOOD.replace("  - bread", "  - apples and pears\n  - bread"))
    assert {(pair.path, pair.sibling) for pair in bad.overlaps} == {("1.1", "1.2"), ("1.2", "1.1")}
    assert good.sibling_overlap == 0
    assert bad.sibling_overlap == pytest.approx(2 / 7)
    assert bad.mece < good.mece


def test_children_that_changed_places_are_named(score: Score) -> None:
    good, bad = score(GOOD), score(GOOD.replace("fruit", "x").replace("pills", "fruit").replace("x", "pills"))
    assert good.misplaced == ()
    assert [(place.path, place.text, place.nearest) for place in bad.misplaced] == [
        ("1.1", "pills", "drugs"),
        ("2.1", "fruit", "diet"),
    ]
    assert bad.child_relevance < good.child_relevance
    assert bad.mece < good.mece


def test_an_empty_heading_costs_its_share(score: Score) -> None:
    bad = score(GOOD.replace("drugs", "Section"))
    assert bad.empty_headings == ("2",)
    assert bad.named == 0.5
    assert bad.mece < score(GOOD).mece


def test_the_order_of_siblings_does_not_matter_to_mece(score: Score) -> None:
    turned = "- drugs\n  - drops\n  - pills\n- diet\n  - bread\n  - fruit\n"
    assert score(turned).mece == pytest.approx(score(GOOD).mece)


def test_the_first_section_is_held_against_the_question(score: Score) -> None:
    assert score(GOOD).answer_first == 1
    assert score(GOOD, question="what to swallow").answer_first == 0


def test_whether_a_single_section_comes_first_is_unchecked(score: Score) -> None:
    single = score("- diet\n  - fruit\n")
    assert single.answer_first is None
    assert "answer_first" not in single.metrics()


def test_a_section_twice_is_no_answer_first(score: Score) -> None:
    assert score("- diet\n- diet\n").answer_first == 0


@pytest.mark.parametrize("copied", ["- diet\n  - diet\n", "- drugs\n  - diet\n    - drugs\n", "- a\n  - what to eat\n"])
def test_a_child_that_says_again_what_stands_above_earns_nothing(copied: str, score: Score) -> None:
    assert score(copied).child_relevance == pytest.approx(0, abs=0.01)
    assert score(copied).mece == pytest.approx(0, abs=0.01)


def test_a_heading_that_says_the_question_again_names_nothing(score: Score) -> None:
    bad = score(GOOD.replace("- diet", "- what to eat"))
    assert bad.empty_headings == ("1",)
    assert bad.named == 0.5


def test_an_outline_about_another_question_is_worth_less(score: Score) -> None:
    diet = "- diet\n  - fruit\n  - bread\n"
    about, other = score(diet), score(diet, question="what to swallow")
    assert about.asked == 1
    assert other.asked < 0.05
    assert other.mece < about.mece


def test_a_single_branch_groups_nothing(score: Score) -> None:
    branch = score("- diet\n  - fruit\n    - bread\n")
    assert branch.grouped == branch.mece == 0
    assert score(GOOD).grouped == 1


def test_a_list_without_levels_groups_nothing(score: Score) -> None:
    assert score("- diet\n- drugs\n").mece == 0


def test_facts_are_covered_by_points_and_unchecked_without_a_reference(score: Score) -> None:
    checked = score(GOOD, reference="fruit")
    assert checked.fact_coverage == 1
    assert checked.uncovered == ()
    unchecked = score(GOOD)
    assert unchecked.fact_coverage is None
    assert unchecked.uncovered is None
    assert "fact_coverage" not in unchecked.metrics()
    assert set(checked.metrics()) - set(unchecked.metrics()) == {"fact_coverage"}


def test_a_score_is_json(score: Score) -> None:
    restored = json.loads(json.dumps(score(GOOD, reference="fruit").as_dict()))
    assert restored["mece"] == score(GOOD, reference="fruit").mece
    assert restored["sections"][0]["path"] == "1"


@pytest.mark.parametrize("text", ["- diet\n", "- diet\n  - fruit\n", "- \n  - \n", GOOD * 3])
def test_every_number_is_a_share(text: str, thresholds: Thresholds, vectors: Callable[..., dict[str, Vector]]) -> None:
    known = vectors(DIRECTIONS | {"": (0, 0, 1, 0.0)})
    found = score_reading(Reading(parse_outline(text), "what to eat", None), known, thresholds)
    assert all(0 <= value <= 1 for value in found.metrics().values())
