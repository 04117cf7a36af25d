"""A disk that is full is the user's to mend, so it is said in one message."""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from settings import UserError

_FULL = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file has reached the largest size that is allowed",
}


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Make a folder if need be and hold it, for one process at a time; raises `UserError` where another one does."""
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY)
    lock(handle, folder, "this folder")
    try:
        yield
    finally:
        os.close(handle)


def lock(handle: int, path: Path, what: str) -> None:
    """Lock an open file for this process alone, until it is closed.

    Where another process has it, or the file system has no locks, the handle is closed and `UserError` raised, which
    calls the thing at `path` `what`.
    """
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        hint = "wait until it has ended, or give this run a folder of its own with --out"
        raise UserError(f"{path}: another run is writing {what}", hint=hint) from error
    except OSError as error:
        os.close(handle)
        hint = "two runs at once would spoil each other's work: choose a file system that locks files, with --out"
        raise UserError(f"{path}: the file system cannot lock {what}: {error.strerror}", hint=hint) from error


@contextmanager
def writing(path: str | Path) -> Iterator[None]:
    """Turn an `OSError` while `path` is written, at whatever depth a library hides it, into a `UserError`."""
    try:
        yield
    except Exception as error:
        system = _system_error(error)
        if system is None:
            raise
        reason = _FULL.get(system.errno or 0) or f"the file cannot be written: {system.strerror or system}"
        raise UserError(
            f"{path}: {reason}",
            hint="what was written before is kept: free some space, or give the run more, and start it again",
        ) from error


def _system_error(error: BaseException | None) -> OSError | None:
    while error is not None:
        if isinstance(error, OSError):
            return error
        error = error.__cause__ or error.__context__
    return None
