"""SVG elements as text; colours are the stylesheet's classes, so that a plot follows light and dark."""

from collections.abc import Iterable

from markupsafe import Markup, escape
from rich.cells import cell_len, chop_cells

WIDTH = 440.0
"""Units of every plot: narrow enough to be read on a phone without turning it."""

Value = str | float | int


def element(name: str, *children: str | Markup, **attributes: Value) -> Markup:
    """Return an element; `class_` is `class`, `text_anchor` is `text-anchor`; texts and values are escaped."""
    given = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _written(value))
        for key, value in attributes.items()
    )
    inside = Markup("").join(escape(child) for child in children)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), given, inside)


def text(x: float, y: float, content: str, class_: str = "", anchor: str = "start") -> Markup:
    """Return a line of text; SVG does not wrap it, so a long one is cut."""
    return element("text", content, x=x, y=y, class_=class_, text_anchor=anchor)


def rect(x: float, y: float, width: float, height: float, class_: str) -> Markup:
    """Return a rectangle."""
    return element("rect", x=x, y=y, width=max(0.0, width), height=max(0.0, height), class_=class_, rx=2)


def path(points: Iterable[tuple[float, float]], class_: str, closed: bool = False) -> Markup:
    """Return a line through points."""
    along = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return element("path", d=f"M{along}{'Z' if closed else ''}", class_=class_)


def whisker(low: float, high: float, y: float, half: float = 4) -> Markup:
    """Return an interval as a horizontal line with ends."""
    ends = f"M{low:.1f} {y - half:.1f}v{2 * half}M{high:.1f} {y - half:.1f}v{2 * half}"
    return element("path", d=f"M{low:.1f} {y:.1f}H{high:.1f}{ends}", class_="whisker")


def drawing(height: float, title: str, description: str, *parts: Markup) -> Markup:
    """Return the whole plot as an image with a name and a description for those who do not see it."""
    return element(
        "svg",
        element("title", title),
        element("desc", description),
        *parts,
        viewBox=f"0 0 {WIDTH:.0f} {height:.0f}",
        role="img",
        aria_label=f"{title}. {description}",
    )


def shorten(name: str, most: int = 40) -> str:
    """Return a name of at most `most` Latin letters' width, for SVG wraps no line; the table beneath has it whole.

    The middle goes: what tells two conditions apart (a step, a seed, the task) often stands at the end.
    """
    if cell_len(name) <= most:
        return name
    begin, end = most // 2, (most - 1) // 2
    return f"{chop_cells(name, begin)[0]}…{chop_cells(name[::-1], end)[0][::-1]}"


def _written(value: Value) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
