"""Sentences of a text: their words, each with what it is compared by and whether it can deny."""

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple

from outline.negation_words import (
    ADVERBS,
    DETERMINERS,
    IDIOMS,
    IRREGULAR,
    LIGHT,
    NOT_EMPTY,
    OPPOSITES,
    PREFIX,
    SOFT,
    VERBAL,
)
from outline.words import FUNCTION_WORDS, WORD, lower, stem

_SENTENCE_END = re.compile(r"[;:!?\n]+|\.(?=\s|$)|\s[-–—](?=\s)")
_TOKEN = re.compile(rf"{WORD.pattern}|,(?=\s)")


class Word(NamedTuple):
    """A word of a sentence, or a comma."""

    text: str
    key: str
    """What two words are compared by, see `key`."""
    content: bool
    """Whether the word carries content of its own; a number does not, it is compared as one."""
    cue: bool
    """Whether it is a cue or can stand for one."""
    base: str
    """What it denies by its prefix or ending ("uncommon": common, "painless": pain), or ""."""


class Sentence(list[Word]):
    """The words of a sentence; where they stand in the text is only worked out when asked for."""

    def __init__(self, text: str, start: int, end: int) -> None:
        super().__init__(map(_known, _TOKEN.findall(text, start, end)))
        self._at = text, start, end

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """The 0-based offsets of each word in the text, the end exclusive."""
        return [match.span() for match in _TOKEN.finditer(*self._at)]


@lru_cache(maxsize=50_000)
def key(word: str) -> str:
    """Return what two words are compared by: six letters of the stem, so that "respond" is "response"."""
    whole = stem(IRREGULAR.get(word, word))
    # "bloody" is "blood", "treatment" is to "treat"
    cut = whole[:-4] if whole.endswith("ment") and len(whole) > 7 else whole[:6]
    return cut[:-1] if cut.endswith("i") and len(cut) > 3 else cut


def base_of(word: str) -> str:
    """Return what a word denies by its prefix or ending, else ""."""
    if word in OPPOSITES:
        return OPPOSITES[word]
    match = PREFIX.fullmatch(word)
    return next(filter(None, match.groups()), "") if match else ""


@lru_cache(maxsize=50_000)
def _known(word: str) -> Word:
    text = lower(word)
    content = (text not in FUNCTION_WORDS and text not in ADVERBS) or text in NOT_EMPTY
    return Word(text, key(text), content and text[0].isalpha(), is_cue(text) or text in SOFT, base_of(text))


LIGHT_KEYS = frozenset(map(key, LIGHT))
"""The keys of verbs that say little by themselves, such as "take"."""


def split_sentences(text: str) -> Iterator[Sentence]:
    """Yield the words of each sentence, and its commas; a colon, a spaced dash and a line end end one."""
    blanked = IDIOMS.sub(lambda match: " " * len(match.group()), text)
    start = 0
    for end, following in [*(match.span() for match in _SENTENCE_END.finditer(blanked)), (len(text), len(text))]:
        words = Sentence(blanked, start, end)
        if words:
            yield words
        start = following


def is_cue(word: str) -> bool:
    """Whether a word denies by itself."""
    return word in VERBAL or word in DETERMINERS or word.endswith("n't")
