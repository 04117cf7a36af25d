"""Lines: compliance beside validation loss over the steps of a training run, and k samples a question."""

from collections.abc import Callable, Sequence

from markupsafe import Markup

from evals.measures import measures
from evals.report.contents import Contents, Scored, words
from evals.report.plots.plot import Plot, titles
from evals.report.plots.svg import WIDTH, drawing, element, path, shorten, text
from evals.report.text import differs, interval_text, number, percent
from evals.stats import AtK, Interval

_LEFT, _RIGHT = 44.0, WIDTH - 10
_TALL, _PANEL = 110.0, 80.0
_MOST_STEPS = 8
"""Labels under a line."""

Scale = Callable[[float], float]
Point = tuple[float, float]


def checkpoints(contents: Contents) -> list[Plot]:
    """Return a plot of every model whose checkpoints were scored, on the first question set."""
    scored = next(iter(contents.sets.values()))
    tracks: dict[str, list[Scored]] = {}
    for each in scored:
        if each.row.step is not None and "compliance" in each.row.figures:
            label = each.result.condition.task.options.label
            name = each.row.model.rpartition(" @ ")[0]
            tracks.setdefault(f"{name}, {label}" if label else name, []).append(each)
    return [_track(contents, name, track) for name, track in tracks.items()]


def _track(contents: Contents, name: str, track: Sequence[Scored]) -> Plot:
    title, note = titles("checkpoints", model=name)
    figures = [each.row.figures["compliance"] for each in track]
    steps = [each.row.step or 0 for each in track]
    at = _between(min(steps), max(steps), _LEFT + 10, _RIGHT - 10)
    up = _between(0, 1, 12 + _TALL, 12)
    band = [(at(step), up(figure.low or 0)) for step, figure in zip(steps, figures, strict=True)]
    upper = [
        (at(step), up(1.0 if figure.high is None else figure.high)) for step, figure in zip(steps, figures, strict=True)
    ]
    shares = [(at(step), up(figure.value)) for step, figure in zip(steps, figures, strict=True)]
    parts = [
        *_levels([(up(share), percent(share)) for share in (0.0, 0.5, 1.0)]),
        path([*band, *reversed(upper)], "band", closed=True),
        *_line(shares, "line"),
    ]
    bottom = 12 + _TALL
    losses = [(each.row.step or 0, each.row.validation_loss) for each in track if each.row.validation_loss is not None]
    if losses:
        drawn, bottom = _losses(losses, at, bottom + 30)
        parts += drawn
    parts += [text(at(step), bottom + 18, str(step), "axis", "middle") for step in _thinned(steps)]
    parts.append(text(_RIGHT, bottom + 34, "optimizer steps", "axis", "end"))
    rows = [
        (
            str(step),
            percent(figure.value),
            interval_text(measures()["compliance"], figure),
            number(each.row.validation_loss, 3),
        )
        for step, figure, each in zip(steps, figures, track, strict=True)
    ]
    described = "; ".join(f"step {row[0]}: {row[1]}, loss {row[3]}" for row in rows)
    svg = drawing(bottom + 40, title, described, *parts)
    said = [plateau(contents, track)]
    if losses:
        said.append(words()["plateau"]["loss"].format(step=min(losses, key=lambda point: point[1])[0]))
    return Plot(title, note, svg, ("Step", "Compliant", "Interval", "Validation loss"), rows, said)


def _losses(losses: Sequence[Point], at: Scale, top: float) -> tuple[list[Markup], float]:
    low, high = min(loss for _, loss in losses), max(loss for _, loss in losses)
    down = _between(low, high, top + _TALL / 2, top)
    marks = [(down(value), number(value, 2)) for value in sorted({low, high})]
    return [*_levels(marks), *_line([(at(step), down(loss)) for step, loss in losses], "line second")], top + _TALL / 2


