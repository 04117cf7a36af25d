"""What is read of any text is what CommonMark's own implementation reads: the shape, the lines and the words."""

import re

import pytest
from commonmark import Parser
from commonmark.node import Node as Block
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from outline.blocks import read_blocks, shows_words

PIECES = [
    *"word **bold** *it* _it_ __b__ `code` ``` ~~~ <html> <!-- <div> </p> &amp; <u@v.w>".split(),
    *"[a](b) [x]: [x]:/u ![i](j) \\ \\# \\** ** **. .5 • é 体 ² ٣. 🙂 (a) \"q\" a: - [ ] [x]".split(),
    *"- * + -- --- *** ___ === = # ## > >> | 1. 2) 12. 3.5 -5 1 0. 1234567890.".split(),
    "\t", "  ", " ", "\u00a0", "\u2028", "\x85", "\x1c", "\u200b", "\r", "\0", "\\",
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
MARKS = st.sampled_from(["- ", "- ", "- ", "- ", "* ", "+ ", "1. ", "-", "-  ", "-\t", "- - ", "> ", "", ""])
HOSTILE = st.lists(st.tuples(INDENTS, MARKS, TEXTS).map("".join), max_size=8).map("\n".join)
ODD = [" ", "x", "  x", "    x", "---", "===", "- ", "  -", "```", "> q"]
STARTS = "a **b** 3 Ä *e* `g` -5 #1 <5 [h](i) (j) “k” ~2 +3 _l_ • | 1.5".split()


@st.composite
def outlines(draw: st.DrawFn) -> str:
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


ANY_TEXT = st.one_of(
    outlines(),
    HOSTILE,
    st.lists(BARE.map("".join), max_size=8).map("\n".join),
    st.text("-* \n1.ab`#>=\t\r\\", max_size=40),
    st.text(max_size=60),
)

# Where the two part: what a form feed is, the first line of a paragraph that begins with a link definition, a quote's
# sign too far right to be one, and (the port is wrong) digits that are not ASCII.
DIFFERENT = re.compile(r"[\v\f٣²]|\]:|(\t| {4}) *>")

Reading = tuple[list[tuple[int, int, str]], list[tuple[int, str]], int]
"""(level, line, text) of the points, (line, text) of the blocks outside the lists, the lists on the top level."""


def reading(text: str) -> Reading:
    blocks = read_blocks(text)
    points = [(level, line, " ".join(words)) for level, words, line in blocks.points]
    return points, [(line, " ".join(words)) for line, words in blocks.prose], blocks.lists


class BlocksOnly(Parser):
    """A port of CommonMark's own implementation, stopped where it would take the text of a block apart."""

    def processInlines(self, block: Block) -> None:
        pass


def below(block: Block) -> list[Block]:
    found, child = [], block.first_child
    while child:
        found.append(child)
        child = child.nxt
    return found


def words_of(block: Block) -> list[str]:
    own = (block.literal if block.t in ("code_block", "html_block") else block.string_content) or ""
    return own.split() + [word for part in below(block) for word in words_of(part)]


def reading_by_the_reference(text: str) -> Reading:
    points: list[tuple[int, list[str], int]] = []

    def gather(block: Block, level: int) -> None:
        for item in below(block):
            words: list[str] = []
            points.append((level, words, item.sourcepos[0][0]))
            for part in below(item):
                if part.t == "list":
                    gather(part, level + 1)
                else:
                    words += words_of(part)

    document = BlocksOnly().parse(text.replace("\r\n", "\n").replace("\r", "\n"))
    lists = [block for block in below(document) if block.t == "list"]
    for block in lists:
        gather(block, 0)
    prose = [(block.sourcepos[0][0], " ".join(words_of(block))) for block in below(document) if block.t != "list"]
    return [(level, line, " ".join(words)) for level, words, line in points], prose, len(lists)


@settings(max_examples=2000)
@given(ANY_TEXT)
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
@example("  1)\n\n\n1)\n     1)\n   x")
@example("- a\n  - b\n-\n\n  c")
@example("-\r\n  a\r- b")
@example("-\n\n\n-")
@example("-  \n\t1. ")
@example("- \\# a\n  - > b\n    > \\> c")
def test_any_text_is_read_as_by_the_reference(text: str) -> None:
    assume(not DIFFERENT.search(text))
    assert reading(text) == reading_by_the_reference(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "**", "—", "&nbsp;", "&#160;", "&zwnj;", "![](a.png)", "![a leg](a.png)", "<!-- hidden -->", "<b></b>",
        "<br>", "<br/> **", "<!-- a", '<img alt="a">', "<div class=a>", "[](b)", "<p>&nbsp;</p>", "<script>x</script>",
        "[x]: /u", "\u115f", "\u3164 \u200b",
    ],
)  # fmt: skip
def test_what_shows_nothing_is_no_word(text: str) -> None:
    assert not shows_words(text)


@pytest.mark.parametrize(
    "text",
    [
        "a", "5", "**體**", "&amp; b", "&eacute;", "[a](b)", "![](a.png) b", "<b>a</b>", "<div>a</div>", "`<b>`",
        "\\<b>", "a < b", "<5 mg", "x & y", "`&nbsp;`", "<https://a.b>", "![a](b) `c`",
    ],
)  # fmt: skip
def test_what_shows_a_letter_or_a_digit_has_words(text: str) -> None:
    assert shows_words(text)


@pytest.mark.parametrize("end", ["", " ", "\t", " \t ", "\t\t"])
def test_a_fence_ends_its_code_whatever_blanks_follow_it(end: str) -> None:
    points, prose, _ = reading(f"```\ncode\n```{end}\n- a\n  - b\n")
    assert (points, prose) == ([(0, 4, "a"), (1, 5, "b")], [(1, "code")])
