"""The short reading of canonical texts is markdown-it's, to the line number, wherever it does not decline."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from outline import Node, Outline, parse_outline, render_outline
from outline.canonical import read_canonical
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
MARKS = st.sampled_from(["- ", "- ", "- ", "- ", "* ", "+ ", "1. ", "-", "-  ", "-\t", "- - ", "", ""])
HOSTILE = st.lists(st.tuples(INDENTS, MARKS, TEXTS).map("".join), max_size=8).map("\n".join)


ODD = [" ", "x", "  x", "    x", "---", "===", "- ", "  -", "```", "> q"]


@st.composite
def nearly_canonical(draw: st.DrawFn) -> str:
    """Points with hostile texts whose levels fit; in half of the cases lines that are no point, and levels skipped."""
    tidy = draw(st.booleans())
    between = (
        st.sampled_from([[]] * 4 + [[""], ["", ""]]) if tidy else st.sampled_from([[], [""], *([line] for line in ODD)])
    )
    steps = st.just(1) if tidy else st.integers(1, 2)
    lines, level = [], 0
    for _ in range(draw(st.integers(1, 8))):
        lines.append(f"{'  ' * level}- {draw(st.sampled_from(['a', '**b** c', '3 d', 'Ä', '*e* f']))} {draw(TEXTS)}")
        lines += draw(between)
        level = draw(st.integers(0, level + draw(steps)))
    return "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n"]))


def whole(outline: Outline) -> tuple:
    """All of an outline, with what its equality leaves out."""
    points = [(path, depth, node.text, node.line) for path, depth, node in outline.walk()]
    return points, outline.prose, outline.lists


@settings(max_examples=1000)
@given(st.one_of(nearly_canonical(), HOSTILE, st.text("-* \n1.ab`#>=\t\r", max_size=40), st.text(max_size=60)))
@example("- a\n  - b\n    - c")
@example("- a\n\n  - b\n\n\n- c\n")
@example("- 1. a\n- b")
@example("- a\n  -\n- b")
def test_both_readings_of_any_text_are_the_same(text: str) -> None:
    assert whole(parse_outline(text)) == whole(read_markdown(text))


@pytest.mark.parametrize("levels", [1, 15, 16, 17, 18, 30, 60])
def test_both_readings_are_the_same_however_deep_the_text(levels: int) -> None:
    down = [f"{'  ' * level}- a" for level in range(levels)]
    text = "\n".join(down + down[::-1] + down)
    assert whole(parse_outline(text)) == whole(read_markdown(text))


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("- **a**  b \n\n  - 3.5 mg\n- c\n", [(0, "**a** b", 1), (1, "3.5 mg", 3), (0, "c", 4)]),
        ("", None),
        ("- a\n    - b", None),
        ("  - a", None),
        ("- a\nb", None),
        ("- 1. a", None),
        ("* a", None),
        ("- a\r- b", None),
        ("- `a`", None),
    ],
)
def test_only_what_is_plainly_a_point_is_read(text: str, points: list[tuple[int, str, int]] | None) -> None:
    assert read_canonical(text) == points


def test_what_is_rendered_of_plain_points_is_read_the_short_way() -> None:
    text = render_outline(Outline((Node("**Rest**", (Node("two days", (Node("at home"),)),)), Node("drink"))))
    assert read_canonical(text) is not None
