"""Pyramid: whether the first section answers the question, rather than one that comes later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evals.mece.encoder import Vector
from evals.mece.points import Point, together
from evals.mece.wording import word_lists
from outline.words import tokens

_CUE = 0.15
"""What a word that announces an answer adds, and one that announces background takes, in units of similarity."""
_MAIN_FACTS = 3
"""Facts at the start of the reference that hold its main point."""


@dataclass(frozen=True)
class Section:
    """A top-level point with its children, as an answer to the question."""

    path: str
    text: str
    similarity: float
    """Cosine similarity to the main point; -1 for a section that only says the question again."""
    cue: str
    """What the point's own words announce: "answer", "background" or ""."""

    @property
    def directness(self) -> float:
        """The similarity, raised or lowered by the cue."""
        return self.similarity + {"answer": _CUE, "background": -_CUE, "": 0.0}[self.cue]


def rank_sections(
    roots: Sequence[Point], question: str, facts: Sequence[str], vectors: Mapping[str, Vector]
) -> list[Section]:
    """Return the sections in the outline's order, each with how directly it answers.

    The main point is the mean direction of the reference's first facts, or the question where there are none.
    """
    target = np.sum([vectors[text] for text in facts[:_MAIN_FACTS] or [question]], axis=0)
    target /= np.linalg.norm(target) or 1.0
    return [Section(root.path, root.text, _similarity(root, target, vectors), _cue(root.text)) for root in roots]


def answer_first(sections: Sequence[Section]) -> float | None:
    """Return the share of the later sections that answer less directly than the first; None without later ones."""
    first, *later = (section.directness for section in sections)
    return sum(first > other for other in later) / len(later) if later else None


def _similarity(root: Point, target: Vector, vectors: Mapping[str, Vector]) -> float:
    told = [point for point in (root, *root.children) if not point.echo]
    return float(together(told, vectors)[1] @ target) if told else -1.0


def _cue(text: str) -> str:
    words = tokens(text)
    lists = word_lists()
    if not lists.background.isdisjoint(words):
        return "background"
    return "answer" if words and words[0] in lists.answers else ""
