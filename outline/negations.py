"""Negations of a text, each with the word that it denies: "do not take aspirin" denies "aspirin".

A heuristic without a parser. The denied word is the first content word behind the cue that is no light verb, within
the same sentence; what counts as the same negation elsewhere is any cue near that word. Not covered: double negation,
negation by prefix ("unlikely"), and a cue whose scope begins far off.
"""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from outline.mentions import Mention
from outline.words import FUNCTION_WORDS, WORD, lower, stem

_SEGMENT = re.compile(r"[;:!?\n]+|\.(?=\s|$)|,(?=\s)")

_CUES = frozenset(
    """
    not no never without cannot nor neither none nothing nobody nowhere dont doesnt didnt isnt wasnt wont cant
    shouldnt wouldnt couldnt hasnt havent hadnt arent werent neednt mustnt
    """.split()
)
# They may stand for a negation ("do not drink" → "avoid drinking") but deny nothing by themselves.
_NEAR_CUES = frozenset("avoid avoided avoiding stop stopped refrain absence free negative".split())
_NEAR_CUES_BEHIND = frozenset("negative absent unlikely".split())
_LIGHT = frozenset(
    stem(word) for word in "take use get go give make need want have seem feel try keep start yet".split()
)
# The denied word does not stand behind one of these ("whether it hurts or not so please tell me").
_SCOPE_ENDS = frozenset("so but please because if".split())
_REACH = 6
_BACK = 2
_WIDE = 4


@dataclass(frozen=True)
class Negations:
    """Words (stems) that a text denies outright, and all words near enough to a cue to be denied by it."""

    denied: frozenset[str] = frozenset()
    near_cues: frozenset[str] = frozenset()

    def __or__(self, other: "Negations") -> "Negations":
        """Return what two texts say together."""
        return Negations(self.denied | other.denied, self.near_cues | other.near_cues)


def find_negations(text: str) -> Negations:
    """Return the negations of `text`, sentence by sentence; a line end ends a sentence."""
    denied, near = set(), set()
    for sentence in _sentences(text):
        words = [lower(match.group()) for match in sentence]
        for at, word in enumerate(words):
            cue = _is_cue(word)
            if cue and (head := _denied(words, at)):
                denied.add(stem(words[head]))
            if cue or word in _NEAR_CUES:
                near.update(_scope(words[at + 1 :]))
            if cue or word in _NEAR_CUES_BEHIND:
                near.update(_content(words[:at])[-_BACK:])
    return Negations(frozenset(denied), frozenset(near))


def negation_mentions(text: str) -> list[Mention]:
    """Return where `text` denies a word, in text order: the span from the cue to that word, and the word's stem."""
    found = []
    for sentence in _sentences(text):
        words = [lower(match.group()) for match in sentence]
        for at, word in enumerate(words):
            if _is_cue(word) and (head := _denied(words, at)):
                form = frozenset({stem(words[head])})
                found.append(Mention(sentence[at].start(), sentence[head].end(), form))
    return found


def _sentences(text: str) -> Iterator[list[re.Match[str]]]:
    """The words of each sentence, with their places in the text."""
    start = 0
    for end, following in [*(match.span() for match in _SEGMENT.finditer(text)), (len(text), 0)]:
        yield list(WORD.finditer(text, start, end))
        start = following


def _is_cue(word: str) -> bool:
    return word in _CUES or word.endswith("n't")


def _content(words: Iterable[str]) -> list[str]:
    return [stem(word) for word in words if word not in FUNCTION_WORDS]


def _scope(words: list[str]) -> list[str]:
    """The content words that a cue before `words` may cover: few, and none behind the next light verb.

    "not take ibuprofen take paracetamol" covers "take" and "ibuprofen".
    """
    found: list[str] = []
    named = 0
    for word in _content(itertools.takewhile(lambda word: word not in _SCOPE_ENDS, words[: 2 * _REACH])):
        if named == _WIDE or (named and word in _LIGHT):
            break
        named += word not in _LIGHT and not _is_cue(word)
        found.append(word)
    return found


def _denied(words: list[str], cue: int) -> int | None:
    """The place of the denied word: the first content word that is no light verb, else the light verb itself."""
    light = None
    for at in range(cue + 1, min(cue + 1 + _REACH, len(words))):
        word = words[at]
        if word in _SCOPE_ENDS:
            break
        if word in FUNCTION_WORDS or _is_cue(word):
            continue
        if stem(word) not in _LIGHT:
            return at
        light = light or at
    return light
