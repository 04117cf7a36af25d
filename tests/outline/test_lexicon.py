"""The words by which negations are compared: forms, prefixes, and the lists of the English."""

from pathlib import Path

import pytest

from outline.negations.lexicon import Lexicon, entry


@pytest.mark.parametrize(
    ("word", "same", "opposite"),
    [("treatment", "treat", False), ("itchy", "itch", False), ("washable", "wash", False), ("painless", "pain", True)],
)
def test_words_are_compared_by_what_they_are_forms_of(word: str, same: str, opposite: bool) -> None:
    assert entry(word).key == entry(same).key
    assert entry(word).opposite == opposite


def test_words_that_only_begin_alike_are_not_the_same() -> None:
    words = "contrast cast contraindicated contraception hypertension hyperthyroid cardiology radiology".split()
    assert len({entry(word).key for word in words}) == len(words)


def test_every_list_of_the_english_is_used() -> None:
    names = {name for roles in (Lexicon().roles, Lexicon().key_roles) for found in roles.values() for name in found}
    code = "".join(path.read_text(encoding="utf-8") for path in Path("outline/negations").glob("*.py"))
    assert not {name for name in names if f'"{name}"' not in code}
