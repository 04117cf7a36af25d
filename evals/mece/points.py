"""The points of an outline as the scores read them: plain text, its path, and who stands around it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from evals.mece.encoder import Vector
from evals.mece.wording import plain
from outline import Node, Outline


@dataclass(eq=False)
class Point:
    """A point with its path such as "2.1.3", its plain text, the point above it and those below."""

    path: str
    text: str
    parent: "Point | None"
    children: list["Point"] = field(default_factory=list)

    def walk(self) -> Iterator["Point"]:
        """Yield the point and all below it, parents first."""
        waiting: list[Point] = [self]
        while waiting:
            point = waiting.pop()
            yield point
            waiting.extend(reversed(point.children))


def points_of(outline: Outline) -> list[Point]:
    """Return the top-level points; the others hang below them."""
    return [_point(root, str(number), None) for number, root in enumerate(outline.roots, start=1)]


def _point(node: Node, path: str, parent: Point | None) -> Point:
    point = Point(path, plain(node.text), parent)
    point.children = [_point(child, f"{path}.{number}", point) for number, child in enumerate(node.children, start=1)]
    return point


def together(points: list[Point], vectors: Mapping[str, Vector]) -> tuple[str, Vector]:
    """Return the texts of points as one, and the mean direction of their vectors for its vector."""
    total = np.sum([vectors[point.text] for point in points], axis=0)
    return ": ".join(point.text for point in points), total / (np.linalg.norm(total) or 1.0)
