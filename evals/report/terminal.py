"""The tables on standard output."""

from rich import box
from rich.markup import escape
from rich.table import Table as RichTable

from evals.measures import measures
from evals.report.contents import Contents, words
from evals.report.tables import Body, Cell, headline

_NAME = 24
"""Characters of a condition's name in a line at most."""


def render_tables(contents: Contents) -> list[RichTable]:
    """Return the headline as a table a question set; of the intervals only that of compliance has room.

    A column for which nothing of the set was checked is left out.
    """
    table = headline(contents)
    keys = ["n", *(key for key, measure in contents.measures.items() if measure.columns)]
    return [
        _table(body, keys, {key for each in scored for key in each.row.figures})
        for body, scored in zip(table.bodies, contents.sets.values(), strict=True)
    ]


def _table(body: Body, keys: list[str], checked: set[str]) -> RichTable:
    found = RichTable(
        title=escape(body.name), title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True
    )
    longest = max((len(name) for name, _ in body.rows), default=0)
    found.add_column("", min_width=min(longest, _NAME // 2), max_width=_NAME, overflow="fold")
    shown = [place for place, key in enumerate(keys) if key == "n" or key in checked]
    for place in shown:
        key = keys[place]
        heading = key if key == "n" else words()["short"].get(key, measures()[key].heading)
        found.add_column(heading, justify="right", no_wrap=key != "n")
    for name, cells in body.rows:
        found.add_row(escape(name), *(escape(_text(cells[place])) for place in shown))
    return found


def _text(cell: Cell) -> str:
    if cell.strong and cell.small:
        return f"{cell.text} ({cell.small.replace(' to ', '-')})"
    return f"{cell.text} {cell.small}" if "unscored" in cell.small else cell.text
