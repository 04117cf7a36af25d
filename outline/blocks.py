"""What a text holds under CommonMark: its points with their levels, and the blocks outside the lists.

The parser is pulldown-cmark, by way of pyromark.
"""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import cast

from pyromark import Markdown
from pyromark.event import Event

# CommonMark itself has no limit, but a text may be a thousand "- ".
_DEEPEST = 30

_COMMONMARK = Markdown()
_BLOCKS = {"List", "Item", "BlockQuote", "Paragraph", "Heading", "CodeBlock", "HtmlBlock"}
_LITERAL = {"CodeBlock", "HtmlBlock"}
"""Blocks whose lines come as they are."""
# A line that goes on with a paragraph cannot begin with ">" except as a quote's own sign.
# The parser lets only spaces follow the fence that ends a block of code.
_CLOSED_BY_TAB = re.compile(r"^([ \t>]*(?:`{3,}|~{3,}))[ \t]*\t[ \t]*$", re.MULTILINE)
_QUOTE_SIGNS = re.compile(r"\n[ \t>]*")

_MARKED = re.compile(r"[<&!\[]")
"""What may stand for something else than it says: HTML, an entity, a picture, a link."""
_TAG = re.compile(r"<!--.*?(?:-->|\Z)|<(script|style|title)\b.*?(?:</\1>|\Z)|<[^>]*>?", re.DOTALL | re.IGNORECASE)
_LETTER = re.compile("[^\\W_\u115f\u1160\u3164\uffa0]")
"""A letter or a digit; the four are letters by their class, but fillers that show nothing."""

Words = list[str]


@dataclass
class Blocks:
    """(level from 0, words, 1-based line) of the points, (line, words) of the blocks outside the lists, in order."""

    points: list[tuple[int, Words, int]] = field(default_factory=list)
    prose: list[tuple[int, Words]] = field(default_factory=list)
    lists: int = 0
    """On the top level."""


class _Reader:
    """The state between two events of the parser."""

    def __init__(self, source: bytes) -> None:
        self.found = Blocks()
        self.source = source
        self.line, self.counted = 1, 0
        """The line that byte `counted` stands on."""
        self.open: list[Words] = []
        """For each open block, outermost first, the words that its text goes to: those of its point or prose."""
        self.level = -1
        """Of the innermost open list."""
        self.quotes = 0
        """Open block quotes: a list within one is text."""
        self.literal = False
        self.inline: tuple[int, int] | None = None
        """Where the text since the last block starts and ends, in bytes."""

    def enter(self, block: str, start: int) -> None:
        """Open a block that stands at byte `start`."""
        words = self.open[-1] if self.open else []
        if self.quotes or block not in ("Item", "List"):
            if not self.open:
                self.found.prose.append((self._line(start), words))
            self.quotes += block == "BlockQuote"
            self.literal = block in _LITERAL
        elif block == "Item":
            words = []
            if self.level < _DEEPEST:
                self.found.points.append((self.level, words, self._line(start)))
        else:
            self.level += 1
            self.found.lists += not self.level
        self.open.append(words)

    def leave(self, block: str) -> None:
        """Close the innermost block."""
        self.open.pop()
        if self.quotes:
            self.quotes -= block == "BlockQuote"
        elif block == "List":
            self.level -= 1
        self.literal = False

    def read(self, text: str, start: int, end: int) -> None:
        """Take in what stands within a block from byte `start` to `end`: `text`, where lines come as they are."""
        if self.literal:
            self.open[-1].extend(text.split())
        else:
            self.inline = (self.inline[0] if self.inline else start, end)

    def finish_text(self) -> None:
        """Add the text since the last block to the words of its own, as it was written."""
        if self.inline is None:
            return
        start, end = self.inline
        self.inline = None
        # The parser leaves out the sign that takes a mark's meaning from it.
        start -= self.source[start - 1 : start] == b"\\"
        text = self.source[start:end].decode()
        self.open[-1].extend((_QUOTE_SIGNS.sub("\n", text) if self.quotes else text).split())

    def _line(self, start: int) -> int:
        # With a tab before it, a point is said to begin at the line end above: that one counts too.
        self.line += self.source.count(b"\n", self.counted, start + 1)
        self.counted = start + 1
        return self.line


def read_blocks(text: str) -> Blocks:
    """Return the points and other blocks of `text`; points deeper than thirty levels are not counted."""
    text = _CLOSED_BY_TAB.sub(r"\1", text)
    # CommonMark asks for these three; a lone surrogate cannot be encoded.
    source = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd").encode(errors="replace")
    reader = _Reader(source)
    for event, span in _COMMONMARK.events_with_range(source.decode()):
        kind, content = _parts(event)
        if content in _BLOCKS and kind in ("Start", "End"):
            reader.finish_text()
            if kind == "Start":
                reader.enter(content, span["start"])
            else:
                reader.leave(content)
        elif kind == "Rule":
            reader.finish_text()
            reader.enter(kind, span["start"])
            reader.leave(kind)
        else:
            reader.read(content, span["start"], span["end"])
    return reader.found


def shows_words(text: str) -> bool:
    """Whether a letter or a digit is left of `text`, Markdown on one line, once it is rendered.

    What shows nothing: HTML's tags and comments, the text that stands for a picture, letters that are fillers.
    """
    if not text:
        return False
    if not _MARKED.search(text):
        return _LETTER.search(text) is not None
    pictures = 0
    for event in _COMMONMARK.events(text):
        kind, content = _parts(event)
        if content == "Image":
            pictures += 1 if kind == "Start" else -1
        elif kind == "Html":
            content = unescape(_TAG.sub("", content))
        if not pictures and kind in ("Text", "Code", "Html") and _LETTER.search(content):
            return True
    return False


def _parts(event: Event) -> tuple[str, str]:
    """What happens, and to which block or with which text: {"Start": {"List": 1}} is ("Start", "List")."""
    if isinstance(event, str):
        return event, ""
    ((kind, content),) = event.items()
    return kind, content if isinstance(content, str) else next(iter(cast(dict[str, object], content)))
