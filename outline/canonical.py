"""The short way to read an outline: for texts in the normal form, where no block can be anything but a point.

markdown-it reads any text; most answers are "- " points at two spaces a level, one line each, and for those its rules
come down to the indent. What is read here is exactly what markdown-it reads: the tests hold the two together on
hostile texts, and whatever is not plainly a point is left to it.
"""

import re

# A text that starts with a letter, or with one bold or in italics, opens no block of its own: no list, heading, quote,
# fence, rule, HTML or link definition. A number opens a list where "." or ")" and a space follow.
_POINT = re.compile(r"(?P<indent> *)- (?P<text>\*{0,2}(?!\d+[.)](?:\s|$))[^\W_].*)")

_STEP = 2
# Far above any real outline, and well below the depth at which markdown-it stops (see `outline.tree`).
_DEEPEST = 16


def read_canonical(text: str) -> list[tuple[int, str, int]] | None:
    """Return (level from 0, text on one line, 1-based line) of every point, or None where `text` is anything else.

    Every line is a point that is at most one level deeper than the one above it, or is empty; the first is a point.
    """
    # markdown-it reads a carriage return as the end of a line and rewrites the null character.
    if "\r" in text or "\0" in text:
        return None
    points: list[tuple[int, str, int]] = []
    deepest = 0
    for number, line in enumerate(text.split("\n"), start=1):
        point = _POINT.match(line)
        if point:
            level, odd = divmod(point.end("indent"), _STEP)
            if odd or level > deepest:
                return None
            points.append((level, " ".join(point["text"].split()), number))
            deepest = min(level + 1, _DEEPEST)
        elif line or not points:
            return None
    return points
