"""The tables on standard output."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.cells import cell_len
from rich.markup import escape
from rich.table import Table as RichTable

from evals.measures import measures
from evals.report.contents import Contents, words
from evals.report.tables import Body, Cell, headline
from settings import output

_NAME = 24
"""Characters of a condition's name in a line at most."""
_WIDE = 10_000
"""Characters that hold any table, to measure one in."""


@dataclass(frozen=True)
class _Column:
    key: str
    texts: Sequence[str]

    @property
    def heading(self) -> str:
        return self.key if self.key == "n" else words()["short"].get(self.key, measures()[self.key].heading)


def render_tables(contents: Contents) -> list[RichTable]:
    """Return the headline as a table a question set; of the intervals only that of compliance has room.

    A column for which nothing of the set was checked is left out. So is one that the terminal has no room for, the last
    ones first, since half of a number is a wrong one; the caption names those.
    """
    table = headline(contents)
    keys = ["n", *(key for key, measure in contents.measures.items() if measure.columns)]
    return [
        _fitting(body, keys, {key for each in scored for key in each.row.figures})
        for body, scored in zip(table.bodies, contents.sets.values(), strict=True)
    ]


def _fitting(body: Body, keys: Sequence[str], checked: set[str]) -> RichTable:
    columns = [
        _Column(key, [_text(cells[place]) for _, cells in body.rows])
        for place, key in enumerate(keys)
        if key == "n" or key in checked
    ]
    longest = max((cell_len(name) for name, _ in body.rows), default=0)
    least, shown = min(longest, _NAME // 2), len(columns)
    while shown and _width(_table(body, columns[:shown], least)) > output.width:
        shown -= 1
    room = output.width - _width(_table(body, columns[:shown], least))
    found = _table(body, columns[:shown], min(longest, _NAME, least + room))
    if shown < len(columns):
        left_out = ", ".join(measures()[column.key].heading for column in columns[shown:] if column.key != "n")
        found.caption = escape(words()["no_room"].format(columns=left_out))
    return found


def _table(body: Body, columns: Sequence[_Column], name_width: int) -> RichTable:
    found = RichTable(
        title=escape(body.name),
        title_justify="left",
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    found.add_column("", width=name_width, overflow="fold")
    for column in columns:
        found.add_column(column.heading, justify="right", no_wrap=True)
    for place, (name, _) in enumerate(body.rows):
        found.add_row(escape(name), *(escape(column.texts[place]) for column in columns))
    return found


def _width(table: RichTable) -> int:
    return output.measure(table, options=output.options.update(width=_WIDE)).maximum


def _text(cell: Cell) -> str:
    if cell.strong and cell.small:
        return f"{cell.text} ({cell.small.replace(' to ', '-')})"
    return f"{cell.text}\n({cell.part})" if cell.part else cell.text
