"""The money of a run, of which its actors take as they need it."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from llm.budget import Budget
from llm.request import NotSent
from llm.storage import writing

_PART = 1 / 64
"""Of what is left, that an actor takes at once. It may keep that much unspent at the end, so it is little."""


class Purse(Budget):
    """The budget of one actor, which takes more from a file that all actors share while there is something in it.

    So an actor that gets more rows than the others gets more money too, and one that dies takes little along.
    """

    def __init__(self, path: Path, spent: Callable[[], float]) -> None:
        """`path`: as `fill` made it; `spent`: tells what this actor's requests so far cost, in US dollars."""
        super().__init__(0.0, spent)
        self._path = path

    @contextmanager
    def hold(self, dollars: float) -> Iterator[None]:
        """See `Budget.hold`."""
        while not self.covers(dollars):
            taken = self._take(dollars)
            if not taken:
                raise NotSent("over budget", "not asked: it could carry the cost over max_cost")
            self.most = (self.most or 0.0) + taken
        with super().hold(dollars):
            yield

    def _take(self, least: float) -> float:
        with writing(self._path), self._path.open("r+b", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            left = float(file.read())
            taken = min(left, max(least, left * _PART))
            os.pwrite(file.fileno(), _line(left - taken), 0)
        return taken


def fill(path: Path, dollars: float) -> None:
    """Put what a run may spend into a new file."""
    with writing(path):
        path.write_bytes(_line(max(0.0, dollars)))


def _line(dollars: float) -> bytes:
    """Of one length, so that one write replaces another whole."""
    return f"{dollars:31.9f}\n".encode()
