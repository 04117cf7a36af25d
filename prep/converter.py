"""Rows through teacher and gate, many at once, none touching another."""

import asyncio
import itertools
import logging
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from llm.journal import Asked
from prep.consultation import Consultation
from prep.conversion import Conversion, Turn
from prep.gate import Gate
from prep.order import longest_first
from prep.teachers import NoAnswer, Teacher
from settings import UserError

_LOG = logging.getLogger(__name__)
_GRACE = 30.0
"""Seconds that requests under way are given to end, since they are paid for, when the run cannot go on."""
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
        await _Lanes(work).run(first, before, self.teacher.concurrency)

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


class _Lanes:
    """Rows at work, so many at once, until all are done or one of them stops the run."""

    def __init__(self, work: Callable[[Consultation], Coroutine[Any, Any, None]]) -> None:
        self._work = work
        self._group = asyncio.TaskGroup()
        self._patience = asyncio.timeout(None)
        self._stop: Exception | None = None

    async def run(self, first: Iterator[Consultation], then: Iterator[Consultation], places: int) -> None:
        """Work on all rows; once no place is free, on one of `then` beside them. Raises the error that stopped it."""
        with suppress(TimeoutError):
            async with self._patience, self._group:
                self._add(self._begin(itertools.chain(first, then), places, beside=then))
        if self._stop is not None:
            raise self._stop

    async def _begin(self, rows: Iterator[Consultation], places: int, beside: Iterator[Consultation] | None) -> None:
        free = asyncio.Semaphore(places)
        for row in rows:
            if free.locked() and beside is not None:
                self._add(self._begin(beside, 1, None))
                beside = None
            await free.acquire()
            if self._stop is not None:
                return
            self._add(self._work(row)).add_done_callback(lambda _: free.release())
            # What is in the journal is judged without a pause, some milliseconds a row: what goes over the wire must
            # not wait until that is done for every row.
            await asyncio.sleep(0)

    def _add(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return self._group.create_task(self._guarded(work))

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """Let an error end everything, but only when what is under way has had time to end."""
        try:
            await work
        except Exception as error:
            if self._stop is None:
                self._stop = error
                self._patience.reschedule(asyncio.get_running_loop().time() + _GRACE)
