"""Idioms that only seem to deny ("no problem", "without delay"), of which an outline states what is left of them.

Elsewhere they are left out, so that "a problem" would be about nothing that the source speaks of.
"""

from collections.abc import Sequence

from outline.negations.lexicon import entry
from outline.negations.tokens import idioms_in, words_in
from outline.words import stem

_DENYING = ("verbal", "nominal")


def dropped_idioms(source: str, points: Sequence[str]) -> set[str]:
    """Return the stems of what idioms of a text deny and points state, which deny nothing themselves."""
    found: set[str] = set()
    for idiom in sorted(set(idioms_in(source))):
        cue, *left = idiom
        said = next((word for word in left if entry(word).content), None)
        if said is None or entry(cue).cue not in _DENYING:
            continue
        words = words_in(source)
        if _count(words, left) > _count(words, idiom):
            # The source says it without the idiom, too.
            continue
        lines = [line for line in map(words_in, points) if _count(line, left)]
        if lines and not any(entry(word).denies for line in lines for word in line):
            found.add(stem(said))
    return found


def _count(words: Sequence[str], phrase: Sequence[str]) -> int:
    length = len(phrase)
    return sum(list(words[at : at + length]) == list(phrase) for at in range(len(words) - length + 1))
