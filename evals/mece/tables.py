"""What `python -m evals.mece` prints."""

from collections.abc import Mapping, Sequence

from rich import box
from rich.markup import escape
from rich.table import Table

from evals.mece.calibrate import Errors, Rate
from evals.mece.spoil import ANSWER_LAST, LIGHT


def error_table(errors: Sequence[Errors], title: str) -> Table:
    """Return a table of the errors by task, and below each by kind."""
    table = _table(title, "pairs", "balanced accuracy", "missed", "false", "errors")
    for one in errors:
        wrong = one.missed.count + one.false.count, one.missed.n + one.false.n
        table.add_row(
            one.task, f"{one.balanced_accuracy:.3f}", _rate(one.missed), _rate(one.false), f"{wrong[0]} of {wrong[1]}"
        )
        for kind, (count, n) in one.kinds.items():
            table.add_row(f"  {escape(kind)}", "", "", "", f"{count} of {n}")
    return table


def rank_table(below: Mapping[str, Sequence[bool]], title: str) -> Table:
    """Return a table of how many spoiled outlines rank below their good ones, by kind of fault."""
    table = _table(title, "fault", "below", "share")
    faults = [kind for kind in below if kind != ANSWER_LAST]
    for kind in faults:
        table.add_row(escape(kind) + (" (light)" if kind in LIGHT else ""), *_share(below[kind]))
    sums = {
        "all but the light ones, by mece": [flag for kind in faults if kind not in LIGHT for flag in below[kind]],
        "all of these, by mece": [flag for kind in faults for flag in below[kind]],
        f"{ANSWER_LAST}, by answer_first": below.get(ANSWER_LAST, []),
    }
    for name, flags in sums.items():
        if flags:
            table.add_row(name, *_share(flags), style="bold")
    return table


def _share(flags: Sequence[bool]) -> tuple[str, str]:
    return f"{sum(flags)} of {len(flags)}", f"{sum(flags) / len(flags):.3f}"


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right")
    return table


def _rate(rate: Rate) -> str:
    return f"{rate.count} of {rate.n} ({rate.low:.2f} to {rate.high:.2f})"
