"""List markers, which state no number: "1) keep the arm up 2) rest" in a running text, "1.1 Rest" in an outline.

Not covered: numbers without any mark ("1 wash 2 dry"), which may be amounts.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from outline.quantities.units import UNITS
from outline.tree import Outline
from outline.words import narrow

_LINE_START = re.compile(r"^[ \t]*\(?\d{1,2}[.)](?=\s)", re.MULTILINE)
_LEVELS = re.compile(r"^[ \t]*\d{1,2}(?:\.\d{1,2})+[.)]?(?=\s+([^\W\d_]+))", re.MULTILINE)
_WORDS = "one two three four five six seven eight nine".split()
_START = r"(?<![^\s:;,.)!?])"
# One style each; within a line only a row that counts up from 1 is one of markers.
_STYLES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_START}\(?(\d{{1,2}})\)(?=\s?\D)",
        rf"{_START}(\d{{1,2}})\.(?=\s*[^\W\d]|\s+\d)",
        rf"{_START}(\d{{1,2}})[-–:/](?=\s*[^\W\d])",
        rf"{_START}(\d{{1,2}})、(?=\s*\D)",
        rf"{_START}#(\d{{1,2}})(?=\s)",
        rf"(?:^|(?<=[.;:!?]\s))(?i:({'|'.join(_WORDS)}))[:,](?=\s)",
    )
)
_FIRST = re.compile(r"(?<![\d.])1[-–.:/)、]|#1|\b[Oo]ne[:,]")
_NUMBERING = re.compile(r"\W*(\d{1,2}(?:\.\d{1,2})*)([.):]?)(?=\s)")


@lru_cache(maxsize=8)
def list_markers(text: str) -> tuple[tuple[int, int], ...]:
    """Return the start and end of each list marker of `text`, in their order."""
    text = narrow(text)
    spans = [match.span() for match in _LINE_START.finditer(text)]
    levels = [match for match in _LEVELS.finditer(text) if match[1].lower() not in UNITS]
    spans += [match.span() for match in levels] if len(levels) > 1 else []
    for style in _STYLES if _FIRST.search(text) else ():
        spans += _rows(style, text)
    return tuple(sorted(spans))


def blank_markers(text: str) -> str:
    """Return `text` with spaces for its list markers, so that all else keeps its place."""
    for start, end in list_markers(text):
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _rows(style: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    """The markers of a style in rows that count up from 1, of at least two."""
    row: list[tuple[int, int]] = []
    for match in style.finditer(text):
        word = match[1].lower()
        number = _WORDS.index(word) + 1 if word in _WORDS else int(word)
        if number == 1:
            yield from row if len(row) > 1 else ()
            row = []
        if number == len(row) + 1:
            row.append(match.span())
    yield from row if len(row) > 1 else ()


def point_lines(outline: Outline) -> tuple[list[str], list[int]]:
    """Return the texts of an outline, a line a point, without emphasis and numbering, and how many points each has."""
    lines, children = [], []
    for path, _, node in outline.walk():
        lines.append(_without_number(_plain(node.text), path))
        children.append(len(node.children))
    for _, text in outline.prose:
        lines.append(_plain(text))
        children.append(0)
    return lines, children


def _plain(text: str) -> str:
    # In Markdown "2\)" is a "2)" that opens no list.
    return re.sub(r"\\(?=[.)])", "", text.replace("*", "").replace("`", ""))


def _without_number(text: str, path: str) -> str:
    """Without the point's own number ("1.1 Rest" at 1.1, "2. Food" as the second point) and numbers that continue it.

    A "1.1" that is not indented far enough for a point of its own stands within the text of point 1.
    """
    match = _NUMBERING.match(text)
    marked = match and match[2] and match[1] in (path, path.rpartition(".")[2])
    if match and (marked or ("." in path and match[1] == path)):
        text = text[match.end() :]
    number = 1
    while f" {path}." in text and (match := re.search(rf" {re.escape(path)}\.{number}[.)]? ", text)):
        text = f"{text[: match.start()]} {text[match.end() :]}"
        number += 1
    return text
