"""Trees whose shape is known because they were drawn, and the verdict that follows from a shape."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random

from outline import StructureSpec

# A spec may allow more: a tree stays of a size that an answer has.
_MOST, _SHALLOW = 6, 3

Path = tuple[int, ...]
"""Where a point stands: the 0-based number at each level, from the top."""


@dataclass(frozen=True)
class Point:
    """A drawn point; `below` is the column of its children's markers, from its own: None for that of its text."""

    text: str
    children: tuple["Point", ...] = ()
    wordless: bool = False
    below: int | None = None


Tree = tuple[Point, ...]


@dataclass(frozen=True)
class Verdict:
    """What is true of a text, or what a checker says of it."""

    criteria: dict[str, bool]
    depth: int
    widest: int
    roots: int
    points: int

    @property
    def compliant(self) -> bool:
        return all(self.criteria.values())


def judge(tree: Tree, spec: StructureSpec, outside: bool) -> Verdict:
    """Return the verdict on a text that holds `tree`; `outside` tells that something stands beside one list."""
    points = [point for _, point in walk(tree)]
    depth = max((len(path) for path, _ in walk(tree)), default=0)
    widest = max((len(point.children) for point in points), default=0)
    criteria = {
        "list_only": spec.allow_prose or not outside,
        "min_depth": depth >= spec.min_depth,
        "max_children": widest <= spec.max_children,
        "max_roots": spec.max_roots is None or len(tree) <= spec.max_roots,
        "no_empty": not any(point.wordless for point in points),
    }
    return Verdict(criteria, depth, widest, len(tree), len(points))


def draw_tree(
    random: Random, spec: StructureSpec, draw_text: Callable[[], str], least_roots: int = 1, least_depth: int = 1
) -> Tree:
    """Return a tree that keeps `spec` as far as the two minima let it, up to two levels deeper than it asks."""
    depth = max(spec.min_depth + random.choice((0, 0, 1, 2)), least_depth)
    most = min(spec.max_roots or spec.max_children, _MOST)
    roots = random.randint(least_roots, max(least_roots, most))
    deep = random.randrange(roots)
    return tuple(_point(random, spec, draw_text, depth - 1, number == deep) for number in range(roots))


def _point(random: Random, spec: StructureSpec, draw_text: Callable[[], str], levels: int, deep: bool) -> Point:
    """A point with at most `levels` below it; with all of them where it is `deep`."""
    if not levels or not (deep or random.random() < 0.5):
        return Point(draw_text())
    number = random.randint(1, min(spec.max_children, _MOST))
    deepest = random.randrange(number) if deep else -1
    below = tuple(
        _point(random, spec, draw_text, levels - 1 if child == deepest else min(levels - 1, _SHALLOW), child == deepest)
        for child in range(number)
    )
    return Point(draw_text(), below)


def walk(tree: Tree, above: Path = ()) -> Iterator[tuple[Path, Point]]:
    """Yield every point with its path, parents before their children."""
    for number, point in enumerate(tree):
        yield (*above, number), point
        yield from walk(point.children, (*above, number))


def put(tree: Tree, path: Path, points: Tree) -> Tree:
    """Return `tree` with `points` in the place of the point at `path`."""
    number, *rest = path
    if rest:
        point = tree[number]
        points = (replace(point, children=put(point.children, tuple(rest), points)),)
    return (*tree[:number], *points, *tree[number + 1 :])


def prune(tree: Tree, depth: int) -> Tree:
    """Return `tree` without what lies below its first `depth` levels."""
    return tuple(replace(point, children=prune(point.children, depth - 1)) for point in tree) if depth else ()