def plateau(contents: Contents, track: Sequence[Scored]) -> str:
    """Return the first checkpoint that no later one was shown to beat, in words; by the corrected paired tests."""
    said, names = words()["plateau"], {each.row.name: each.row.step or 0 for each in track}
    pairs = [
        pair
        for family in contents.compared.families
        if family.measure == "compliance"
        for pair in family.pairs
        if pair.comparison.first in names and pair.comparison.second in names
    ]
    refused = next((pair.verdict for pair in pairs if pair.verdict.startswith("refused")), None)
    if refused or not pairs:
        return said["refused"].format(reason=(refused or "one checkpoint").removeprefix("refused: "))
    beaten = [
        min(names[pair.comparison.first], names[pair.comparison.second])
        for pair in pairs
        if differs(pair)
        and (pair.verdict == "better") is (names[pair.comparison.second] > names[pair.comparison.first])
    ]
    step = min(step for step in names.values() if step > max(beaten, default=-1))
    if step == max(names.values()):
        return said["last"].format(step=step)
    unseen = max((pair.detectable or 1.0 for pair in pairs), default=1.0)
    return said["from"].format(step=step, points=round(100 * unseen))


def at_k(contents: Contents) -> Plot | None:
    """Return pass@k and all-of-k by k, a panel a condition; None where each question was answered once."""
    blocks = {each.row.name: each.row.at_k for each in contents.main if each.row.at_k}
    if not blocks:
        return None
    title, note = titles("at_k")
    panel = _PANEL + 58
    parts = [part for place, item in enumerate(blocks.items()) for part in _panel(*item, place * panel)]
    rows = [
        (
            name,
            str(point.k),
            percent(point.passed.value),
            _span(point.passed),
            percent(point.all.value),
            _span(point.all),
        )
        for name, points in blocks.items()
        for point in points
    ]
    described = "; ".join(f"{row[0]}, k = {row[1]}: one {row[2]}, all {row[4]}" for row in rows)
    svg = drawing(panel * len(blocks), title, described, *parts)
    return Plot(title, note, svg, ("Condition", "k", "One of k", "Interval", "All of k", "Interval"), rows)


def _panel(name: str, points: Sequence[AtK], top: float) -> list[Markup]:
    at = _between(1, points[-1].k, _LEFT + 10, _RIGHT - 10)
    up = _between(0, 1, top + 32 + _PANEL, top + 32)
    parts = [text(4, top + 14, shorten(name)), *_levels([(up(share), percent(share)) for share in (0.0, 0.5, 1.0)])]
    for which, class_ in (("passed", "line"), ("all", "line second")):
        found = [(point.k, getattr(point, which)) for point in points]
        edge = [(at(k), up(interval.low)) for k, interval in found]
        edge += [(at(k), up(interval.high)) for k, interval in reversed(found)]
        parts += [
            path(edge, "band", closed=True),
            *_line([(at(k), up(interval.value)) for k, interval in found], class_),
        ]
    return [*parts, *(text(at(point.k), top + _PANEL + 49, f"k = {point.k}", "axis", "middle") for point in points)]


def _line(points: Sequence[Point], class_: str) -> list[Markup]:
    return [path(points, class_), *(element("circle", cx=x, cy=y, r=3.5, class_=f"{class_} dot") for x, y in points)]


def _levels(marks: Sequence[tuple[float, str]]) -> list[Markup]:
    lines = [element("path", d=f"M{_LEFT:.1f} {y:.1f}H{_RIGHT:.1f}", class_="grid") for y, _ in marks]
    return [*lines, *(text(_LEFT - 6, y + 4, label, "axis", "end") for y, label in marks)]


def _between(low: float, high: float, start: float, end: float) -> Scale:
    if low == high:
        return lambda _: (start + end) / 2
    return lambda value: start + (value - low) / (high - low) * (end - start)


def _thinned(steps: Sequence[int]) -> Sequence[int]:
    return steps[:: -(-len(steps) // _MOST_STEPS)]


def _span(interval: Interval) -> str:
    return f"{percent(interval.low)} to {percent(interval.high)}"
