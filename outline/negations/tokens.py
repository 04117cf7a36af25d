"""Words and marks of a text, with known phrases read as the words that they stand for."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from outline.negations.lexicon import Entry, Phrase, entry, lexicon
from outline.words import WORD, lower

_TOKEN = re.compile(
    rf"{WORD.pattern}|(?<=\w)-(?=\w){WORD.pattern}|(?<!\b[SsDd][TtRr])(?<!\b[Vv][Ss])[.](?=\s|$)|[;:!?\n(),—]|(?<=\s)[-–](?=\s)"
)
"""A word (with the hyphen that joins it to the one before it) or a mark."""
_ENDING = re.compile(r"'(?:ll|re|ve|d|m|s)$")
_NUMBERS: dict[str, str] = dict(
    zip(
        "zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split(),
        ("0", *map(str, range(2, 16))),
        strict=True,
    )
)
"""Without "one", which is more often no number."""


class Token(NamedTuple):
    """A word, or a mark such as a comma."""

    text: str
    roles: frozenset[str]
    """The lists of `cues.yml` that have the word."""
    word: Entry
    first: int
    last: int
    """Which words and marks of the text it stands for, counted from 0; a phrase stands for several."""
    glued: bool
    """Whether a hyphen joins it to the word before it: the "free" of "pain-free"."""

    @property
    def is_mark(self) -> bool:
        """Whether it ends a clause: any mark but a comma."""
        return not self.text[0].isalnum() and self.text != ","


def spans_of(text: str) -> list[tuple[int, int]]:
    """Return where the words and marks of a text stand: 0-based offsets, the end exclusive."""
    return [(match.start() + match.group().startswith("-"), match.end()) for match in _TOKEN.finditer(text)]


def tokens_of(text: str) -> list[Token]:
    """Return the words and marks of a text; a phrase is read as what it stands for, and an idiom is left out."""
    words = [_known(word) for word in _TOKEN.findall(text)]
    found: list[Token] = []
    at, last = 0, len(words) - 1
    while at <= last:
        word, glued = words[at]
        phrase = _phrase_at(words, at) if word.phrases else None
        if phrase:
            end = at + len(phrase[0])
            readings = map(entry, phrase[1])
            found += [Token(one.text, one.roles, one, at, end - 1, glued and not i) for i, one in enumerate(readings)]
            at = end
        else:
            # Token(...), but without a Python call, of which there would be hundreds in a row.
            found.append(tuple.__new__(Token, (word.text, word.roles, word, at, at, glued)))
            at += 1
    return found


def words_in(text: str) -> list[str]:
    """Return the words and marks of a text as they are looked up, phrases and idioms word by word."""
    return [_known(word)[0].text for word in _TOKEN.findall(text)]


def idioms_in(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of each idiom of a text."""
    words = [_known(word) for word in _TOKEN.findall(text)]
    for at, (word, _) in enumerate(words):
        phrase = _phrase_at(words, at) if word.phrases else None
        if phrase and not phrase[1]:
            yield phrase[0]


@lru_cache(maxsize=50_000)
def _known(word: str) -> tuple[Entry, bool]:
    glued = len(word) > 1 and word[0] == "-"
    return entry(_plain(word[glued:])), glued


def _phrase_at(words: list[tuple[Entry, bool]], at: int) -> Phrase | None:
    phrases = words[at][0].phrases
    following = words[at + 1][0].text if at + 1 < len(words) else ""
    for phrase in (*phrases.get(following, ()), *phrases.get("", ())):
        if at + len(phrase[0]) <= len(words) and all(words[at + i][0].text == one for i, one in enumerate(phrase[0])):
            return phrase
    return None


def _plain(word: str) -> str:
    """A word in lower case without "'ll" or "'s"; "don't" as "dont", as many write it; a number as a digit."""
    text = lower(word)
    if text.endswith("n't"):
        return text.replace("'", "")
    if "'" in text and "subjects" not in lexicon().roles.get(text, ()):
        text = _ENDING.sub("", text)
    return _NUMBERS.get(text, text)
