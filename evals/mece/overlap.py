"""Siblings that say the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evals.mece.encoder import Vector
from evals.mece.points import Point
from evals.mece.thresholds import Curve
from evals.mece.wording import difference, uncounted

_NEGLIGIBLE = 0.01
"""A probability below which the words are not worth looking at."""
_MOST_TRIED = 20
"""The nearest siblings whose words are looked at; a list that repeats itself without end has hundreds."""


@dataclass(frozen=True)
class Overlap:
    """A point, and the sibling (a point under the same parent, or another top-level one) that comes nearest to it."""

    path: str
    sibling: str
    texts: tuple[str, str]
    similarity: float
    """Cosine similarity, -1 to 1."""
    probability: float
    """That they say the same, 0 to 1; from 0.5 on they are held for the same."""

    @property
    def same(self) -> bool:
        """Whether they are held for the same."""
        return self.probability >= 0.5


def closest_siblings(siblings: Sequence[Point], vectors: Mapping[str, Vector], curve: Curve) -> list[Overlap]:
    """Return, for each of `siblings`, the other that most probably says the same; none where the words tell all apart.

    A sibling whose words differ in what embeddings do not see (`wording.difference`) is passed over.
    """
    if len(siblings) < 2:
        return []
    matrix = np.stack([vectors[point.text] for point in siblings])
    similarities = matrix @ matrix.T
    found = (_closest(siblings, at, similarities[at], curve) for at in range(len(siblings)))
    return [overlap for overlap in found if overlap is not None]


def _closest(siblings: Sequence[Point], at: int, similarities: Vector, curve: Curve) -> Overlap | None:
    point = siblings[at]
    for other in map(int, np.argsort(-similarities, kind="stable")[: _MOST_TRIED + 1]):
        probability = curve.probability(similarities[other])
        if probability < _NEGLIGIBLE:
            return None
        sibling = siblings[other]
        if other != at and _may_be_one(point, sibling):
            texts = (point.text, sibling.text)
            return Overlap(point.path, sibling.path, texts, float(similarities[other]), probability)
    return None


def _may_be_one(point: Point, sibling: Point) -> bool:
    """Whether the words leave it open that two points say the same; a mere count ("Rest 1") tells no leaves apart."""
    leaves = not point.children and not sibling.children
    if point.text == sibling.text or (leaves and uncounted(point.text) == uncounted(sibling.text)):
        return True
    return difference(point.text, sibling.text) is None
