"""No request is sent that could carry the bill over the limit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from llm.request import NotSent


class Budget:
    """`most`: US dollars in all, or None for no limit; `spent`: tells what the requests so far cost."""

    def __init__(self, most: float | None, spent: Callable[[], float]) -> None:
        self.most = most
        self._spent = spent
        self._held = 0.0

    def covers(self, dollars: float) -> bool:
        """Whether what was spent and what is under way leave so much."""
        return self.most is None or self._spent() + self._held + dollars <= self.most

    def keep(self, dollars: float) -> None:
        """Set `dollars` aside for good: for a request that may be charged though its answer never came."""
        self._held += dollars

    @contextmanager
    def hold(self, dollars: float) -> Iterator[None]:
        """Set `dollars` aside, the most that one request can cost, while it is under way.

        Raises `NotSent` when there is less than that.
        """
        if not self.covers(dollars):
            raise NotSent("over budget", f"not asked: it could carry the cost over max_cost, ${self.most:g}")
        self._held += dollars
        try:
            yield
        finally:
            self._held -= dollars
