"""What a bar can show before a block ends: the rows that are done in blocks under way."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

_EVERY = 1.0
"""Seconds between two looks."""


class Watch:
    """Counts the lines of files while others append to them, each byte read once."""

    def __init__(self, files: Iterable[Path]) -> None:
        self._read: dict[Path, tuple[int, int]] = dict.fromkeys(files, (0, 0))
        """Bytes and lines by file."""

    def leave_out(self, file: Path) -> None:
        """Count a file no more."""
        self._read.pop(file, None)

    def lines(self) -> int:
        """Return how many lines there are now; a file that is not there has none, one that shrank is begun anew."""
        for path, (size, lines) in self._read.items():
            try:
                with path.open("rb") as file:
                    if file.seek(0, 2) < size:
                        size = lines = 0
                    file.seek(size)
                    new = file.read()
            except OSError:
                size, lines, new = 0, 0, b""
            self._read[path] = size + len(new), lines + new.count(b"\n")
        return sum(lines for _, lines in self._read.values())


@contextmanager
def looking(look: Callable[[], None]) -> Iterator[None]:
    """Call `look` every second, in a thread, until the context ends."""
    ended = threading.Event()

    def go_on() -> None:
        while not ended.wait(_EVERY):
            look()

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
