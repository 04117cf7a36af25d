"""A plot: its drawing, and the same in numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from evals.report.contents import words


@dataclass(frozen=True)
class Plot:
    """A drawing with its title, a note on how to read it, and its numbers as a table."""

    title: str
    note: str
    svg: Markup
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    said: Sequence[str] = ()
    """What it shows, in sentences, where that can be said."""


def titles(key: str, **values: object) -> tuple[str, str]:
    """Return the title and the note of a plot from words.yml."""
    found = words()["plots"][key]
    return found["title"].format(**values), found["note"].format(**values)
