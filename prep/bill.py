"""What all runs into a folder cost, by what it brought."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from llm import Usage
from prep.consultation import Consultation
from prep.outcome import Outcome


def split_bill(outcome: Outcome, rows: Iterable[Consultation]) -> dict[str, Usage]:
    """Part what was paid in all: first answers of kept rows, their repairs, rows of other runs, and the rest.

    The rest brought nothing: answers that could not be used, and all of rows that failed. The rows of other runs are
    those that the journals tell of and `rows`, this run's, has not, where it takes fewer or a changed source; they may
    be of use yet. A line of an early journal that does not name its row counts with the rest.
    """
    tally = outcome.tally
    rest = outcome.total - tally.first_pass - tally.repair
    others = _of_others(outcome.journals, rows) if rest.requests else Usage()
    return {"first pass": tally.first_pass, "repair": tally.repair, "other rows": others, "wasted": rest - others}


def _of_others(journals: Sequence[Path], rows: Iterable[Consultation]) -> Usage:
    ours = {row.identity() for row in rows}
    paid = Usage()
    for entry in entries(journals):
        subject, usage = entry.get("subject"), entry.get("usage")
        if usage is not None and subject is not None and subject not in ours:
            paid += Usage(**usage)
    return paid


def entries(journals: Sequence[Path]) -> Iterator[dict[str, Any]]:
    """Yield the lines of the journals; a line that cannot be read was told of when the journal was opened."""
    for path in journals:
        with path.open("rb") as file:
            for line in file:
                try:
                    entry = json.loads(line)
                except ValueError:
                    continue
                if isinstance(entry, dict):
                    yield entry
