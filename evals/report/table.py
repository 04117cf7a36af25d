"""The table on standard output."""

from collections.abc import Sequence

from rich import box
from rich.markup import escape
from rich.table import Table

from evals.report.text import COLUMNS, cells
from evals.summary import Row

_SHORT = {"unsupported": "Unsup.", "truncated": "Cut", "repetition": "Rep."}
"""Shorter headings, so that the table fits into 80 columns."""


def render_table(rows: Sequence[Row], title: str) -> Table:
    """Return the figures of a run, one row a model."""
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for key, heading in COLUMNS.items():
        table.add_column(
            _SHORT.get(key, heading), justify="left" if key == "model" else "right", no_wrap=key != "model"
        )
    for row in rows:
        table.add_row(*(escape(text) for text in cells(row).values()))
    return table
