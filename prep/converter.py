"""Rows through teacher and gate, many at once, none touching another."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence

from prep.consultation import Consultation
from prep.conversion import Conversion, Turn
from prep.gate import Gate
from prep.teachers import NoAnswer, Teacher
from settings import UserError

_LOG = logging.getLogger(__name__)


class Converter:
    """Asks the teacher, asks again with the findings while tries last, and says what became of each row."""

    def __init__(self, teacher: Teacher, gate: Gate) -> None:
        self.teacher = teacher
        self.gate = gate
        self._tries = gate.limits.tries if teacher.repairs else 1

    async def run(self, rows: Sequence[Consultation], on_done: Callable[[Conversion], None]) -> list[Conversion]:
        """Convert all rows and return them in their order; `on_done` hears of each as it ends.

        As many tasks as the teacher answers at once draw from one iterator, so memory does not grow with the rows
        that wait. Raises `UserError` where no row could go on.
        """
        waiting, done = iter(rows), dict[int, Conversion]()
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self.teacher.concurrency, len(rows))):
                    group.create_task(self._work(waiting, done, on_done))
        except* UserError as stop:
            raise _first(stop) from stop
        return [done[row.index] for row in rows]

    async def _work(
        self, waiting: Iterator[Consultation], done: dict[int, Conversion], on_done: Callable[[Conversion], None]
    ) -> None:
        for row in waiting:
            done[row.index] = conversion = await self._isolated(row)
            on_done(conversion)

    async def _isolated(self, row: Consultation) -> Conversion:
        """A fault of ours in one row is that row's failure and goes to the log with its traceback."""
        try:
            return await self.convert(row)
        except UserError:
            raise
        except Exception as error:
            _LOG.exception("row %d failed by a fault of this program", row.index)
            reason = f"{type(error).__name__}: {error}"
            return Conversion(row, "failed", self.teacher.name, kind="fault", reason=reason, retriable=True)

    async def convert(self, row: Consultation) -> Conversion:
        """Return what became of one row."""
        name = self.teacher.name
        if missing := row.missing():
            return Conversion(row, "skipped", name, kind=missing, reason=f"{missing}: nothing to convert")
        turns: list[Turn] = []
        for _ in range(self._tries):
            try:
                answer = await self.teacher.answer(row, turns)
            except NoAnswer as none:
                return Conversion(row, "failed", name, tuple(turns), none.kind, none.reason, none.retriable)
            turns.append(self.gate.judge(row, answer))
            if not turns[-1].findings:
                return Conversion(row, "kept", name, tuple(turns))
        last = turns[-1]
        return Conversion(row, "failed", name, tuple(turns), last.findings[0].kind, last.feedback())


def _first(group: BaseExceptionGroup) -> BaseException:
    """Tasks that stop for one reason raise it each; a person needs it once."""
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found
