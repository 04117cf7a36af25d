"""Denials that a cut went through: "do not let anyone | stop it in pregnancy" as two points.

Each part is the source's own, so that no word of it is wrong; but a point is read alone, and one of them says the
opposite. It shows by the other, whose denial denies nothing any more while the outline goes on elsewhere with what it
denied. Not covered: a part whose words were changed as well, or that was left out; the other comparisons read those.
"""

from collections.abc import Iterator, Sequence, Set
from typing import NamedTuple

from outline.negations.claims import Claim, Passage
from outline.negations.lexicon import DENIED
from outline.negations.tokens import Token

_CUES = ("verbal", "nominal")
_WHOLE = ("nobody", "nothing", "none", "neither", "nowhere")
"""Cues that may end a clause: "it does nothing | at night"."""
_LEAST = 2
"""Words that a part must have: one alone stands in many places."""


class _Denial(NamedTuple):
    """A claim, where its cue stands among the source's words, and the first word behind it that it surely denies."""

    cue: int
    word: Token
    place: int
    """Of that word."""
    claim: Claim


def cut_denials(given: Sequence[Passage], told: Sequence[Passage]) -> list[Claim]:
    """Return the claims of the source (`given`) whose cue ends one passage of the outline (`told`) before another."""
    words = [token for passage in given for token in _words(passage)]
    denials = list(_denials(given, words))
    text = [token.text for token in words]
    found: list[Claim] = []
    points = {tuple(token.text for token in _words(passage)) for passage in told} - {()}
    for passage in told if denials else ():
        # A heading that denies what stands below it has no claim of its own.
        if any(claim.hard for claim in passage.claims):
            places = list(_occurrences(passage, text))
            cuts = [_cut(passage, denials, start, end) for start, end in places]
            if all(cuts) and all(_goes_on(points, text, end) for _, end in places):
                found += [claim for cut in cuts for claim in cut]
    return found


def _words(passage: Passage) -> list[Token]:
    return [token for token in passage.words if token.text != ","]


def _denials(given: Sequence[Passage], words: Sequence[Token]) -> Iterator[_Denial]:
    places = {id(token): at for at, token in enumerate(words)}
    for claim in (claim for passage in given for claim in passage.claims):
        if claim.cue.word.cue in _CUES and claim.cue.text not in _WHOLE:
            behind = (token for token, state in claim.said if state == DENIED and token.first > claim.cue.last)
            if first := next(behind, None):
                yield _Denial(places[id(claim.cue)], first, places[id(first)], claim)


def _occurrences(passage: Passage, text: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the source has the words of a passage in their order; the end is exclusive."""
    own = [token.text for token in _words(passage)]
    for start in range(len(text) - len(own) + 1 if len(own) >= _LEAST else 0):
        if text[start] == own[0] and text[start : start + len(own)] == own:
            yield start, start + len(own)


def _goes_on(points: Set[tuple[str, ...]], text: Sequence[str], end: int) -> bool:
    """Whether the outline has a passage that is how the source goes on from `end`."""
    return any(tuple(text[end : end + len(own)]) == own for own in points)


def _cut(passage: Passage, denials: Sequence[_Denial], start: int, end: int) -> list[Claim]:
    """The claims that end too early in a passage which is the source's words from `start` to `end`.

    "A root canal would not" is none below "What would help".
    """
    return [
        claim
        for cue, word, place, claim in denials
        if start <= cue < end <= place
        and word.word.key not in passage.above
        and not any(token.word.content for token in _words(passage)[cue + 1 - start :])
    ]
