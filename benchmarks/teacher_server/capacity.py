"""A server's own limits: what comes beyond them is told to come back, and when."""

import math
import time
from collections import deque
from collections.abc import Callable

from pydantic import Field

from settings import Settings


class Capacity(Settings):
    """What the server takes; null for no limit. A refused request counts against nothing."""

    concurrent: int | None = Field(default=None, ge=1, description="requests in flight")
    requests: int | None = Field(default=None, ge=1, description="requests in any stretch of one period")
    tokens: int | None = Field(default=None, ge=1, description="tokens, both ways, in any stretch of one period")
    period: float = Field(default=60.0, gt=0, description="seconds")


class Admission:
    """Holds requests against a `Capacity` over a sliding window; `clock` gives seconds."""

    def __init__(self, capacity: Capacity, clock: Callable[[], float] = time.monotonic) -> None:
        self._capacity = capacity
        self._clock = clock
        self._window: deque[tuple[float, int]] = deque()
        self._tokens = 0

    def wait(self, in_flight: int, tokens: int) -> int | None:
        """Take in a request of so many tokens and return None, or refuse it and return the whole seconds to wait.

        `in_flight` does not count the request itself. One of more tokens than a period allows goes through alone.
        """
        limits, now = self._capacity, self._clock()
        while self._window and self._window[0][0] <= now - limits.period:
            self._tokens -= self._window.popleft()[1]
        if limits.concurrent is not None and in_flight >= limits.concurrent:
            return 1
        if (due := self._due(tokens)) is not None:
            return max(1, math.ceil(due - now))
        self._window.append((now, tokens))
        self._tokens += tokens
        return None

    def _due(self, tokens: int) -> float | None:
        """When enough of the window will have passed for one more request; None: now."""
        limits, due = self._capacity, None
        if limits.requests is not None and len(self._window) >= limits.requests:
            due = self._window[len(self._window) - limits.requests][0] + limits.period
        left = self._tokens + tokens
        for at, spent in self._window:
            if limits.tokens is None or left <= limits.tokens:
                break
            left, due = left - spent, max(due or 0.0, at + limits.period)
        return due
