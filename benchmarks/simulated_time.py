"""An event loop whose clock jumps: hours of waiting pass in milliseconds, and in the same order each time.

Time passes only while nothing is ready to run; then the clock stands at the next timer. Whatever takes its time from
the loop (`asyncio.sleep`, `asyncio.timeout`, `loop.time`) sees the simulated seconds. Sockets and threads do not belong
in here: nothing waits for them.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
_TICK = 1e-9
"""Seconds that one pass of the loop takes at least: a timer due in less than the clock can tell must come up too."""


class _Jumping(selectors.DefaultSelector):
    """A selector that adds the time it should wait to a clock instead of waiting."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("nothing is ready and no timer is set: every task waits for another")
        self.now += timeout + _TICK
        return super().select(0)


class SimulatedLoop(asyncio.SelectorEventLoop):
    """A loop that starts at second 0. It raises `RuntimeError` where a real one would hang for ever."""

    def __init__(self) -> None:
        self._clock = _Jumping()
        super().__init__(self._clock)

    def time(self) -> float:
        return self._clock.now


def run_simulated(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` like `asyncio.run`, on a `SimulatedLoop`."""
    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        return runner.run(main)
