"""Words of a text: tokens, stems, and which of them carry content, in any script."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import snowballstemmer

_UNSPACED = (
    r"\u0E01-\u0E4E\u0E81-\u0ECD\u1000-\u103F\u1780-\u17D3\u3041-\u3096\u30A1-\u30FA\u30FC-\u30FF\u3400-\u4DBF"
    r"\u4E00-\u9FFF\uF900-\uFAFF\U00020000-\U0003FFFF"
)
UNSPACED = re.compile(rf"[{_UNSPACED}]")
"""A letter of a script that puts no spaces between words: Thai, Lao, Burmese, Khmer, kana, Chinese."""
WORD = re.compile(rf"(?:[^\W_{_UNSPACED}]+(?:['’][^\W_{_UNSPACED}]+)*|(?=\w)[{_UNSPACED}])")
"""A word or a number as it stands in a text; "don't" is one word, and so is each letter of an unspaced script."""

_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
# The full-width forms stand in the order of ASCII, 0xFEE0 further on. A "。2" is no ".2".
_NARROW = {0xFEE0 + code: code for code in range(0x21, 0x7F)} | {ord("。"): ";", ord("\u3000"): " "}

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
    """Return a word as it is compared: lower-case, with a plain apostrophe and the digits 0 to 9."""
    return (word if word.isascii() else narrow(word)).lower().replace("’", "'")


def narrow(text: str) -> str:
    """Return `text` with full-width forms as ASCII has them, and any script's digits as 0 to 9, each in its place."""
    if text.isascii():
        return text
    return _OTHER_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), text).translate(_NARROW)


def length(text: str) -> int:
    """Return how many words `text` has, parted by white space; a letter of an unspaced script is one."""
    return len((text if text.isascii() else UNSPACED.sub(" x ", text)).split())


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
