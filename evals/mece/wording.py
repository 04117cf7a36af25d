"""What the scores read in the words themselves, where embeddings are blind: numbers, denials, frames, empty headings."""

import re
from collections.abc import Set
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from outline import quantity_mentions
from outline.words import FUNCTION_WORDS, stem, stems, tokens
from settings import read_yaml

_FRAME = 0.5
"""From this share of common words on, two texts fill the same frame."""


class Lists(NamedTuple):
    """The lists of `words.yml`."""

    empty_headings: frozenset[str]
    denials: frozenset[str]
    telling: frozenset[str]
    background: frozenset[str]
    answers: frozenset[str]
    polite: tuple[str, ...]


@lru_cache(maxsize=1)
def word_lists() -> Lists:
    """Return the words and phrases of `words.yml`."""
    read = read_yaml(Path(__file__).with_name("words.yml"))
    words = {name: frozenset(read[name].split()) for name in Lists._fields if name != "polite"}
    return Lists(**words, polite=tuple(read["polite"]))


def plain(markdown: str) -> str:
    """Return a point's text as it is encoded: one line, without emphasis, code marks, link targets and an end colon."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    return " ".join(re.sub(r"[*`]|(?<!\w)_|_(?!\w)", "", text).split()).rstrip(" :")


def is_empty_heading(text: str) -> bool:
    """Whether a heading names nothing: no word, or only numbers and words such as "section" and "other"."""
    words = set(tokens(text)) - FUNCTION_WORDS
    return not {word for word in words if not word.isdigit()} - word_lists().empty_headings


def difference(first: str, second: str) -> str | None:
    """Return why two texts that read alike say different things, or None where the words give no reason.

    Three reasons are seen: each has a number that the other lacks; in much the same words only one denies; at least
    half of the shorter's words are common and each has words of its own (one frame about two things: "X-ray of the
    chest", "X-ray of the pelvis"). Not covered: a synonym in the same frame ("visa rules", "visa requirements").
    """
    if _numbers_differ(first, second):
        return "other numbers"
    words = _content(first), _content(second)
    common = len(words[0] & words[1])
    denied = [not word_lists().denials.isdisjoint(tokens(text)) for text in (first, second)]
    if denied[0] != denied[1] and common >= _FRAME * max(map(len, words)):
        return "only one denies"
    if common >= _FRAME * min(map(len, words)) and words[0] - words[1] and words[1] - words[0]:
        return "the same frame about another thing"
    return None


def contradiction(first: str, second: str) -> str | None:
    """Return why a point does not tell a fact that it resembles: other numbers, or only one denies; else None."""
    found = difference(first, second)
    return found if found in ("other numbers", "only one denies") else None


@lru_cache(maxsize=20_000)
def _content(text: str) -> Set[str]:
    lists = word_lists()
    words = tokens(text)
    telling = {stem(word) for word in words if word in lists.telling}
    return frozenset((stems(words) | telling) - {stem(word) for word in lists.denials})


@lru_cache(maxsize=20_000)
def _numbers(text: str) -> tuple[frozenset[str], ...]:
    return tuple(mention.forms for mention in quantity_mentions(text))


def _numbers_differ(first: str, second: str) -> bool:
    left, right = _numbers(first), _numbers(second)
    return _lacks(left, right) and _lacks(right, left)


def _lacks(some: tuple[frozenset[str], ...], others: tuple[frozenset[str], ...]) -> bool:
    """Whether one of `some` stands in none of `others`, in any of its forms."""
    return any(all(forms.isdisjoint(other) for other in others) for forms in some)
