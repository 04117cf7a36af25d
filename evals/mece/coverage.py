"""Which facts of the reference the outline tells."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evals.mece.encoder import Vector
from evals.mece.points import Point, together
from evals.mece.wording import contradiction


@dataclass(frozen=True)
class FactMatch:
    """A fact, and the point that comes nearest to telling it."""

    fact: str
    path: str
    """Of the point; empty where the answer has none."""
    similarity: float
    """Cosine similarity, -1 to 1; 0 where there is no point."""
    covered: bool
    denied: str | None
    """Why a point that reads alike does not tell it (other numbers, only one denies); None otherwise."""


def match_facts(
    facts: Sequence[str], points: Sequence[Point], vectors: Mapping[str, Vector], threshold: float
) -> list[FactMatch]:
    """Return the match of each fact to at least one point: by itself, with its parent, or with its children.

    The nearest reading from the threshold on (a cosine similarity) counts, unless its numbers are others or only one
    of the two denies.
    """
    if not facts:
        return []
    readings = [(point.path, *together(group, vectors)) for point in points for group in _readings(point)]
    matrix = np.stack([vector for _, _, vector in readings])
    named = [(path, text) for path, text, _ in readings]
    return [_match(fact, named, matrix @ vectors[fact], threshold) for fact in facts]


def _readings(point: Point) -> Iterator[list[Point]]:
    yield [point]
    if point.parent:
        yield [point.parent, point]
    if point.children:
        yield [point, *point.children]


def _match(fact: str, readings: Sequence[tuple[str, str]], similarities: Vector, threshold: float) -> FactMatch:
    nearest = list(map(int, np.argsort(-similarities, kind="stable")))
    best, denied = nearest[0], None
    for at in nearest:
        if similarities[at] < threshold:
            break
        path, text = readings[at]
        reason = contradiction(fact, text)
        if reason is None:
            return FactMatch(fact, path, float(similarities[at]), True, None)
        denied = denied or reason
    return FactMatch(fact, readings[best][0], float(similarities[best]), False, denied)
