"""Rows through teacher and gate, many at once, none touching another."""

import itertools
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from llm.journal import Asked
from llm.lanes import Lanes
from prep.consultation import Consultation
from prep.conversion import Conversion, Turn
from prep.gate import Gate
from prep.order import longest_first
from prep.teachers import NoAnswer, Teacher
from settings import UserError

_LOG = logging.getLogger(__name__)
_AHEAD = 2
"""Rows that are read ahead for each that is in hand: enough for the end, when places run dry."""


class Converter:
    """Asks the teacher, asks again with the findings while it has answers, and says what became of each row."""

    def __init__(self, teacher: Teacher, gate: Gate) -> None:
        self.teacher = teacher
        self.gate = gate

    async def run(self, rows: Iterable[Consultation], on_done: Callable[[Conversion], None]) -> None:
        """Convert all rows; `on_done` hears of each as it ends, in any order.

        As many rows are in hand as the teacher takes, so memory does not grow with those that wait. Rows that no run
        asked about come first, then those that no run settled, long replies before short ones; so a run that is taken
        up again sends its first request at once. What was settled is judged beside them, one row at a time. Raises
        `UserError` where no row could go on.
        """

        async def work(row: Consultation) -> None:
            conversion = await self._isolated(row)
            on_done(conversion)
            if conversion.turns and not conversion.retriable:
                self.teacher.settle(row)

        never, lately, before = (self._of(rows, asked) for asked in ("never", "lately", "before"))
        first = longest_first(itertools.chain(never, lately), _AHEAD * self.teacher.concurrency)
        await Lanes(work).run(first, self.teacher.concurrency, then=before)

    def _of(self, rows: Iterable[Consultation], asked: Asked) -> Iterator[Consultation]:
        return (row for row in rows if self.teacher.asked(row) == asked)

    async def _isolated(self, row: Consultation) -> Conversion:
        """A fault of ours in one row is that row's failure and goes to the log with its traceback."""
        try:
            conversion = await self.convert(row)
        except UserError:
            raise
        except Exception as error:
            _LOG.exception("row %d failed by a fault of this program", row.index)
            reason = f"{type(error).__name__}: {error}"
            conversion = Conversion(row, "failed", self.teacher.name, kind="fault", reason=reason, retriable=True)
        if conversion.status == "failed":
            return replace(conversion, requests=tuple(self.teacher.requests(row)))
        return conversion

    async def convert(self, row: Consultation) -> Conversion:
        """Return what became of one row."""
        name = self.teacher.name
        if missing := row.missing():
            return Conversion(row, "skipped", name, kind=missing, reason=f"{missing}: nothing to convert")
        turns: list[Turn] = []
        while True:
            try:
                answer = await self.teacher.answer(row, turns)
            except NoAnswer as none:
                return Conversion(row, "failed", name, tuple(turns), none.kind, none.reason, none.retriable)
            if answer is None:
                break
            turns.append(self.gate.judge(row, answer))
            if not turns[-1].findings:
                return Conversion(row, "kept", name, tuple(turns))
        last = turns[-1]
        return Conversion(row, "failed", name, tuple(turns), last.findings[0].kind, last.feedback())
