"""The lenient reading: what a person would still call a list is rewritten to one that CommonMark counts.

Three things are undone and nothing else: a code fence around the whole answer, bullet characters and the "1、" of
Chinese that Markdown does not know, and indents that are too small, too large or made of tabs or wide spaces. Prose
stays prose, a heading stays a heading.
"""

import re

_FENCE = re.compile(r"(`{3,}|~{3,}).*\n")
_POINT = re.compile(
    r"^(?P<indent>[ \t\u3000]*)(?:(?:[-*+•◦▪●○‣·–—]|\d{1,9}[.)])[ \t\u3000]+|(?:・|\d{1,9}、)\s*)(?P<text>\S.*)$"
)
_WIDE = "\u3000", "  "
_SHORTEST_FENCE = 3
_TAB = 4
_STEP = "  "


def relax(text: str) -> str:
    """Return `text` with its points rewritten as "- " at two spaces a level; any deeper indent is a child.

    A line that is no point joins the point above it when it is indented and no blank line is between them;
    otherwise it becomes a paragraph of its own.
    """
    lines: list[str] = []
    indents: list[int] = []
    for line in _unfenced(text).splitlines():
        point = _POINT.match(line)
        if point:
            width = len(point["indent"].replace(*_WIDE).expandtabs(_TAB))
            # Back to the ancestors: those that stand at least as far right are no parent of this point.
            while indents and indents[-1] >= width:
                indents.pop()
            indents.append(width)
            lines.append(f"{_STEP * (len(indents) - 1)}- {point['text']}")
        elif line.strip():
            lines.extend(_plain(line, lines, indents))
        else:
            lines.append("")
    return "\n".join(lines)


def _unfenced(text: str) -> str:
    """The text without a code fence around the whole; one that closes with fewer signs than it opened counts too."""
    whole = text.strip()
    opened = _FENCE.match(whole)
    if opened is None:
        return text
    body = whole[opened.end() :]
    closing = len(body) - len(body.rstrip(opened[1][0]))
    return body[: -min(closing, len(opened[1]))].rstrip() if closing >= _SHORTEST_FENCE else text


def _plain(line: str, before: list[str], indents: list[int]) -> list[str]:
    """The lines that stand for a line which is no point."""
    if indents and line[0] in " \t" and before[-1]:
        return [f"{_STEP * len(indents)}{line.strip()}"]
    indents.clear()
    return ["", line.strip()]
