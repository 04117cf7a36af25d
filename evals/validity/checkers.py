"""Three checkers of the same contract: ours, and two simpler ones re-made from the rules that others describe."""

import re
from collections.abc import Callable, Sequence

from evals.validity.shapes import Point, Tree, Verdict, judge
from outline import StructureSpec, check_compliance

_LINE = re.compile(r"(?P<indent>[ \t]*)(?:[-*+]|\d+[.)])(?:[ \t]+(?P<text>.*))?")
_TAB, _STEP = 4, 2


def ours(text: str, spec: StructureSpec) -> Verdict:
    """The strict reading of `outline.check_compliance`."""
    report = check_compliance(text, spec)
    return Verdict(report.criteria, report.depth, report.widest, report.roots, report.points)


def by_indentation(text: str, spec: StructureSpec) -> Verdict:
    """The plain way: a regular expression finds bullets line by line, and every two spaces are a level.

    The rule as outline and mind map converters state it: a level is the indent, tabs taken as four spaces, divided by
    two and rounded down. A point's parent is the last one above it on a lower level; depth is the highest level. Any
    other line that is not blank is prose. A blank line means nothing, and so does a code fence.
    """
    points: list[tuple[int, str]] = []
    prose = False
    for line in text.splitlines():
        bullet = _LINE.fullmatch(line)
        if bullet:
            points.append((len(bullet["indent"].expandtabs(_TAB)) // _STEP, bullet["text"] or ""))
        prose = prose or bool(line.strip() and not bullet)
    found = judge(_nested(points), spec, prose)
    depth = max((level + 1 for level, _ in points), default=0)
    return Verdict(
        {**found.criteria, "min_depth": depth >= spec.min_depth}, depth, found.widest, found.roots, found.points
    )


def by_splitting(text: str, spec: StructureSpec) -> Verdict:
    """Split the text at bullet characters, as IFBench does, wherever they stand.

    The rule of allenai/IFBench (instructions.py, `SubBulletPointsChecker`; Pyatkin et al., Generalizing Verifiable
    Instruction Following, 2025): the text is split at every "*", and each piece must hold a "-", its sub-bullet. Here
    each "-" of a piece begins a point of the second level, and, so that three levels can be told at all, each "+" of
    such a point one of the third. What stands before the first "*" is prose. With one character on all levels, as most
    answers have it, this sees a flat list or none.
    """
    before, *pieces = text.split("*")
    points = [
        (bool(second) + bool(third), words)
        for piece in pieces
        for second, part in enumerate(piece.split("-"))
        for third, words in enumerate(part.split("+"))
    ]
    return judge(_nested(points), spec, bool(before.strip()))


def _nested(points: Sequence[tuple[int, str]]) -> Tree:
    """The tree of (level, text) in reading order, each under the last one above it on a lower level."""
    tree: list[Point] = []
    number = 0
    while number < len(points):
        level, text = points[number]
        end = next((at for at in range(number + 1, len(points)) if points[at][0] <= level), len(points))
        wordless = not any(character.isalnum() for character in text)
        tree.append(Point(text, _nested(points[number + 1 : end]), wordless))
        number = end
    return tuple(tree)


CHECKERS: dict[str, Callable[[str, StructureSpec], Verdict]] = {
    "ours": ours,
    "indentation, two spaces a level": by_indentation,
    "splitting at bullet characters": by_splitting,
}
