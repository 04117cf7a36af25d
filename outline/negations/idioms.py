"""Idioms that only seem to deny ("no problem", "without delay"), and what an outline makes of them.

Elsewhere they are left out, so that "a problem" and "do not delay" would be about nothing that the source speaks of.
"""

from collections.abc import Mapping, Sequence

from outline.negations.lexicon import entry
from outline.negations.tokens import idioms_in, words_in
from outline.words import stem

Idioms = Mapping[tuple[str, ...], str]
"""What stands behind the negation of each, with the stem of its first word that says something."""


def idioms_of(text: str) -> Idioms:
    """Return the idioms of a text that begin with a negation and name something behind it."""
    found = {}
    for cue, *left in set(idioms_in(text)):
        said = next((word for word in left if entry(word).content), None)
        if said is not None and entry(cue).cue == "nominal":
            found[tuple(left)] = stem(said)
    return found


def dropped_idioms(idioms: Idioms, source: str, points: Sequence[str]) -> set[str]:
    """Return the stems of what idioms of the source deny and points state, which deny nothing themselves."""
    words = words_in(source) if idioms else []
    return {said for left, said in idioms.items() if _is_stated(left, words, points)}


def _is_stated(left: tuple[str, ...], source: Sequence[str], points: Sequence[str]) -> bool:
    if not all(at and entry(source[at - 1]).cue == "nominal" for at in _places(source, left)):
        # The source says it without the idiom, too.
        return False
    lines = [line for line in map(words_in, points) if _places(line, left)]
    return bool(lines) and not any(entry(word).denies for line in lines for word in line)


def _places(words: Sequence[str], phrase: tuple[str, ...]) -> list[int]:
    length = len(phrase)
    return [at for at in range(len(words) - length + 1) if tuple(words[at : at + length]) == phrase]
