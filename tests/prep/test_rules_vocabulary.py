"""How phrases are found in a row of words, and which headings may stand above them."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from outline import StructureSpec
from prep.rules import RulesTeacher
from prep.rules.vocabulary import Phrases
from settings import UserError

WORDS = st.sampled_from("go to go-to walk walking the then now".split())
PHRASE = st.lists(st.one_of(WORDS, st.sampled_from(["walk*", "th*", "*"])), min_size=1, max_size=3).map(" ".join)


@pytest.mark.parametrize(
    ("phrase", "words", "covered"),
    [
        ("go, go to, go to bed", "go to bed now", 3),
        ("go, go to bed", "go to work", 1),
        ("go to", "go", 0),
        ("walk*, walk", "walking daily", 1),
        ("walk, walk* the dog", "walk the dog", 3),
        ("welcome to *, welcome to * com", "welcome to us com", 4),
        ("welcome to *", "welcome to", 0),
        ("to", "go to", 0),
    ],
)
def test_the_longest_phrase_counts(phrase: str, words: str, covered: int) -> None:
    assert Phrases(phrase.split(",")).at(tuple(words.split()), 0) == covered


@pytest.mark.parametrize("start", [-1, 2])
def test_no_phrase_begins_outside_the_words(start: int) -> None:
    assert Phrases(["*"]).at(("go", "now"), start) == 0


@given(st.lists(PHRASE, min_size=1, max_size=6), st.lists(WORDS, max_size=8).map(tuple))
def test_phrases_are_found_as_by_trying_each_at_every_word(phrases: list[str], words: tuple[str, ...]) -> None:
    known = Phrases(phrases)
    lengths = [max(_covered(phrase.split(), words[i:]) for phrase in phrases) for i in range(len(words))]
    assert [known.at(words, i) for i in range(len(words))] == lengths
    assert known.hits(words) == sum(length > 0 for length in lengths)


def _covered(phrase: list[str], words: tuple[str, ...]) -> int:
    fits = len(phrase) <= len(words) and all(
        word == wanted or (wanted[-1] == "*" and word[: len(wanted) - 1] == wanted[:-1])
        for word, wanted in zip(words, phrase, strict=False)
    )
    return len(phrase) if fits else 0


SHIPPED = ["prep/rules/clinical.yml", "configs/it-support/vocabulary.yml"]


@pytest.mark.parametrize("file", SHIPPED)
def test_the_shipped_headings_pass_their_own_gate(root: Path, spec: StructureSpec, file: str) -> None:
    RulesTeacher(root / file, spec)


@pytest.mark.parametrize(
    ("key", "text", "told"),
    [
        ("heading", "What to leave alone", "a negation"),
        ("label", "Do not touch", "a negation"),
        ("label", "Daily checks", r"a number \(1/day\)"),
        ("kind", "Without help", "a negation"),
    ],
)
def test_a_heading_that_the_gate_would_refuse_is_one_message(
    root: Path, tmp_path: Path, spec: StructureSpec, key: str, text: str, told: str
) -> None:
    words = yaml.safe_load((root / "prep/rules/clinical.yml").read_text(encoding="utf-8"))
    section = words["sections"][1]
    place = section["kinds"][1] if key == "kind" else section
    place["label" if key == "kind" else key] = text
    words["grammar"] = str(root / "prep/rules/english.yml")
    (tmp_path / "words.yml").write_text(yaml.safe_dump(words), encoding="utf-8")
    name = {"kind": "kinds.1.label"}.get(key, key)
    with pytest.raises(UserError, match=rf"words.yml: sections.1.{name}: the gate reads '{text}' as {told}"):
        RulesTeacher(tmp_path / "words.yml", spec)
