"""Idioms that only seem to deny ("no problem", "without delay"), and what an outline makes of them.

Elsewhere they are left out, so that "a problem" and "do not delay" would be about nothing that the source speaks of.
"""

from collections.abc import Iterator, Mapping, Sequence, Set

from outline.negations.lexicon import entry
from outline.negations.tokens import idioms_in, words_in
from outline.tree import Node, Outline
from outline.words import stem

Idioms = Mapping[tuple[str, ...], str]
"""By what stands behind the negation of each: the stem of its first word that says something."""


def idioms_of(text: str) -> Idioms:
    """Return the idioms of a text that begin with a negation and name something that it names nowhere else."""
    found = {}
    for cue, *left in set(idioms_in(text)):
        said = next((word for word in left if entry(word).content), None)
        if said is not None and entry(cue).cue == "nominal":
            found[tuple(left)] = stem(said)
    words = words_in(text) if found else []
    named = {stem(word) for at, word in enumerate(words) if not at or entry(words[at - 1]).cue != "nominal"}
    return {left: said for left, said in found.items() if said not in named}


def dropped_idioms(idioms: Idioms, source: str, outline: Outline) -> set[str]:
    """Return the stems of what idioms of the source deny and points state in its words, and nothing around them denies.

    Points that say more of it ("Delay can cost the eye") and headings ("The problem:") are left alone.
    """
    if not idioms:
        return set()
    known = {stem(word) for word in words_in(source)}
    points = list(_points(outline.roots, ()))
    return {said for left, said in idioms.items() if any(_states(*point, left, known) for point in points)}


def _points(nodes: Sequence[Node], above: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """The words of each point, and those of the points above it."""
    for node in nodes:
        words = words_in(node.text)
        yield words, above
        yield from _points(node.children, [*above, *words])


def _states(words: Sequence[str], above: Sequence[str], left: tuple[str, ...], known: Set[str]) -> bool:
    length = len(left)
    places = [at for at in range(len(words) - length + 1) if tuple(words[at : at + length]) == left]
    if not places or ":" in words or any(entry(word).denies for word in (*words, *above)):
        return False
    more = {stem(word) for word in words if entry(word).content and word not in left}
    return bool(more) and more <= known
