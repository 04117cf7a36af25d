"""Many pieces of work at once, none waiting for another."""

import asyncio
import itertools
import logging
from collections.abc import Callable, Coroutine, Iterable, Iterator
from functools import partial
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")

_LOG = logging.getLogger(__name__)
_GRACE = 30.0
"""Seconds that requests under way are given to end, since they are paid for, when the run cannot go on."""
_QUIET = 1.0
"""Seconds of it until that is told; most have ended by then."""


class Lanes(Generic[Item]):
    """Items at work, so many at once, until all are done or one of them stops the run."""

    def __init__(self, work: Callable[[Item], Coroutine[Any, Any, None]]) -> None:
        self._work = work
        self._group = asyncio.TaskGroup()
        self._patience = asyncio.timeout(None)
        self._stop: Exception | None = None
        self._notice: asyncio.TimerHandle | None = None

    async def run(self, first: Iterable[Item], places: int, then: Iterable[Item] = ()) -> None:
        """Work on all items; once no place is free, on one of `then` beside them. Raises the error that stopped it."""
        _quiet_second_interrupt()
        after = iter(then)
        try:
            async with self._patience, self._group:
                self._add(partial(self._begin, itertools.chain(first, after), places, beside=after))
        except TimeoutError:
            pass
        finally:
            if self._notice is not None:
                self._notice.cancel()
        if self._stop is not None:
            raise self._stop

    async def _begin(self, items: Iterator[Item], places: int, beside: Iterator[Item] | None) -> None:
        free = asyncio.Semaphore(places)
        for item in items:
            if free.locked() and beside is not None:
                self._add(partial(self._begin, beside, 1, None))
                beside = None
            await free.acquire()
            if self._stop is not None:
                return
            self._add(partial(self._work, item)).add_done_callback(lambda _: free.release())
            # Work that never waits (on what is in the journal, say) must not keep other work from its request.
            await asyncio.sleep(0)

    def _add(self, work: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
        return self._group.create_task(self._guarded(work))

    async def _guarded(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Let an error end everything, but only when what is under way has had time to end."""
        try:
            await work()
        except Exception as error:
            if self._stop is None:
                self._stop = error
                loop = asyncio.get_running_loop()
                self._patience.reschedule(loop.time() + _GRACE)
                self._notice = loop.call_later(_QUIET, _tell, error)


def _tell(error: Exception) -> None:
    said = str(error).partition("\n")[0]
    _LOG.warning(
        "%s; no more is sent, and what is under way has %.0f s to end, since it is paid for (Ctrl-C gives it up)",
        said,
        _GRACE,
    )


def _quiet_second_interrupt() -> None:
    """Keep a second Ctrl-C, which ends the loop in the middle of a task, from the log: it is no error of the task."""

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not isinstance(context.get("exception"), KeyboardInterrupt):
            loop.default_exception_handler(context)

    loop = asyncio.get_running_loop()
    if loop.get_exception_handler() is None:
        loop.set_exception_handler(handle)
