"""How phrases are found in a row of words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prep.rules.vocabulary import Phrases

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
