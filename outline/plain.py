"""The short way to read an outline: plain points and plain prose, for which CommonMark's rules come down to columns.

markdown-it reads any text, in ten times the time. What is read here is exactly what markdown-it reads: the tests hold
the two together on hostile texts, and whatever may open a block that is neither is left to it.
"""

import re
from dataclasses import dataclass

_LINE = re.compile(
    r"""
    (?P<indent>[ ]*)
    (?: (?P<marker> [-+*] | [0-9]{1,9}[.)] ) [ ]{1,4} )?
    (?P<text>
        # The text must open no block of its own, nor underline what is above it. "1. " and "1) " open a list.
        (?! \d+ [.)] (?:\s|$) )
        (?:
            [-+*_]{1,2} [^\s\-+*_]        # "**a" and "-5" are neither list nor rule
            | `{1,2} [^\s`] | ~{1,2} [^\s~]  # nor "`a" a fence
            | \# [^\s\#]                  # nor "#1" a heading
            | <\d                         # nor "<5" HTML
            | \[ (?! .* \]: )             # nor "[a](b)" a link definition
            | [^\s\-+*_`~\#<\[=>]
        )
        .*
    )
    """,
    re.VERBOSE,
)

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

    def take(self, line: re.Match[str], number: int) -> bool:
        """Read a line; False where it is not plain after all."""
        words = line["text"].split()
        if line["marker"] is None and self.paragraph is not None:
            # Wherever it stands, it goes on with the paragraph.
            self.paragraph += words
            return True
        column = line.end("indent")
        while self.columns and column < self.columns[-1]:
            self.columns.pop()
            self.holders.pop()
        level = len(self.columns)
        if column - (self.columns[-1] if level else 0) >= _CODE or level >= _DEEPEST:
            return False
        if line["marker"] is None:
            self._begin_paragraph(level, words, number)
            return True
        return self._begin_point(level, line, words, number)

    def _begin_paragraph(self, level: int, words: Words, number: int) -> None:
        """A paragraph of its own, in the innermost open point or outside the list. It ends the list before it."""
        del self.signs[level:]
        if level:
            self.holders[-1] += words
            self.paragraph = self.holders[-1]
        else:
            self.reading.prose.append((number, words))
            self.paragraph = words

    def _begin_point(self, level: int, line: re.Match[str], words: Words, number: int) -> bool:
        sign = line["marker"][-1]
        del self.signs[level + 1 :]
        if self.signs[level:] != [sign]:
            # Right under a paragraph only a number 1 begins a list.
            if line["marker"][:-1] not in ("", "1") and (self.reading.points or self.reading.prose):
                return False
            self.signs[level:] = [sign]
            self.reading.lists += not level
        self.columns.append(line.start("text"))
        self.holders.append(words)
        self.paragraph = words
        self.reading.points.append((level, words, number))
        return True


def read_plain(text: str) -> PlainReading | None:
    """Return what `text` holds, or None where a line is neither blank nor plainly a point or prose."""
    # markdown-it reads a carriage return as the end of a line and rewrites the null character.
    if "\r" in text or "\0" in text:
        return None
    reader = _Reader()
    for number, line in enumerate(text.split("\n"), start=1):
        plain = _LINE.match(line)
        if plain is None:
            if line.strip(" \t"):
                return None
            reader.paragraph = None
        elif not reader.take(plain, number):
            return None
    return reader.reading
