"""Negations of a text, each with the word that it denies: "do not take aspirin" denies "aspirin".

A heuristic without a parser. The denied word is the first content word behind the cue that is no light verb, within
the same sentence; what counts as the same negation elsewhere is any cue near that word. Not covered: double negation,
negation by prefix ("unlikely"), and a cue whose scope begins far off.
"""

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from outline.words import FUNCTION_WORDS, stem, tokens

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

    denied: frozenset[str]
    near_cues: frozenset[str]


def find_negations(text: str) -> Negations:
    """Return the negations of `text`, sentence by sentence; a line end ends a sentence."""
    denied, near = set(), set()
    for segment in _SEGMENT.split(text):
        words = tokens(segment)
        for at, word in enumerate(words):
            cue = _is_cue(word)
            if cue and (head := _first_content(words[at + 1 :])):
                denied.add(head)
            if cue or word in _NEAR_CUES:
                near.update(_scope(words[at + 1 :]))
            if cue or word in _NEAR_CUES_BEHIND:
                near.update(_content(words[:at])[-_BACK:])
    return Negations(frozenset(denied), frozenset(near))


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


def _first_content(words: list[str]) -> str | None:
    """The denied word: the first content word that is no light verb, else the light verb itself."""
    within = list(itertools.takewhile(lambda word: word not in _SCOPE_ENDS, words[:_REACH]))
    content = [found for found in _content(within) if not _is_cue(found)]
    return next((word for word in content if word not in _LIGHT), content[0] if content else None)
