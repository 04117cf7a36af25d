"""The ways in which CommonMark lets one and the same tree be written (spec 0.31.2, "List items" and "Lists")."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from evals.validity.shapes import Point, Tree

BULLETS = ("-", "*", "+")
NUMBERS = ("1.", "1)")
TAB = 4


@dataclass(frozen=True)
class Style:
    """How a tree is written; the defaults are the canonical form."""

    name: str = "canonical"
    markers: tuple[str, ...] = ("-",)
    """The marker of each level, over and over."""
    spaces: int = 1
    """After a marker, 1 to 4: the text's column, which children must reach."""
    indent: int = 0
    """Columns that a marker stands right of where it could, 0 to 3; more would make it code."""
    jitter: bool = False
    """Siblings differ by one column, which makes none of them a child."""
    blank: tuple[int, ...] = (0,)
    """Blank lines between two points, drawn anew each time."""
    wrap: str = ""
    """Long points go on in a second line, which stands: "aligned" under the text, "lazy" at the margin, "deep"."""
    blocks: tuple[str, ...] = ()
    """What a point may hold besides its text: "paragraph", "fence"."""
    start: int = 1
    """The number of the first root, where roots are numbered."""
    counted: bool = True
    """Numbers rise; else all are 1."""
    tabs: bool = False
    """Indents are written with tabs where they reach a tab stop."""
    newline: str = "\n"
    before: str = ""
    after: str = ""

    def content(self, marker: str) -> int:
        """The column of a point's text, from its marker."""
        return len(marker) + self.spaces


CANONICAL = Style()
BY_CHARACTER = Style("* - + by level", markers=("*", "-", "+"))
"""The convention of IFBench's rule, which tells levels by their characters; "+" is ours, for a third level."""


def draw_style(random: Random) -> Style:
    """Return a style of any kind."""
    jitter = random.random() < 0.3
    return Style(
        "any other",
        markers=tuple(random.choice(BULLETS + NUMBERS) for _ in range(random.randint(1, 3))),
        spaces=random.choice((1, 1, 2, 3, 4)),
        indent=random.randint(0, 2 if jitter else 3),
        jitter=jitter,
        blank=random.choice(((0,), (0,), (1,), (0, 1), (0, 2))),
        wrap=random.choice(("", "", "aligned", "lazy", "deep")),
        blocks=random.choice(((), (), ("paragraph",), ("fence",), ("paragraph", "fence"))),
        start=random.choice((1, 1, 0, 7, 98)),
        counted=random.random() < 0.7,
        tabs=random.random() < 0.2,
        newline=random.choice(("\n", "\n", "\n", "\r\n", "\r")),
        before=random.choice(("", "", "\n", "  \n\n")),
        after=random.choice(("", "\n", "\n\n", "\n  ")),
    )


def write(random: Random, tree: Tree, style: Style, second: list[str]) -> str:
    """Return `tree` in `style`; `second` holds what a second paragraph may say.

    A point without text must be no first child: "-" right under a text would underline it as a heading.
    """
    lines = list(_lines(random, tree, style, second, 0, 0))
    if style.tabs:
        lines = [_tabbed(line) for line in lines]
    return style.before + "\n".join(lines).strip("\n") + style.after


def _lines(random: Random, tree: Tree, style: Style, second: list[str], level: int, column: int) -> Iterator[str]:
    mark = style.markers[level % len(style.markers)]
    first = style.start if not level else 1
    for number, point in enumerate(tree):
        marker = f"{first + number * style.counted}{mark[-1]}" if mark in NUMBERS else mark
        at = column + style.indent + style.jitter * random.randint(0, 1)
        yield from [""] * random.choice(style.blank)
        yield from _own_lines(random, point, style, second, at, marker)
        below = style.content(marker) if point.below is None else point.below
        yield from _lines(random, point.children, style, second, level + 1, at + below)


def _own_lines(random: Random, point: Point, style: Style, second: list[str], at: int, marker: str) -> Iterator[str]:
    """A point's text, and what else it holds."""
    words = point.text.split(" ")
    # A line that starts with a letter opens no block of its own.
    breaks = [number for number, word in enumerate(words) if number and word[:1].isalpha()]
    end = random.choice(breaks) if style.wrap and breaks else len(words)
    yield (" " * at + marker + " " * style.spaces + " ".join(words[:end])).rstrip(" ")
    text = at + style.content(marker)
    if end < len(words):
        margin = {"aligned": text, "lazy": 0, "deep": text + random.randint(1, 8)}[style.wrap]
        yield " " * margin + " ".join(words[end:])
    if style.blocks and not point.wordless and random.random() < 0.3:
        block = random.choice(style.blocks)
        lines = ["", random.choice(second)] if block == "paragraph" else ["```", "- no point", "    - none", "```"]
        yield from (" " * text + line if line else "" for line in lines)


def _tabbed(line: str) -> str:
    text = line.lstrip(" ")
    stops, rest = divmod(len(line) - len(text), TAB)
    return "\t" * stops + " " * rest + text
