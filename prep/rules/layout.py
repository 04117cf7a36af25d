"""From sorted points to a tree that keeps the limits of a spec."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import TypeVar

from outline import Node, Outline, StructureSpec

_JOINT = "; "
_FLAT_BELOW = 4
_FLAT_DEPTH = 2
"""Levels of a section that lists its points under its heading."""


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

    A section of few points lists them under its heading; the large ones group them by kind, and so does the first where
    a third level is asked for. The depth is as it comes out: the caller compares it with the spec.
    """
    blocks = _limit(list(blocks), spec.max_roots or len(blocks), _join_blocks)
    grouped = [len(block.points) >= _FLAT_BELOW for block in blocks]
    if spec.min_depth > _FLAT_DEPTH:
        grouped[_leading(blocks)] = True
    roots = [_root(block, deep, spec) for block, deep in zip(blocks, grouped, strict=True)]
    return Outline(tuple(roots))


def _leading(blocks: Sequence[Block]) -> int:
    """The section that is grouped for the depth's sake, so that it comes early: the first of several points."""
    return next((i for i, block in enumerate(blocks) if len(block.points) > 1), 0)


def _root(block: Block, deep: bool, spec: StructureSpec) -> Node:
    heading, width = _bold(block.heading), spec.max_children
    if not deep and len(block.points) <= width:
        return Node(heading, tuple(point.node for point in block.points))
    large = [group for group in block.groups if len(group.points) > 1]
    small = [group for group in block.groups if len(group.points) == 1]
    if small and (not large or len(large) + len(small) > width):
        large, small = [*large, reduce(lambda a, b: _join_groups(a, b, block.label), small)], []
    large = _limit(large, width, lambda a, b: _join_groups(a, b, block.label))
    singles = [point.node for group in small for point in group.points]
    return Node(heading, (*(_labelled(group, width) for group in large), *singles))


def _labelled(group: Group, width: int) -> Node:
    return Node(group.label, tuple(point.node for point in _limit(list(group.points), width, _join_points)))


def _join_groups(one: Group, other: Group, label: str) -> Group:
    """Two kinds in one group: both named, or the section's label where that would be no name."""
    points = tuple(sorted((*one.points, *other.points), key=lambda point: point.order))
    if one.general or other.general or " and " in one.label + other.label:
        return Group(label, points, general=True)
    return Group(f"{one.label} and {other.label.lower()}", points)


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
