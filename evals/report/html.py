"""report.html: one static file that loads nothing, with every text of a model escaped."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from evals.config import EvalConfig
from evals.report.examples import Example
from evals.report.markdown import how
from evals.report.text import COLUMNS, NOTES, cells, p_value, percent, points, remarks, sentence
from evals.summary import Comparison, Row

_BOLD = re.compile(r"\*\*(.+?)\*\*")


@dataclass(frozen=True)
class Bar:
    """A model's row in the plot; lengths in percent of the scale."""

    name: str
    strict: float
    low: float
    high: float
    lenient: float
    label: str


def render_html(
    config: EvalConfig, rows: Sequence[Row], comparisons: Sequence[Comparison], examples: Sequence[Example]
) -> str:
    """Return the report as one HTML page."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["bold"] = bold
    return environment.get_template("report.html.j2").render(
        title=config.title or config.run,
        how=how(config),
        columns=COLUMNS,
        rows=[(cells(row), row) for row in rows],
        bars=[bar(row) for row in rows],
        confidence=percent(config.statistics.confidence),
        comparisons=[sentence(pair, config.statistics.confidence) for pair in comparisons],
        remarks=[remark for row in rows for remark in remarks(row)],
        headline=_headline(rows, comparisons),
        criteria=_criteria(rows),
        notes=NOTES,
        examples=examples,
    )


def bold(text: str) -> Markup:
    """Return the text escaped, with `**bold**` as bold; links and other Markdown stay text."""
    return Markup(_BOLD.sub(r"<strong>\1</strong>", str(escape(text))))


def bar(row: Row) -> Bar | None:
    """Return the plot's row of a model; None when nothing of it was scored."""
    if row.compliance is None or row.lenient is None:
        return None
    share = row.compliance
    label = f"{percent(share.value)}  ({percent(share.low)} to {percent(share.high)}), n = {row.n}"
    return Bar(row.name, 100 * share.value, 100 * share.low, 100 * share.high, 100 * row.lenient.value, label)


def _headline(rows: Sequence[Row], comparisons: Sequence[Comparison]) -> dict[str, str] | None:
    """The comparison with the largest difference, in figures; None when there is nothing to compare."""
    by_name = {row.name: row.compliance for row in rows}
    best = max(comparisons, key=lambda pair: abs(pair.difference), default=None)
    if best is None or (before := by_name[best.first]) is None or (after := by_name[best.second]) is None:
        return None
    return {
        "before": percent(before.value),
        "after": percent(after.value),
        "first": best.first,
        "second": best.second,
        "test": f"{points(best.difference)} points, {p_value(best.p_value)}, {best.n} questions",
    }


def _criteria(rows: Sequence[Row]) -> list[tuple[str, list[str]]]:
    names = list(dict.fromkeys(name for row in rows for name in row.criteria))
    return [(name.replace("_", " "), [percent(row.criteria.get(name)) for row in rows]) for name in names]
