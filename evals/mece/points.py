"""The points of an outline as the scores read them: plain text, its path, and who stands around it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from evals.mece.encoder import Vector
from evals.mece.wording import echoes, plain
from outline import Node, Outline


@dataclass(eq=False)
class Point:
    """A point with its path such as "2.1.3", its plain text, the point above it and those below."""

    path: str
    text: str
    parent: "Point | None"
    echo: bool
    """Whether it only says the question again."""
    children: list["Point"] = field(default_factory=list)

    def above(self) -> Iterator["Point"]:
        """Yield the points above it, the nearest first."""
        point = self.parent
        while point:
            yield point
            point = point.parent

    def walk(self) -> Iterator["Point"]:
        """Yield the point and all below it, parents first."""
        waiting: list[Point] = [self]
        while waiting:
            point = waiting.pop()
            yield point
            waiting.extend(reversed(point.children))


def points_of(outline: Outline, question: str) -> list[Point]:
    """Return the top-level points of an answer to `question`; the others hang below them."""
    return [_point(root, str(number), None, question) for number, root in enumerate(outline.roots, start=1)]


def _point(node: Node, path: str, parent: Point | None, question: str) -> Point:
    text = plain(node.text)
    point = Point(path, text, parent, echoes(text, question))
    numbered = enumerate(node.children, start=1)
    point.children = [_point(child, f"{path}.{number}", point, question) for number, child in numbered]
    return point


def together(points: list[Point], vectors: Mapping[str, Vector]) -> tuple[str, Vector]:
    """Return the texts of points as one, and the mean direction of their vectors for its vector."""
    total = np.sum([vectors[point.text] for point in points], axis=0)
    return ": ".join(point.text for point in points), total / (np.linalg.norm(total) or 1.0)
