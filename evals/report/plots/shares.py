"""Shares with intervals: compliance by condition, and by groups of questions within each condition."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from evals.measures import measures
from evals.report.contents import Contents, set_name
from evals.report.plots.plot import Plot, titles
from evals.report.plots.svg import WIDTH, drawing, element, rect, shorten, text, whisker
from evals.report.text import interval_text, percent
from evals.summary import Figure

_LEFT, _RIGHT = 4.0, WIDTH - 4
_ROW, _AXIS = 40, 24
_DOT_ROW, _LABEL, _VALUE = 17, 130.0, 58
_GROUP = 16
"""Letters of a group's name that have room in `_LABEL` on a phone, whose letters are larger."""
_NAME = 30
"""Letters beside which a share with its interval has room, on a phone too."""


@dataclass(frozen=True)
class Bar:
    """A condition's strict and lenient share."""

    name: str
    strict: Figure
    lenient: Figure


def compliance(contents: Contents) -> Plot | None:
    """Return the plot of compliance by condition, a block a question set; None when nothing was scored."""
    blocks = {
        set_name(key): [
            Bar(each.row.name, figures["compliance"], figures["compliance_lenient"])
            for each in scored
            if each.row.step is None and "compliance" in (figures := each.row.figures)
        ]
        for key, scored in contents.sets.items()
    }
    bars = [bar for block in blocks.values() for bar in block]
    if not bars:
        return None
    title, note = titles("compliance")
    rows = [(bar.name, percent(bar.strict.value), _interval(bar.strict), percent(bar.lenient.value)) for bar in bars]
    parts, height = _bars(blocks)
    said = "; ".join(f"{bar.name} {percent(bar.strict.value)}" for bar in bars)
    return Plot(title, note, drawing(height, title, said, *parts), ("Condition", "Strict", "Interval", "Lenient"), rows)


def _bars(blocks: Mapping[str, Sequence[Bar]]) -> tuple[list[Markup], float]:
    parts: list[Markup] = []
    y = 0.0
    for name, block in blocks.items():
        if len(blocks) > 1 and block:
            parts.append(text(_LEFT, y + 18, name, "block"))
            y += 26
        for bar in block:
            parts += _bar(bar, y)
            y += _ROW
    return [*_grid(y, _LEFT, _RIGHT), *parts], y + _AXIS


def _bar(bar: Bar, y: float) -> list[Markup]:
    at = _scale(_LEFT, _RIGHT)
    strict, middle = bar.strict, y + 27
    parts = [
        text(_LEFT, y + 16, shorten(bar.name, _NAME)),
        text(_RIGHT, y + 16, f"{percent(strict.value)} ({_interval(strict)})", "value", "end"),
        rect(_LEFT, middle - 5, _RIGHT - _LEFT, 10, "track"),
        rect(_LEFT, middle - 5, at(strict.value) - _LEFT, 10, "fill"),
    ]
    if strict.low is not None and strict.high is not None:
        parts.append(whisker(at(strict.low), at(strict.high), middle))
    if bar.lenient.value != strict.value:
        x = at(bar.lenient.value)
        parts.append(element("path", d=f"M{x:.1f} {middle - 6:.1f}l6 6-6 6-6-6z", class_="diamond"))
    return parts


def by_group(key: str, blocks: Mapping[str, Mapping[str, Figure]]) -> Plot | None:
    """Return the plot of compliance by groups of questions; `blocks` has each condition's groups.

    None with fewer than two groups, which would show nothing.
    """
    groups = list(dict.fromkeys(group for block in blocks.values() for group in block))
    if len(groups) < 2:
        return None
    title, note = titles(key)
    parts: list[Markup] = []
    y = 0.0
    for name, block in blocks.items():
        parts.append(text(_LEFT, y + 16, shorten(name)))
        y += 22
        for group, figure in block.items():
            parts += _dot(group, figure, y)
            y += _DOT_ROW
        y += 8
    rows = [
        (name, group, str(figure.n), percent(figure.value), _interval(figure))
        for name, block in blocks.items()
        for group, figure in block.items()
    ]
    said = "; ".join(f"{name}, {group}: {value}" for name, group, _, value, _ in rows)
    grid = _grid(y, _LABEL, WIDTH - _VALUE)
    svg = drawing(y + _AXIS, title, said, *grid, *parts)
    return Plot(title, note, svg, ("Condition", "Questions", "n", "Compliant", "Interval"), rows)


def _dot(group: str, figure: Figure, y: float) -> list[Markup]:
    at, middle = _scale(_LABEL, WIDTH - _VALUE), y + 8
    parts = [
        text(_LABEL - 8, y + 12, shorten(group, _GROUP), "axis", "end"),
        text(_RIGHT, y + 12, percent(figure.value), "value", "end"),
    ]
    if figure.low is not None and figure.high is not None:
        parts.append(whisker(at(figure.low), at(figure.high), middle, 3))
    return [*parts, element("circle", cx=at(figure.value), cy=middle, r=4, class_="fill")]


def _interval(figure: Figure) -> str:
    return interval_text(measures()["compliance"], figure)


def _scale(left: float, right: float) -> Callable[[float], float]:
    return lambda share: left + share * (right - left)


def _grid(bottom: float, left: float, right: float) -> list[Markup]:
    at = _scale(left, right)
    parts = []
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = at(share)
        anchor = "start" if x < 20 else "end" if x > WIDTH - 20 else "middle"
        parts.append(element("path", d=f"M{x:.1f} 2.0V{bottom + 4:.1f}", class_="grid"))
        parts.append(text(x, bottom + 18, f"{100 * share:.0f}%", "axis", anchor))
    return parts
