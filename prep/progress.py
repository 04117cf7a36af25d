"""What a person sees while a run goes on, and at its end."""

from collections.abc import Callable, Mapping

from rich.table import Table

from llm import Endpoint, Usage
from prep.config import PrepConfig
from prep.conversion import Conversion
from prep.tally import Tally
from settings.progress import bar

Spent = Callable[[], Usage]


class Bar:
    """A progress bar with rate, success share, tokens, cost and time left; use as a context manager."""

    def __init__(self, rows: int, config: PrepConfig, spent: Spent) -> None:
        self.tally = Tally()
        self._config = config
        self._spent = spent
        self._bar = bar(self._figures)
        self._task = self._bar.add_task("converting", total=rows)

    def __enter__(self) -> "Bar":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def advance(self, conversion: Conversion) -> None:
        """Count one finished row."""
        self.tally.add(conversion)
        self._bar.advance(self._task)

    def show(self, under_way: int) -> None:
        """Show the counted rows, and so many that are done but not told of yet."""
        self._bar.update(self._task, completed=self.tally.total + under_way)

    def _figures(self, speed: float | None) -> str:
        figures = [f"{speed:.1f} rows/s"] if speed else []
        if self.tally.total:
            figures += [f"{self.tally.success:.0%} kept", *_bill(self._config, self._spent())[1::2]]
        return "  ".join(figures)


def summary(
    config: PrepConfig, tally: Tally, spent: Usage, journal: Usage, parts: Mapping[str, Usage] | None = None
) -> Table:
    """Return the closing table: rows, kept, failed by reason, and cost, with its `parts` where the run came to its end.

    Before the end nobody knows what the answers about the rows that are left will bring.
    """
    through = config.teacher.model if isinstance(config.teacher, Endpoint) else config.teacher.name
    table = Table(title=f"{config.source.name()} through {through}", show_header=False, title_justify="left")
    table.add_column(justify="left")
    table.add_column(justify="right")
    table.add_row("rows", str(tally.total))
    table.add_row("kept", f"{tally.kept} ({tally.success:.1%} of those with a reply)")
    if tally.not_english:
        table.add_row("  not in English", f"{tally.not_english}: {unread(config)}")
    for status, kinds in tally.indices.items():
        for kind, rows in sorted(kinds.items(), key=lambda item: -len(item[1])):
            table.add_row(f"{status}: {kind}", str(len(rows)))
    if isinstance(config.teacher, Endpoint):
        table.add_row("this run", "  ".join(_bill(config, spent)))
        table.add_row("all runs in the journal", "  ".join(_bill(config, journal)))
        for name, usage in (parts or {}).items():
            if usage.requests or name != "other rows":
                table.add_row(f"  of it {name}", "  ".join(_bill(config, usage)))
        if journal.uncounted:
            cost = f"their cost is estimated at ${journal.estimated_cost(config.teacher.prices):.4f}"
            table.add_row("without token counts", f"{journal.uncounted} answers: {cost}")
    return table


def unread(config: PrepConfig) -> str:
    """Return what of a reply in another language than English is not checked."""
    if config.gate.negations:
        return "negations counted, numbers in words not"
    return "negations and numbers in words unchecked"


def _bill(config: PrepConfig, usage: Usage) -> list[str]:
    if not isinstance(config.teacher, Endpoint):
        return []
    dollars = f"${usage.cost(config.teacher.prices):.4f}"
    return [f"{usage.requests} requests", f"{usage.tokens:,} tokens", f"{usage.cached:,} cached", dollars]
