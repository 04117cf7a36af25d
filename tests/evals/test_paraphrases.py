"""The paraphrases state the contract of whatever spec, and nothing that is not in it."""

import re
from difflib import SequenceMatcher
from itertools import combinations

import pytest

from evals.paraphrases import PARAPHRASES, Paraphrases, load_paraphrases, paraphrase
from outline import StructureSpec
from settings import UserError, load_config

NUMBERS = range(8)
SPECS = [
    StructureSpec.load(),
    StructureSpec(min_depth=4, max_children=7, max_roots=6, allow_prose=False),
    StructureSpec(min_depth=2, max_children=9, max_roots=None, allow_prose=False),
    StructureSpec(min_depth=5, max_children=8, max_roots=3, allow_prose=True),
    StructureSpec(min_depth=6, max_children=40, max_roots=None, allow_prose=True),
]
ALONE = re.compile(r"without any text|nothing|no words|leave out|no other text|entire|no introduction")
WORDS = {word: str(number) for number, word in enumerate(load_paraphrases().number_words)}
INDENT = re.compile(r"(?:2|two) (?:further )?spaces")


def stated(text: str) -> list[str]:
    """The numbers of a text in digits, without those of the line format and "one"."""
    rest = INDENT.sub("", text).lower()
    rest = re.sub(r"lines per point: 1|\b[01] to\b|\b(?:zero|one)\b", "", rest)
    return sorted(WORDS.get(word, word) for word in re.findall(r"\w+", rest) if word.isdigit() or word in WORDS)


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("number", NUMBERS)
def test_a_paraphrase_states_each_number_of_the_spec_and_no_other(number: int, spec: StructureSpec) -> None:
    text = paraphrase(spec, number)
    expected = [spec.min_depth, spec.max_children, *([spec.max_roots] if spec.max_roots else [])]
    assert stated(text) == sorted(map(str, expected))
    assert stated(text) == stated(spec.instruction())


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("number", NUMBERS)
def test_a_paraphrase_states_the_form_and_forbids_prose_only_where_the_spec_does(
    number: int, spec: StructureSpec
) -> None:
    text = paraphrase(spec, number)
    assert "nested" in text
    assert "Markdown" in text
    assert '"- "' in text
    assert INDENT.search(text)
    assert bool(ALONE.search(text)) == (not spec.allow_prose)
    assert "{" not in text
    assert "  " not in text
    assert "\n" not in text
    assert text[0].isupper()
    assert text[-1] == "."


def test_without_a_limit_nothing_is_said_of_the_top_level() -> None:
    unlimited = SPECS[0].model_copy(update={"max_roots": None})
    for number in NUMBERS:
        assert len(paraphrase(unlimited, number)) < len(paraphrase(SPECS[0], number))
        assert not re.search(r"outermost|highest|at the top\b|on the top level", paraphrase(unlimited, number))


def test_the_paraphrases_differ_from_one_another_and_from_the_instruction() -> None:
    texts = [SPECS[0].instruction(), *(paraphrase(SPECS[0], number) for number in NUMBERS)]
    assert len(load_paraphrases().paraphrases) == len(NUMBERS)
    for one, other in combinations(texts, 2):
        assert SequenceMatcher(None, one.lower().split(), other.lower().split()).ratio() < 0.5


def test_the_numbers_begin_again_after_the_last() -> None:
    assert paraphrase(SPECS[0], 8) == paraphrase(SPECS[0], 0)
    assert paraphrase(SPECS[0], 15) == paraphrase(SPECS[0], 7)


PART = "{numbers: digits, list_only: a, with_prose: b, roots: '{max_roots}', "


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("paraphrases=[]", "at least 1 entry"),
        (f"paraphrases=[{PART}text: '{{list}} {{roots}} {{min_depth}}'}}]", "text must hold each of"),
        (f"paraphrases=[{PART}text: x, tone: curt}}]", "tone is not a known key"),
        ("paraphrases=[{}]", "text is missing"),
    ],
)
def test_a_mistake_in_the_file_is_one_clear_message(override: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        load_config(PARAPHRASES, Paraphrases, [override])
