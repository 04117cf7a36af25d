"""No request is sent that could carry the bill over the limit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from llm.request import NotSent


class Budget:
    """`most`: US dollars in all, or None for no limit; `spent`: tells what the requests so far cost."""

    def __init__(self, most: float | None, spent: Callable[[], float]) -> None:
        self._most = most
        self._spent = spent
        self._held = 0.0

    @contextmanager
    def hold(self, dollars: float) -> Iterator[None]:
        """Set `dollars` aside, the most that one request can cost, while it is under way.

        Raises `NotSent` when what was spent and what is under way leave less than that.
        """
        if self._most is not None and self._spent() + self._held + dollars > self._most:
            raise NotSent("over budget", f"not asked: it could carry the cost over max_cost, ${self._most:g}")
        self._held += dollars
        try:
            yield
        finally:
            self._held -= dollars
