"""report.md: the headline table with intervals and what the run says, short enough for a README."""

from collections.abc import Sequence

from evals.pages import plain
from evals.report.comparing import sentences
from evals.report.contents import Contents
from evals.report.judged import missing
from evals.report.leads import alone
from evals.report.remarks import how, remarks
from evals.report.tables import Cell, Table, headline


def render_markdown(contents: Contents) -> str:
    """Return the report as Markdown."""
    table = headline(contents)
    said = sentences(contents) or [alone(contents)]
    lines = [f"# {plain(contents.title)}", "", plain(how(contents)), "", *markdown_table(table), ""]
    lines += [f"- {plain(each)}" for each in (*said, *remarks(contents))]
    if line := missing(contents):
        lines.append(f"- {line}")
    notes = [f"*{each.heading}*: {each.note}." for each in contents.measures.values() if each.columns]
    return "\n".join([*lines, "", *(f"- {note}" for note in notes)]) + "\n"


def markdown_table(table: Table) -> list[str]:
    """Return a table as Markdown, a line of its own before the rows of each question set where there are several."""
    headings = [heading for heading, _ in table.columns]
    lines = [_row("", headings), _row("---", ["---:"] * len(headings))]
    for body in table.bodies:
        if len(table.bodies) > 1:
            lines.append(_row(f"*{plain(body.name)}*", [""] * len(headings)))
        lines += [_row(plain(name), [_cell(cell) for cell in cells]) for name, cells in body.rows]
    return lines


def _row(first: str, cells: Sequence[str]) -> str:
    return f"| {' | '.join([first, *cells])} |"


def _cell(cell: Cell) -> str:
    small = f" ({cell.small})" if cell.small else ""
    return plain(cell.text + small)
