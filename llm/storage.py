"""A disk that is full is the user's to mend, so it is said in one message."""

import errno
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
