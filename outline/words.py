"""Words of a text: tokens, stems, and which of them carry content."""

import re
from collections.abc import Iterable
from functools import lru_cache

import snowballstemmer

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
"""A word or a number as it stands in a text; "don't" is one word."""

_STEMMER = snowballstemmer.stemmer("english")

FUNCTION_WORDS = frozenset(
    """
    a about after again all also am an and any are as at be because been before being both but by can could did do
    does doing done each either else etc for from had has have having he her here hers him his how i if in into is it
    its itself just kindly let like may me might mine more most much must my myself of off on one only or other our
    ours out over own per please quite rather same shall she should so some such than that the their theirs them then
    there these they this those though through to too until up upon us very was we were what when where whether which
    while who whom whose why will with within would you your yours yourself
    dear greetings hello hey hi hope kind regards sir madam thank thanks welcome
    """.split()
)
"""English words that carry no content of their own: articles, pronouns, auxiliaries, prepositions, greetings."""


def tokens(text: str) -> list[str]:
    """Return the words and numbers of `text` in order, lower-cased; "don't" is one word."""
    return [lower(word) for word in WORD.findall(text)]


def lower(word: str) -> str:
    """Return a word as it is compared: lower-case, with a plain apostrophe."""
    return word.lower().replace("’", "'")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return the stem of a lower-case word (Porter2: snowballstem.org/algorithms/english)."""
    return _STEMMER.stemWord(word)


def content_words(text: str) -> set[str]:
    """Return the stems of the words in `text` that are no function words; numbers count as words."""
    return stems(tokens(text))


def stems(words: Iterable[str]) -> set[str]:
    """Return the stems of those of `words` (lower-case) that are no function words."""
    return {stem(word) for word in words if word not in FUNCTION_WORDS}
