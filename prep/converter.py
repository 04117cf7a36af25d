"""Rows through teacher and gate, many at once, none touching another."""

import asyncio
import itertools
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from llm.journal import Asked
from prep.consultation import Consultation
from prep.conversion import Conversion, Turn
from prep.gate import Gate
from prep.teachers import NoAnswer, Teacher
from settings import UserError

_LOG = logging.getLogger(__name__)
_GRACE = 30.0
"""Seconds that requests under way are given to end, since they are paid for, when the run cannot go on."""


class Converter:
    """Asks the teacher, asks again with the findings while it has answers, and says what became of each row."""

    def __init__(self, teacher: Teacher, gate: Gate) -> None:
        self.teacher = teacher
        self.gate = gate
        self._stop: UserError | None = None

    async def run(self, rows: Iterable[Consultation], on_done: Callable[[Conversion], None]) -> None:
        """Convert all rows; `on_done` hears of each as it ends, in any order.

        As many tasks as the teacher takes at once draw from one iterator, so memory does not grow with the rows that
        wait. Rows that no run asked about yet come first, then those that were asked about last, so that a run that
        is taken up again sends its first request at once; what is in the journal is judged beside them. Raises
        `UserError` where no row could go on.
        """
        fresh, late, early = (self._of(rows, asked) for asked in ("never", "lately", "before"))
        begun = itertools.chain(late, early)
        lanes = [itertools.chain(fresh, begun)] * self.teacher.concurrency
        tasks = [asyncio.create_task(self._work(lane, on_done)) for lane in [*lanes, begun]]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            if self._stop is not None:
                await asyncio.wait(tasks, timeout=_GRACE)
        finally:
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
        if self._stop is not None:
            raise self._stop
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    def _of(self, rows: Iterable[Consultation], asked: Asked) -> Iterator[Consultation]:
        return (row for row in rows if self.teacher.asked(row) == asked)

    async def _work(self, waiting: Iterator[Consultation], on_done: Callable[[Conversion], None]) -> None:
        for row in waiting:
            try:
                conversion = await self._isolated(row)
                on_done(conversion)
            except UserError as stop:
                self._stop = self._stop or stop
                raise
            if self._stop is not None:
                return

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
