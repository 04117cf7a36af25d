"""One limiter for a hosted model: requests a minute, tokens a minute, and as many in flight as the server bears."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiolimiter import AsyncLimiter

from llm.concurrency import Concurrency

_KEPT = 10
"""Seconds' worth of overpaid tokens that are kept. With 1, estimates four times too high cost a third of the rate."""


class Limiter:
    """Lets requests to one server through, in the order in which they asked; those first that were sent before.

    Args:
        concurrency: requests in flight at most, at least 1; `llm.concurrency` says when fewer are allowed.
        requests_per_minute, tokens_per_minute: above 0, or None for no such limit. A minute's share is spread evenly:
            at most one second's worth goes at once (one request, where a second's worth is less).

    It belongs to one event loop, tells the time by that loop alone and starts no task. It knows nothing of HTTP: its
    user says which failure means overload, and waits out a Retry-After outside of the slot.
    """

    def __init__(self, concurrency: int, requests_per_minute: float | None, tokens_per_minute: float | None) -> None:
        self._places = Concurrency(concurrency)
        self._requests = Rate(requests_per_minute) if requests_per_minute else None
        self._tokens = Rate(tokens_per_minute) if tokens_per_minute else None
        # A bucket of aiolimiter serves the smallest amount first, so a large request could wait for ever.
        self._turn = asyncio.Lock()

    @property
    def concurrency(self) -> float:
        """Requests allowed in flight now, from 1 to the configured number; its whole part counts."""
        return self._places.limit

    @property
    def in_flight(self) -> int:
        """Slots taken, those included that wait for a rate; above `concurrency` for a while after that fell."""
        return self._places.in_flight

    @asynccontextmanager
    async def slot(self, tokens: int, again: bool = False) -> AsyncIterator["Slot"]:
        """Wait for a place, then for the rates, and hold the place until the context is left.

        Args:
            tokens: an estimate of prompt and completion together. One above the rate of a whole minute goes through
                too, after the minutes that it is worth.
            again: whether the request was sent before.
        """
        await self._places.take(again)
        try:
            async with self._turn:
                if self._requests:
                    await self._requests.pay(1)
                if self._tokens:
                    await self._tokens.pay(tokens)
            yield Slot(tokens, self._places, self._tokens)
        finally:
            self._places.leave()


@dataclass(frozen=True)
class Slot:
    """Leave to send one request. Say how it ended, once, before the context is left.

    Leaving without a word stands for a failure that says nothing about load (500, reset, time-out): the limits stay,
    and so does the estimate of its tokens, since the server may have counted them.
    """

    _estimate: int
    _places: Concurrency
    _tokens: "Rate | None"

    def answered(self, tokens: int) -> None:
        """The request succeeded with so many tokens, prompt and completion: they replace the estimate."""
        self._places.answered()
        if self._tokens:
            self._tokens.correct(self._estimate, tokens)

    def refused(self) -> None:
        """The server is overloaded: 429, or a 503 that names a Retry-After. The estimate stays charged."""
        self._places.refused()


class Rate:
    """An amount a minute that is paid before it is used, by one payer at a time, and corrected afterwards."""

    def __init__(self, per_minute: float) -> None:
        self._per_second = per_minute / 60
        slow = self._per_second < 1
        self._bucket = AsyncLimiter(1, 1 / self._per_second) if slow else AsyncLimiter(self._per_second, 1)
        self._owed = 0.0

    async def pay(self, amount: float) -> None:
        """Wait until `amount` and all that is owed from before has flowed through the bucket, a bucketful at a time."""
        self._owed += amount
        try:
            while self._owed > 0:
                part = min(self._owed, self._bucket.max_rate)
                await self._bucket.acquire(part)
                self._owed -= part
        except asyncio.CancelledError:
            self._refund(amount)
            raise

    def correct(self, paid: float, used: float) -> None:
        """Charge what was used above what was paid to whoever pays next, or let them off what was paid too much."""
        if used > paid:
            self._owed += used - paid
        else:
            self._refund(paid - used)

    def _refund(self, amount: float) -> None:
        # What nobody owes is kept for the next payer, up to one refund or _KEPT seconds' worth: answers that come
        # together after a lull must not let a burst through that the provider would count as too much in one minute.
        floor = min(self._owed, -max(amount, self._per_second * _KEPT))
        self._owed = max(self._owed - amount, floor)
