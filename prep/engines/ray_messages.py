"""What the actors have to say to the user, through a file that every node sees; Ray's own channel adds its noise."""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from llm.storage import writing

_LOG = logging.getLogger(__name__)
_EVERY = 0.5
"""Seconds between two looks."""


def send_warnings(path: Path) -> None:
    """Append every warning of this process to `path`, each as one line."""
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(_Line(f"%(message)s (process {os.getpid()} on {os.uname().nodename})"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


class _Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return super().format(record).replace("\n", "\\n")


@contextmanager
def heard(path: Path) -> Iterator[None]:
    """Log what others send to `path`, soon after they do, until the context ends."""
    with writing(path):
        path.write_bytes(b"")
    ended = threading.Event()
    listener = threading.Thread(target=_listen, args=(path, ended), daemon=True)
    listener.start()
    try:
        yield
    finally:
        ended.set()
        listener.join()


def _listen(path: Path, ended: threading.Event) -> None:
    read = 0
    last = False
    while not last:
        last = ended.wait(_EVERY)
        with path.open("rb") as file:
            file.seek(read)
            for line in file:
                if not line.endswith(b"\n"):
                    break
                read += len(line)
                _LOG.warning("%s", line.decode("utf-8", "replace").rstrip("\n").replace("\\n", "\n"))
