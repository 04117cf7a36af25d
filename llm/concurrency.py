"""How many requests may be in flight: fewer when the server refuses, more when it answers; retries go first."""

import asyncio
from collections import deque

_CUT = 1 / 2
"""Places that one refusal takes away."""
_SLOW = 1 / 24
"""Places that one answer gives after a refusal. The limit rests where _CUT times the share refused equals _SLOW times
the share answered: at 7.7% refused. A server that refuses less at random keeps its ceiling, one that is full sees no
more than that."""
_FAST = 1 / 2
"""Places that one answer gives at most: the limit grows by half in a window without a refusal."""


class Concurrency:
    """Places for requests in flight, from 1 to `ceiling`, which is also where it starts.

    The law is that of DCTCP (RFC 8257, section 3.3), which lowers the limit in proportion to the share of a window
    that was refused: limit *= 1 - share / 2, a window being as many outcomes as the limit. Plain AIMD halves at each
    refusal and falls to some sqrt(3 / 2p) places when a share p is refused at random: 9 at 2%. Two things differ.
    The share is that of the window alone, not a moving average, and is taken off as it comes, half a place a refusal,
    so that one place too many costs one refusal instead of a window of them. And the growth, slow after a refusal,
    doubles with each window that passes without one, so that capacity which came back is soon found.

    Not covered: a server that refuses more than 7.7% whatever the load is taken for a full one, and gets few requests.
    """

    def __init__(self, ceiling: int) -> None:
        self.ceiling = ceiling
        self.limit = float(ceiling)
        self.in_flight = 0
        self._growth = _SLOW
        self._clean = 0
        self._first: deque[asyncio.Future[None]] = deque()
        self._waiting: deque[asyncio.Future[None]] = deque()

    def answered(self) -> None:
        """Raise the limit if it is used up; those who wait are let in when the next place is left."""
        # Answers below the limit do not show that the server bears more (as in RFC 7661, for TCP).
        if self.in_flight < int(self.limit):
            return
        self.limit = min(self.ceiling, self.limit + self._growth)
        self._clean += 1
        if self._clean >= self.limit:
            self._clean = 0
            self._growth = min(_FAST, 2 * self._growth)

    def refused(self) -> None:
        """Lower the limit; who is in flight stays."""
        self.limit = max(1.0, self.limit - _CUT)
        self._growth, self._clean = _SLOW, 0

    async def take(self, again: bool = False) -> None:
        """Wait for a place, behind all who wait already; `again`: behind those only who ask again too.

        A request that failed has waited its turn before. Behind the others it would come last of all at the end of a
        run, when nothing is left to fill the places beside it.
        """
        place = asyncio.get_running_loop().create_future()
        (self._first if again else self._waiting).append(place)
        self._admit()
        try:
            await place
        except asyncio.CancelledError:
            # Given and cancelled in one pass of the loop: nobody else knows of this place.
            if not place.cancelled():
                self.leave()
            raise

    def leave(self) -> None:
        """Give a place back, to the one whose turn it is."""
        self.in_flight -= 1
        self._admit()

    def _admit(self) -> None:
        while (waiting := self._first or self._waiting) and self.in_flight < int(self.limit):
            place = waiting.popleft()
            if not place.cancelled():
                self.in_flight += 1
                place.set_result(None)
