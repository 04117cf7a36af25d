"""The spans by which a page marks numbers and negations in a text."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outline import Mention, check_fidelity, negation_mentions, quantity_mentions

WORDS = (
    "take 2 two 2.5 mg 500mg daily twice times a every day 5-7 not no NEVER don't avoid without pain for to one twenty"
    " hundred and - , . \n b12 İ"
)
TEXTS = st.lists(st.sampled_from(WORDS.split(" "))).map(" ".join)


def marked(text: str, mentions: list[Mention]) -> list[tuple[str, set[str]]]:
    return [(text[mention.start : mention.end], set(mention.forms)) for mention in mentions]


@given(TEXTS)
def test_whatever_an_outline_loses_is_marked_in_the_source(text: str) -> None:
    report = check_fidelity(text, "- nothing of it")
    lost = {*report.lost_numbers, *report.lost_doses}
    assert lost <= set().union(*(mention.forms for mention in quantity_mentions(text)))


@pytest.mark.parametrize("mentions_of", [quantity_mentions, negation_mentions])
@given(text=TEXTS)
def test_mentions_stand_in_text_order_and_never_outside_the_text(
    mentions_of: Callable[[str], list[Mention]], text: str
) -> None:
    mentions = mentions_of(text)
    assert [mention.start for mention in mentions] == sorted(mention.start for mention in mentions)
    assert all(0 <= mention.start < mention.end <= len(text) and mention.forms for mention in mentions)


def test_a_quantity_is_marked_from_its_number_to_its_unit() -> None:
    text = "Take two tablets of 500 mg daily for 5 to 7 days."
    assert marked(text, quantity_mentions(text)) == [
        ("two tablets", {"2", "2tablet"}),
        ("500 mg", {"500", "500mg"}),
        ("daily", {"1/day"}),
        ("5 to 7 days", {"5", "5day"}),
        ("7 days", {"7", "1week"}),
    ]


def test_a_negation_is_marked_from_its_cue_to_the_word_it_denies() -> None:
    text = "İt isn’t dangerous. Do NOT take aspirin, and\nnever smoke"
    assert marked(text, negation_mentions(text)) == [
        ("isn’t dangerous", {"danger"}),
        ("NOT take aspirin", {"aspirin"}),
        ("never smoke", {"smoke"}),
    ]
