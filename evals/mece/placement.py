"""Whether each child is about its parent without saying it again, and whether it would rather stand elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evals.mece.encoder import Vector
from evals.mece.points import Point
from evals.mece.thresholds import Thresholds


@dataclass(frozen=True)
class Placement:
    """A child, how well it fits where it stands, and the sibling of its parent that is nearest to it."""

    path: str
    text: str
    parent: str
    """The parent's text."""
    own: float
    """Cosine similarity of child and parent."""
    again: float
    """Probability (0 to 1) that the child says the same as a point above it; 1 where it only says the question again.
    Words that tell siblings apart are no excuse here: "X-ray of the pelvis" is no part of "X-ray of the chest"."""
    relevance: float
    """Probability (0 to 1) that the child is about its parent, from the mean of its cosine similarities to the parent
    and to the parent's parent, times that of not saying again what stands above."""
    nearest: str | None
    """The text of the parent's nearest sibling; None for a parent without siblings."""
    other: float | None
    """Cosine similarity of the child and that sibling."""
    misplaced: bool
    """Whether that sibling is nearer than the parent by the threshold, and the points below it are nearer than the
    child's own siblings."""


def place_children(parents: Sequence[Point], vectors: Mapping[str, Vector], thresholds: Thresholds) -> list[Placement]:
    """Return the placement of each child of `parents`, which are siblings."""
    return [_place(child, parent, parents, vectors, thresholds) for parent in parents for child in parent.children]


def _place(
    child: Point, parent: Point, parents: Sequence[Point], vectors: Mapping[str, Vector], thresholds: Thresholds
) -> Placement:
    own = float(vectors[child.text] @ vectors[parent.text])
    above = float(vectors[child.text] @ vectors[parent.parent.text]) if parent.parent else own
    again = _again(child, vectors, thresholds)
    relevance = thresholds.relevance.probability((own + above) / 2) * (1 - again)
    others = [other for other in parents if other is not parent]
    if not others:
        return Placement(child.path, child.text, parent.text, own, again, relevance, None, None, False)
    similarities = _nearness(child, others, vectors)
    at = int(np.argmax(similarities))
    nearest, other = others[at], float(similarities[at])
    misplaced = other - own >= thresholds.misplaced and _is_in_company(child, parent, nearest, vectors)
    return Placement(child.path, child.text, parent.text, own, again, relevance, nearest.text, other, misplaced)


def _again(child: Point, vectors: Mapping[str, Vector], thresholds: Thresholds) -> float:
    if child.echo:
        return 1.0
    return thresholds.siblings.probability(_nearness(child, list(child.above()), vectors).max())


def _is_in_company(child: Point, parent: Point, elsewhere: Point, vectors: Mapping[str, Vector]) -> bool:
    """Whether the child is nearer to the points under `elsewhere` than to its own siblings, where both are there."""
    here = _nearness(child, [point for point in parent.children if point is not child], vectors)
    there = _nearness(child, elsewhere.children, vectors)
    return not len(here) or not len(there) or float(there.mean()) > float(here.mean())


def _nearness(child: Point, points: Sequence[Point], vectors: Mapping[str, Vector]) -> Vector:
    """Cosine similarities, (points,)."""
    if not points:
        return np.zeros(0, dtype=np.float32)
    return np.stack([vectors[point.text] for point in points]) @ vectors[child.text]
