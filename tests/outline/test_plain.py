"""The short reading of plain texts is markdown-it's, to the line number, wherever it does not decline."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from outline import Node, Outline, parse_outline, render_outline
from outline.plain import read_plain
from outline.tree import read_markdown

PIECES = [
    *"word **bold** *it* _it_ __b__ `code` ``` ~~~ <html> <!-- <div> </p> &amp; <u@v.w>".split(),
    *"[a](b) [x]: [x]:/u ![i](j) \\ ** **. .5 • é 体 ² ٣. 🙂 (a) \"q\" a: - [ ] [x]".split(),
    *"- * + -- --- *** ___ === = # ## > >> | 1. 2) 12. 3.5 -5 1 0. 1234567890.".split(),
    "\t", "  ", " ", "\u00a0", "\u2028", "\x85", "\x0b", "\x0c", "\x1c", "\u200b", "\r", "\0", "\\",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=5).flatmap(
    lambda pieces: st.sampled_from([" ", " ", "", "  "]).map(lambda between: between.join(pieces))
)
INDENTS = st.one_of(st.integers(0, 6).map(lambda level: "  " * level), st.sampled_from([" ", "   ", "\t", "     "]))
BARE = st.tuples(
    st.sampled_from(["", "", "", " ", "  ", "    ", "     "]),
    st.sampled_from(["-", "-", "*", "1.", "12)"]),
    st.sampled_from(["", "", "", " ", "   ", " a", "  b", "\t", "\n", "\n\n", "\n \n\n", "\n  c", "\n---", "\r"]),
)
"""Markers with nothing behind them, or little, and what ends their points: a blank line, a text, an underline."""
MARKS = st.sampled_from(["- ", "- ", "- ", "- ", "* ", "+ ", "1. ", "-", "-  ", "-\t", "- - ", "", ""])
HOSTILE = st.lists(st.tuples(INDENTS, MARKS, TEXTS).map("".join), max_size=8).map("\n".join)


ODD = [" ", "x", "  x", "    x", "---", "===", "- ", "  -", "```", "> q"]


PLAIN_LINES = [[]] * 5 + [
    [""],
    ["", " "],
    ["x"],
    ["    x y"],
    ["", "x"],
    ["", "  x"],
    ["", "    x", "y"],
    ["", " x", ""],
]
STARTS = [
    "a",
    "**b** c",
    "3 d",
    "Ä",
    "*e* f",
    "`g`",
    "-5",
    "#1",
    "<5",
    "[h](i)",
    "(j)",
    "“k”",
    "~2",
    "+3",
    "_l_",
    "•",
    "|",
    "1.5",
]


@st.composite
def nearly_plain(draw: st.DrawFn) -> str:
    """Points with hostile texts in columns that fit; in half of the cases lines that are no point, and others."""
    tidy = draw(st.booleans())
    between = (
        st.sampled_from([[]] * 4 + [[""], ["", ""]]) if tidy else st.sampled_from([[], [""], *([line] for line in ODD)])
    )
    markers = [draw(st.sampled_from(["-", "-", "*", "+", "1.", "1)"])) for _ in range(10)]
    gaps, shifts = (st.just(1), st.just(0)) if tidy else (st.integers(1, 5), st.integers(-1, 4))
    lines, columns = [], [0]
    for _ in range(draw(st.integers(1, 8))):
        level = draw(st.integers(0, len(columns) - 1))
        marker = markers[level] if tidy else draw(st.sampled_from([markers[level]] * 5 + ["-", "7.", "12)", "1."]))
        column = max(0, columns[level] + draw(shifts))
        start = " " * column + marker + " " * draw(gaps)
        lines.append(f"{start}{draw(st.sampled_from(STARTS))}{draw(st.sampled_from([' ', '']))}{draw(TEXTS)}")
        lines += draw(between)
        columns = [*columns[: level + 1], len(start)]
    return "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n"]))


def whole(outline: Outline) -> tuple:
    """All of an outline, with what its equality leaves out."""
    points = [(path, depth, node.text, node.line) for path, depth, node in outline.walk()]
    return points, outline.prose, outline.lists


@settings(max_examples=1000)
@given(
    st.one_of(
        nearly_plain(),
        HOSTILE,
        st.lists(BARE.map("".join), max_size=8).map("\n".join),
        st.text("-* \n1.ab`#>=\t\r", max_size=40),
        st.text(max_size=60),
    )
)
@example("- a\n  - b\n    - c")
@example("- a\n\n  - b\n\n\n- c\n")
@example("- 1. a\n- b")
@example("- a\n  -\n- b")
@example("-    a\n       - b\n            1) c\n     - d")
@example("- a\n  7. b")
@example("- a\n\n  7. b")
@example("1. a\n  - b\n   - c")
@example("- a\n* b")
@example("- a\n      - b")
@example("- [a]: b")
@example("  1)\n\n\n1)\n     1)\n   x")
@example("- a\n  - b\n-\n\n  c")
@example("-\r\n  a\r- b")
def test_both_readings_of_any_text_are_the_same(text: str) -> None:
    assert whole(parse_outline(text)) == whole(read_markdown(text))


@pytest.mark.parametrize("levels", [1, 15, 16, 17, 18, 30, 60])
def test_both_readings_are_the_same_however_deep_the_text(levels: int) -> None:
    down = [f"{'  ' * level}- a" for level in range(levels)]
    text = "\n".join(down + down[::-1] + down)
    assert whole(parse_outline(text)) == whole(read_markdown(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- **a**  b \n\n  - 3.5 mg\n- c\n",
        " 1. a\n    * b\n 2. c",
        "Sure:\n- a\n  - b\nlazily\n\n  second\n  - c\n\nBye.",
        "- a\n* b",
        "# A b\n- ## c\n  - d\n\n---",
        "-\n- a",
        "- a\n-\n\n  b",
        "- a\r\n- b\rc",
    ],
)
def test_what_is_plain_is_read(text: str) -> None:
    assert read_plain(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "- a\n      - b",
        "- a\n  2. b",
        "- a\n---",
        "- 1. a",
        "- a\n  -",
        "a\n*",
        "- [a]: b",
        "- <b>",
        "# a #",
        "a\n===",
    ],
)
def test_what_may_be_another_block_is_left_to_markdown_it(text: str) -> None:
    assert read_plain(text) is None


def test_what_is_rendered_of_plain_points_is_plain() -> None:
    text = render_outline(Outline((Node("**Rest**", (Node("two days", (Node("at home"),)),)), Node("drink"))))
    assert read_plain(text) is not None
