"""The short way to read an outline: points, prose, headings and rules, which CommonMark tells by their columns.

markdown-it reads any text, and takes up to ten times as long. What is read here is exactly what markdown-it reads: the
tests hold the two together on hostile texts, and whatever may open another block is left to it.
"""

import re
from dataclasses import dataclass

_LINE = re.compile(
    r"""
    (?P<indent>[ ]*)
    (?: (?P<marker> [-+*] | [0-9]{1,9}[.)] ) [ ]{1,4} )?
    (?P<block>
        (?P<heading> \#{1,6} [ ]+ )?
        (?P<text>
            # The text must open no block of its own, nor underline what is above it. "1. " and "1) " open a list.
            (?! \d+ [.)] (?:\s|$) )
            (?:
                [-+*_]{1,2} [^\s\-+*_]           # "**a" and "-5" are neither list nor rule
                | `{1,2} [^\s`] | ~{1,2} [^\s~]  # nor "`a" a fence
                | \# [^\s\#]                     # nor "#1" a heading
                | <\d                            # nor "<5" HTML
                | \[ (?! .* \]: )                # nor "[a](b)" a link definition
                | [^\s\-+*_`~\#<\[=>]
            )
            .*
        )
    )
    """,
    re.VERBOSE,
)
_RULE = re.compile(r"( *)([-*_])(?: *\2){2,} *")
_BARE = re.compile(r"(?P<indent> *)(?P<marker>[-+*]|[0-9]{1,9}[.)]) *")

# So far right of where a block may start, a line is code.
_CODE = 4
# Far above any real outline, and well below the depth at which markdown-it stops (see `outline.tree`).
_DEEPEST = 16

Words = list[str]


@dataclass
class PlainReading:
    """What a plain text holds: (level from 0, words, 1-based line) of its points and (line, words) of its prose."""

    points: list[tuple[int, Words, int]]
    prose: list[tuple[int, Words]]
    lists: int = 0
    """On the top level."""


class _Reader:
    """The state between two lines: the points that are open, each within the one before it, and their lists."""

    def __init__(self) -> None:
        self.reading = PlainReading([], [])
        self.columns: list[int] = []
        """Where the texts of the open points stand: what starts there or further right is in that point."""
        self.holders: list[Words] = []
        """The words of the open points."""
        self.signs: list[str] = []
        """The last character of the markers of each level's open list: another one begins another list."""
        self.paragraph: Words | None = None
        """The words of the paragraph that the line above belongs to; None after a blank line."""
        self.bare: int | None = None
        """The line of the last marker without a text, as long as nothing but blank lines stands under it."""

    def take(self, line: re.Match[str], number: int) -> bool:
        """Read a line with a text; False where it is not plain after all."""
        words = line["text"].split()
        if self.paragraph is not None and line["marker"] is None and line["heading"] is None:
            # Wherever it stands, it goes on with the paragraph.
            self.paragraph += words
            return True
        level = self._enter(line.end("indent"))
        # A heading may be closed by "#" too, which is no text.
        if level is None or (line["heading"] and words[-1].endswith("#")):
            return False
        if line["marker"] is None:
            self._add_block(level, words, number)
        elif not self._add_point(level, line["marker"], line.start("block"), words, number):
            return False
        if line["heading"]:
            self.paragraph = None
        return True

    def take_bare(self, line: re.Match[str], number: int) -> bool:
        """Read a marker without a text; False where it may underline a paragraph, or go on with it."""
        within = not self.columns or line.end("indent") >= self.columns[-1]
        level = self._enter(line.end("indent")) if self.paragraph is None or not within else None
        if level is None or not self._add_point(level, line["marker"], line.end("marker") + 1, [], number):
            return False
        self.paragraph = None
        self.bare = number
        return True

    def take_blank(self, number: int) -> None:
        """Read a blank line: it ends a paragraph. Under a bare marker the first ends the point, the second the list."""
        self.paragraph = None
        if self.bare == number - 1:
            self.columns.pop()
            self.holders.pop()
        elif self.bare is not None:
            del self.signs[len(self.columns) :]

    def take_rule(self, column: int, number: int) -> bool:
        """Read a rule that starts at `column`; False where it is not plain after all: under a text it may underline."""
        level = self._enter(column) if self.paragraph is None else None
        if level is None:
            return False
        self._add_block(level, [], number)
        self.paragraph = None
        return True

    def _enter(self, column: int) -> int | None:
        """Close the points that do not reach to `column`, and return how many are left; None for what may be code."""
        while self.columns and column < self.columns[-1]:
            self.columns.pop()
            self.holders.pop()
        start = self.columns[-1] if self.columns else 0
        return len(self.columns) if column - start < _CODE and len(self.columns) < _DEEPEST else None

    def _add_block(self, level: int, words: Words, number: int) -> None:
        """A block of its own, in the innermost open point or outside the list. It ends the list before it."""
        del self.signs[level:]
        if level:
            self.paragraph = self.holders[-1]
            self.paragraph += words
        else:
            self.paragraph = words
            self.reading.prose.append((number, words))

    def _add_point(self, level: int, marker: str, column: int, words: Words, number: int) -> bool:
        """A point whose text stands at `column` or would; False where its marker begins no list here."""
        sign = marker[-1]
        del self.signs[level + 1 :]
        if self.signs[level:] != [sign]:
            # Right under a paragraph only a number 1 begins a list.
            if marker[:-1] not in ("", "1") and (self.reading.points or self.reading.prose):
                return False
            self.signs[level:] = [sign]
            self.reading.lists += not level
        self.columns.append(column)
        self.holders.append(words)
        self.paragraph = words
        self.reading.points.append((level, words, number))
        return True


def read_plain(text: str) -> PlainReading | None:
    """Return what `text` holds, or None where a line is not plainly blank, a point, a text, a heading or a rule."""
    if "\0" in text:  # markdown-it rewrites it
        return None
    reader = _Reader()
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        if not line.strip(" \t"):
            reader.take_blank(number)
            continue
        reader.bare = None
        if text_line := _LINE.match(line):
            plain = reader.take(text_line, number)
        elif rule := _RULE.fullmatch(line):
            plain = reader.take_rule(rule.end(1), number)
        else:
            bare = _BARE.fullmatch(line)
            plain = bare is not None and reader.take_bare(bare, number)
        if not plain:
            return None
    return reader.reading
