"""What the rules teacher takes for an order, an offer, a warning or a statement, in sentences written for this test."""

from collections.abc import Callable
from pathlib import Path

import pytest

from outline import Outline, StructureSpec, parse_outline
from prep.rules import RulesTeacher

FILLER = "The knee is bruised. The bone is whole. Swelling of this kind is common."


@pytest.fixture(scope="module")
def teacher(root: Path, spec: StructureSpec) -> RulesTeacher:
    return RulesTeacher(root / "prep/rules/clinical.yml", spec)


@pytest.fixture(scope="module")
def section_of(teacher: RulesTeacher) -> Callable[[str], str]:
    """The first-level heading under which a sentence of a reply comes to stand."""

    def place(sentence: str) -> str:
        outline = parse_outline(teacher.outline(f"{FILLER} {sentence} The skin looks clean."))
        wanted = sentence.rstrip(".!").split()[-3:]
        return next(
            top.text.strip("*")
            for top in outline.roots
            for point in Outline((top,)).leaves()
            if point.text.rstrip("!").split()[-3:] == wanted
        )

    return place


@pytest.mark.parametrize(
    "order",
    [
        "Wash hands before you touch it.",
        "Wrap him in a blanket.",
        "Plant your feet on the floor.",
        "Fold a towel under the heel.",
        "Have the wound looked at by the nurse.",
        "Never go longer than two days without a change.",
        "In the morning apply a pea of the gel.",
        "At bedtime, smear the balm on the crust.",
        "First, shrink the dressing to a strip.",
        "The tape pulls at the hair, so shave it before.",
        "Hair holds the tape badly, so please shave the shin.",
        "No bath, no swimming.",
        "Naproxen 250 mg with food is the usual choice.",
        "I would leave the crust alone.",
    ],
)
def test_a_sentence_that_says_what_to_do_is_a_recommendation(section_of: Callable[[str], str], order: str) -> None:
    assert section_of(order) == "Recommendation"


@pytest.mark.parametrize(
    "statement",
    [
        "Test results are back and look fine.",
        "Exercise helps the joint to glide.",
        "Hand, foot and knee heal alike.",
        "Rest alone is no cure for it.",
        "Cold air is a common trigger.",
        "Nothing is torn in there.",
        "Old scars pull a little.",
        "Only the outer layer is gone.",
        "Half the people never feel it.",
    ],
)
def test_a_sentence_that_says_what_is_stays_with_the_assessment(
    section_of: Callable[[str], str], statement: str
) -> None:
    assert section_of(statement) == "Assessment"


@pytest.mark.parametrize(
    "warning",
    [
        "Should the foot turn cold, call an ambulance.",
        "Fever or pus on the shin is a reason to come sooner.",
        "A calf that swells calls for a scan at once.",
    ],
)
def test_a_warning_stands_apart_from_what_is_urgent_now(section_of: Callable[[str], str], warning: str) -> None:
    assert section_of(warning) == "When to seek help"


@pytest.mark.parametrize(
    "need",
    [
        "Ambulance now!",
        "You need a hospital tonight, with a friend at the wheel.",
        "The bowel is blocked, and she belongs in hospital now for a drip.",
        "You should be in hospital today and not next week.",
        "This is a medical emergency.",
        "Let a neighbour call an ambulance immediately, as the brain may be bleeding.",
        "Carry her and the strip to a hospital emergency department right away.",
    ],
)
def test_a_need_for_help_now_leads_whether_it_is_ordered_or_stated(section_of: Callable[[str], str], need: str) -> None:
    assert section_of(need) == "Urgent care"


@pytest.mark.parametrize(
    "remark",
    [
        "If the leg turns blue, you need a hospital tonight.",
        "A leg that turns blue means you should be in hospital.",
        "Beyond five minutes, phone an ambulance.",
    ],
)
def test_a_need_that_hangs_on_something_does_not_lead(section_of: Callable[[str], str], remark: str) -> None:
    assert section_of(remark) == "When to seek help"


@pytest.mark.parametrize(
    "sentence",
    [
        "Continue the tablets that you were given in hospital.",
        "This is an emergency number for questions about the cast.",
        "Please tell me, was he in hospital for this?",
    ],
)
def test_a_mention_of_hospital_or_emergency_does_not_lead(section_of: Callable[[str], str], sentence: str) -> None:
    assert section_of(sentence) != "Urgent care"


def test_what_is_beyond_doubt_hangs_on_nothing(section_of: Callable[[str], str]) -> None:
    assert section_of("Beyond doubt it is the appendix, so call an ambulance now.") == "Urgent care"


def _sections(teacher: RulesTeacher, reply: str) -> dict[str, list[str]]:
    outline = parse_outline(teacher.outline(reply))
    return {top.text.strip("*"): [point.text for point in Outline((top,)).leaves()] for top in outline.roots}


def test_an_order_that_points_back_takes_along_what_it_points_to(teacher: RulesTeacher) -> None:
    found = _sections(teacher, f"{FILLER} The gel dries the skin. Use it at night only.")
    assert found["Recommendation"] == ["The gel dries the skin", "Use it at night only"]
    assert "The bone is whole" in found["Assessment"]


def test_an_order_that_only_draws_a_conclusion_stands_alone_without_its_so(teacher: RulesTeacher) -> None:
    found = _sections(teacher, f"{FILLER} The skin is dry. So please use a cream. Rest the leg.")
    assert found["Recommendation"] == ["Please use a cream", "Rest the leg"]


def test_orders_behind_an_urgent_one_stay_with_it_but_not_behind_a_condition(teacher: RulesTeacher) -> None:
    urgent = f"{FILLER} Call an ambulance at once."
    now = _sections(teacher, f"{urgent} The pain will pass. Keep the leg still. That is the whole plan. Eat well.")
    assert now["Urgent care"] == [
        "Call an ambulance at once",
        "Keep the leg still",
        "That is the whole plan",
        "Eat well",
    ]
    later = _sections(teacher, f"{urgent} If you feel faint, lie down.")
    assert later["Urgent care"] == ["Call an ambulance at once"]
