"""Counts of answers: distributions of depth and breadth, and form against support."""

from collections import Counter
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from evals.report.contents import Contents, Scored, words
from evals.report.plots.plot import Plot, titles
from evals.report.plots.svg import WIDTH, drawing, rect, shorten, text

_TALLEST, _PANEL = 34.0, 82.0
_BAND = 44
_LEGEND = 44


def distribution(contents: Contents, measure: str, most: int, good: range) -> Plot | None:
    """Return how many answers of each condition have which depth or breadth.

    `most` is the last value with a column of its own, `good` the values that the contract allows.
    """
    blocks = {each.row.name: counts for each in contents.main if (counts := _counted(each, measure, most))}
    if not blocks:
        return None
    title, note = titles(measure, **contents.spec.model_dump())
    bins = list(range(most + 2))
    labels = [*(str(value) for value in bins[:-1]), f"{most + 1}+"]
    parts: list[Markup] = []
    for place, (name, counts) in enumerate(blocks.items()):
        parts += _columns(name, counts, bins, labels, good, place * _PANEL)
    rows = [(name, *(str(counts.get(value, 0)) for value in bins)) for name, counts in blocks.items()]
    said = "; ".join(
        f"{name}: " + ", ".join(f"{counts[value]} with {label}" for value, label in zip(bins, labels, strict=True)
                                if counts.get(value))
        for name, counts in blocks.items()
    )  # fmt: skip
    svg = drawing(_PANEL * len(blocks), title, said, *parts)
    return Plot(title, note, svg, ("Condition", *labels), rows)


def _counted(scored: Scored, measure: str, most: int) -> Counter[int]:
    values = (numbers[measure] for numbers in scored.result.measured.values() if measure in numbers)
    return Counter(min(int(value), most + 1) for value in values)


def _columns(
    name: str, counts: Mapping[int, int], bins: Sequence[int], labels: Sequence[str], good: range, top: float
) -> list[Markup]:
    step, base = WIDTH / len(bins), top + _PANEL - 24
    tallest = max(counts.values())
    parts = [text(4, top + 14, shorten(name)), rect(0, base, WIDTH, 1, "track")]
    for place, (value, label) in enumerate(zip(bins, labels, strict=True)):
        count = counts.get(value, 0)
        height = _TALLEST * count / tallest
        left, middle = place * step + step * 0.14, (place + 0.5) * step
        parts.append(rect(left, base - height, step * 0.72, height, "fill" if value in good else "hollow"))
        parts.append(text(middle, base + 13, label, "axis", "middle"))
        if count:
            # Beside the name there is no room above the tallest column.
            inside = height > _TALLEST - 14 and height > 13
            y = base - height + 12 if inside else base - height - 3
            class_ = ("on-fill" if value in good else "value") if inside else "value"
            parts.append(text(middle, y, str(count), class_, "middle"))
    return parts


def support(contents: Contents) -> Plot | None:
    """Return how many answers comply, are supported, both or neither; only those whose reference is known count."""
    names = words()["support"]
    blocks = {each.row.name: counts for each in contents.main if any(counts := _two_by_two(each))}
    if not blocks:
        return None
    title, note = titles("support")
    parts: list[Markup] = []
    for place, name in enumerate(names):
        x, y = (place % 2) * WIDTH * 0.43 + 4, (place // 2) * 20 + 4
        parts += [rect(x, y, 12, 12, f"part{place}"), text(x + 18, y + 11, name, "axis")]
    for place, (name, counts) in enumerate(blocks.items()):
        parts += _stack(name, counts, _LEGEND + place * _BAND)
    rows = [(name, *map(str, counts)) for name, counts in blocks.items()]
    said = "; ".join(
        f"{name}: " + ", ".join(f"{count} {label.lower()}" for count, label in zip(counts, names, strict=True))
        for name, counts in blocks.items()
    )
    svg = drawing(_LEGEND + _BAND * len(blocks), title, said, *parts)
    return Plot(title, note, svg, ("Condition", *names), rows)


def _two_by_two(scored: Scored) -> list[int]:
    counts = [0, 0, 0, 0]
    for score in scored.result.scores.values():
        if score.unsupported is not None:
            counts[2 * (not score.compliant) + bool(score.unsupported)] += 1
    return counts


def _stack(name: str, counts: Sequence[int], top: float) -> list[Markup]:
    parts = [text(4, top + 14, shorten(name)), text(WIDTH - 4, top + 14, f"n = {sum(counts)}", "axis", "end")]
    x, room = 4.0, WIDTH - 8
    for place, count in enumerate(counts):
        width = room * count / sum(counts)
        if count:
            parts.append(rect(x, top + 20, width - 1, 17, f"part{place}"))
        if width > 9 * len(str(count)):
            parts.append(text(x + width / 2, top + 33, str(count), f"on-part{place}", "middle"))
        x += width
    return parts
