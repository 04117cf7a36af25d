"""What words tell where embeddings are blind: numbers, denials, one frame about two things, empty headings."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from outline import quantity_mentions
from outline.words import FUNCTION_WORDS, content_words, stem, tokens
from settings import read_yaml

_MUCH = 0.5
"""From this share of common content words on, two texts are in much the same words."""
_SLOT = 2
"""The most words by which a frame is filled."""
_TAKEN = 3
"""The fewest words that are taken over from a question rather than shared with it."""
_MOSTLY = 2 / 3
"""From this share of its words on, a text consists of what it took over."""


OTHER_NUMBERS = "other numbers"
ONE_DENIES = "only one denies"
ONE_FRAME = "one frame about two things"


class Lists(NamedTuple):
    """The lists of `words.yml`."""

    empty_headings: frozenset[str]
    denials: frozenset[str]
    telling: frozenset[str]
    background: frozenset[str]
    answers: frozenset[str]
    polite: re.Pattern[str]


@lru_cache(maxsize=1)
def word_lists() -> Lists:
    """Return the words and phrases of `words.yml`."""
    read = read_yaml(Path(__file__).with_name("words.yml"))
    words = {name: frozenset(read[name].split()) for name in Lists._fields if name != "polite"}
    return Lists(**words, polite=re.compile(rf"\b(?:{'|'.join(read['polite'])})", re.IGNORECASE))


def plain(markdown: str) -> str:
    """Return a point's text as it is encoded: one line, without emphasis, code marks, link targets and an end colon."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", markdown)
    return " ".join(re.sub(r"[*`]|(?<!\w)_|_(?!\w)", "", text).split()).rstrip(" :")


def is_empty_heading(text: str) -> bool:
    """Whether a heading names nothing: no word, or only numbers and words such as "section" and "other"."""
    words = set(tokens(text)) - FUNCTION_WORDS
    return not {word for word in words if not word.isdigit()} - word_lists().empty_headings


def uncounted(text: str) -> str:
    """Return a text in lower case without a mark such as "2." before it and without a digit of its own at its end.

    A longer number there is an amount ("losartan 50"), and one within a word is its name ("vitamin B12").
    """
    return re.sub(r"^\W*\d+[.):]\W*|\s+\d\W*$", "", text).lower()


def echoes(text: str, question: str) -> bool:
    """Whether a text only says a question again.

    At least two thirds of it are one run of the question's words, or all its content words, in any order, are the
    question's. "Yes" and "no" before them answer it, and so does what only one of the two denies. Not covered: a
    paraphrase, an order in the question's own words, and fewer than three words, which a good heading may share.
    """
    words, content = tokens(text), content_words(text)
    denied = [not word_lists().denials.isdisjoint(tokens(each)) for each in (text, question)]
    if words[:1] in (["yes"], ["no"]) or denied == [True, False]:
        return False
    if len(content) >= _TAKEN and content <= content_words(question):
        return True
    run = SequenceMatcher(None, words, tokens(question), autojunk=False).find_longest_match().size
    return run >= max(_TAKEN, _MOSTLY * len(words))


def difference(first: str, second: str) -> str | None:
    """Return why two texts that read alike say different things, or None where the words give no reason.

    Three reasons are seen: each has a number that the other lacks; in much the same words only one denies; and one
    frame is filled with two things ("X-ray of the chest", "X-ray of the pelvis"): the content words are the same, in
    the same order, but for up to two in one place. Not covered: a synonym in that place ("visa rules", "visa
    requirements"), and twins that differ in two places.
    """
    if _numbers_differ(first, second):
        return OTHER_NUMBERS
    words = _content(first), _content(second)
    denied = [not word_lists().denials.isdisjoint(tokens(text)) for text in (first, second)]
    if denied[0] != denied[1] and len(set(words[0]) & set(words[1])) >= _MUCH * max(len(set(some)) for some in words):
        return ONE_DENIES
    return ONE_FRAME if _fill_one_frame(*words) else None


def contradiction(first: str, second: str) -> str | None:
    """Return why a point does not tell a fact that it resembles: other numbers, or only one denies; else None."""
    found = difference(first, second)
    return found if found in (OTHER_NUMBERS, ONE_DENIES) else None


def _fill_one_frame(first: Sequence[str], second: Sequence[str]) -> bool:
    edits = SequenceMatcher(None, first, second, autojunk=False).get_opcodes()
    changed = [edit for edit in edits if edit[0] != "equal"]
    if len(changed) != 1 or changed[0][0] != "replace":
        return False
    _, start, end, other_start, other_end = changed[0]
    shorter = min(len(first), len(second))
    common = len(first) - (end - start)
    return max(end - start, other_end - other_start) <= _SLOT and common >= _MUCH * shorter


@lru_cache(maxsize=20_000)
def _content(text: str) -> tuple[str, ...]:
    """The stems of the content words in their order, without those that deny."""
    lists = word_lists()
    left_out = (FUNCTION_WORDS - lists.telling) | lists.denials
    return tuple(stem(word) for word in tokens(text) if word not in left_out)


@lru_cache(maxsize=20_000)
def _numbers(text: str) -> tuple[frozenset[str], ...]:
    return tuple(mention.forms for mention in quantity_mentions(text))


def _numbers_differ(first: str, second: str) -> bool:
    left, right = _numbers(first), _numbers(second)
    return _lacks(left, right) and _lacks(right, left)


def _lacks(some: tuple[frozenset[str], ...], others: tuple[frozenset[str], ...]) -> bool:
    """Whether one of `some` stands in none of `others`, in any of its forms."""
    return any(all(forms.isdisjoint(other) for other in others) for forms in some)
