"""From sorted points to a tree that keeps the limits of a spec."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from outline import Node, Outline, StructureSpec

_JOINT = "; "
_FLAT_BELOW = 4


@dataclass(frozen=True)
class Point:
    """A clause as it will be written, its place in the reply, and parts of it that hang below it."""

    order: int
    text: str
    below: tuple[str, ...] = ()

    @property
    def node(self) -> Node:
        return Node(self.text, tuple(Node(text) for text in self.below))

    @property
    def whole(self) -> str:
        return " ".join((self.text, *self.below))


@dataclass(frozen=True)
class Group:
    """Points of one kind under the kind's label; `general` when the label names any mixture of its section."""

    label: str
    points: tuple[Point, ...]
    general: bool = False


@dataclass(frozen=True)
class Block:
    """A section with its groups; `label` is its name for a mixture."""

    heading: str
    label: str
    groups: tuple[Group, ...] = field(default=())

    @property
    def points(self) -> tuple[Point, ...]:
        found = [point for group in self.groups for point in group.points]
        return tuple(sorted(found, key=lambda point: point.order))


T = TypeVar("T", Block, Group, Point)


def lay_out(blocks: Sequence[Block], spec: StructureSpec) -> Outline:
    """Return the outline of sections and their points, no wider than `spec` allows.

    A section of few points lists them under its heading; a larger one, and the first when no section is large, groups
    them by kind. The depth is as it comes out: the caller compares it with the spec.
    """
    blocks = [_pool_single_points(block, spec) for block in _limit(list(blocks), spec.max_roots or len(blocks), _join_blocks)]
    grouped = [len(block.points) >= _FLAT_BELOW and len(block.groups) > 1 for block in blocks]
    if not any(grouped):
        grouped[_leading(blocks)] = True
    roots = [_root(block, deep, spec) for block, deep in zip(blocks, grouped, strict=True)]
    return Outline(tuple(roots))


def _leading(blocks: Sequence[Block]) -> int:
    """The section to group when none is large: the first of several points, or the first."""
    return next((i for i, block in enumerate(blocks) if len(block.points) > 1), 0)


def _root(block: Block, deep: bool, spec: StructureSpec) -> Node:
    width = spec.max_children
    if not deep and len(block.points) <= width:
        return Node(_bold(block.heading), tuple(point.node for point in block.points))
    groups = _limit(list(block.groups), width, lambda a, b: _join_groups(a, b, block.label))
    children = [
        Node(group.label, tuple(point.node for point in _limit(list(group.points), width, _join_points)))
        for group in groups
    ]
    return Node(_bold(block.heading), tuple(children))


def _pool_single_points(block: Block, spec: StructureSpec) -> Block:
    """Put kinds of a single point together under one label, so that no label stands above one point alone."""
    groups = list(block.groups)
    while len(groups) > 1:
        smallest = min(groups, key=_count)
        others = [group for group in groups if group is not smallest]
        host = min(others, key=_count)
        if _count(smallest) > 1 or _count(host) >= spec.max_children:
            break
        at = groups.index(host)
        groups[at] = _join_groups(host, smallest, block.label)
        groups.remove(smallest)
    return replace(block, groups=tuple(groups))


def _count(group: Group) -> int:
    return len(group.points)


def _join_groups(one: Group, other: Group, label: str) -> Group:
    """Two kinds in one group: both named, or the section's label where that would be no name."""
    points = tuple(sorted((*one.points, *other.points), key=lambda point: point.order))
    if one.general or other.general or " and " in one.label + other.label:
        return Group(label, points, general=True)
    first, second = (one, other) if one.points[0].order < other.points[0].order else (other, one)
    return Group(f"{first.label} and {second.label.lower()}", points)


def _join_blocks(one: Block, other: Block) -> Block:
    return Block(f"{one.heading} and {other.heading.lower()}", one.label, one.groups + other.groups)


def _join_points(one: Point, other: Point) -> Point:
    return Point(one.order, one.whole + _JOINT + other.whole[:1].lower() + other.whole[1:])


def _limit(items: list[T], most: int, join: Callable[[T, T], T]) -> list[T]:
    """Join the two neighbours that are shortest together until there are at most `most`."""
    while len(items) > most:
        at = min(range(len(items) - 1), key=lambda i: _size(items[i]) + _size(items[i + 1]))
        items[at : at + 2] = [join(items[at], items[at + 1])]
    return items


def _size(item: Block | Group | Point) -> int:
    if isinstance(item, Point):
        return len(item.whole)
    return sum(len(point.whole) for point in item.points)


def _bold(heading: str) -> str:
    return f"**{heading}**"
