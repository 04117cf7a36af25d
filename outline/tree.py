"""The outline as a tree: parsed from Markdown by CommonMark's own rules, and rendered in one normal form."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from outline.blocks import read_blocks
from outline.lenient import relax

# What would open a block of its own if a point's text began with it: a list, a heading, a quote, a fence, a rule,
# raw HTML, a link definition. "**word" opens none.
_BLOCK_START = re.compile(
    r"(?!\*{1,2}\w)(?P<mark>[-+*#>`~<=_\[])|(?P<number>\d{1,9})(?=[.)](?:\s|$))",
)


@dataclass(frozen=True)
class Node:
    """A point: its text (one line of Markdown), the points under it, and its 1-based line in the parsed text."""

    text: str
    children: tuple["Node", ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Outline:
    """The points of a text, and what stands outside them.

    `lists` counts the top-level lists that the roots were gathered from; `prose` holds each other block's text with
    its 1-based line.
    """

    roots: tuple[Node, ...] = ()
    prose: tuple[tuple[int, str], ...] = field(default=(), compare=False)
    lists: int = field(default=1, compare=False)

    def walk(self) -> Iterator[tuple[str, int, Node]]:
        """Yield (path such as "2.1.3", depth from 1, node), parents before their children."""
        return iter(self._points)

    @cached_property
    def _points(self) -> list[tuple[str, int, Node]]:
        points: list[tuple[str, int, Node]] = []
        waiting = [(str(number), 1, root) for number, root in enumerate(self.roots, start=1)][::-1]
        while waiting:
            path, depth, node = waiting.pop()
            points.append((path, depth, node))
            below = [(f"{path}.{number}", depth + 1, child) for number, child in enumerate(node.children, start=1)]
            waiting.extend(reversed(below))
        return points

    @cached_property
    def depth(self) -> int:
        """Levels along the deepest branch; 0 for an outline without points."""
        return max((depth for _, depth, _ in self.walk()), default=0)

    @cached_property
    def max_children(self) -> int:
        """Points under the parent that has most; the top level is no parent."""
        return max((len(node.children) for _, _, node in self.walk()), default=0)

    def leaves(self) -> list[Node]:
        """The points that have none below them, in reading order."""
        return [node for _, _, node in self.walk() if not node.children]

    def levels(self) -> list[int]:
        """The number of points on each level, top level first."""
        depths = [depth for _, depth, _ in self.walk()]
        return [depths.count(level) for level in range(1, max(depths, default=0) + 1)]


def parse_outline(text: str, lenient: bool = False) -> Outline:
    """Return the outline that `text` holds under CommonMark.

    A point's text is all that its list item holds besides lists, on one line. Headings above a list give no depth,
    and a text without a list gives an outline without roots. `lenient` first undoes a code fence around the whole,
    bullets such as "•" and indents that CommonMark does not count (see `outline.lenient`).
    """
    return _read(relax(text) if lenient else text)


# Small, but enough that the checks which follow one another on a text parse it once.
@lru_cache(maxsize=16)
def _read(text: str) -> Outline:
    blocks = read_blocks(text)
    prose = tuple((line, " ".join(words)) for line, words in blocks.prose)
    return Outline(_grow(blocks.points), prose, blocks.lists)


def _grow(points: Sequence[tuple[int, Sequence[str], int]]) -> tuple[Node, ...]:
    """The tree of (level from 0, words, line) in reading order; no level is skipped on the way down."""
    waiting: dict[int, list[Node]] = {}
    # From the end: the points below one are there before it, the last of them first.
    for level, words, line in reversed(points):
        below = waiting.pop(level + 1, [])
        waiting.setdefault(level, []).append(Node(" ".join(words), tuple(reversed(below)), line))
    return tuple(reversed(waiting.get(0, [])))


def render_outline(outline: Outline) -> str:
    """Return the outline in normal form: "- " points, two spaces a level, no blank lines, no final newline.

    Parsing the result gives an equal outline, as long as it is no deeper than the parser counts.
    """
    lines: list[str] = []
    for _, depth, node in outline.walk():
        indent = "  " * (depth - 1)
        # A lone "-" right under a text would underline it as a heading; a blank line keeps it a list.
        if not node.text and lines and lines[-1].strip() != "-":
            lines.append("")
        lines.append(f"{indent}- {_escape(node.text)}".rstrip())
    return "\n".join(lines)


def _escape(text: str) -> str:
    text = " ".join(text.split())
    start = _BLOCK_START.match(text)
    if start is None or _is_inline(text):
        return text
    at = start.end("number") if start["number"] else 0
    return f"{text[:at]}\\{text[at:]}"


def _is_inline(text: str) -> bool:
    """Whether `text` as a point's text comes back as it is, a point below it too: most bold and code starts do."""
    return parse_outline(f"- {text}\n  - x").roots == (Node(text, (Node("x"),)),)
