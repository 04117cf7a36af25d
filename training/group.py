"""A command in a process group of its own: what ends this process ends all of the group first."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from settings import console

PATIENCE = 120.0
"""Seconds that a group has to end by itself: a checkpoint is written in fewer, and torchrun takes up to 30 to end its
workers, which are in sessions of their own."""

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_GLANCE = 0.1
"""Seconds between two looks at the group."""
_PROC = Path("/proc")


def run_in_group(command: Sequence[str], environment: Mapping[str, str], patience: float = PATIENCE) -> int:
    """Run `command` to its end; return its exit code, or minus the number of the signal that ended it or this process.

    The group is a session too, so a terminal's Ctrl-C reaches only this process. SIGINT, SIGTERM, SIGHUP and SIGQUIT,
    where they are not ignored, are passed on to the whole group, the first of them alone; this returns when the last of
    the group has ended, and kills what is left after `patience` seconds.
    """
    with _kept_signals() as told:
        process = subprocess.Popen(command, env=environment, start_new_session=True)
        while process.poll() is None and not told:
            time.sleep(_GLANCE)
        if process.returncode is not None:
            return process.returncode
        _end(process, told[0], patience)
        return -told[0]


@contextlib.contextmanager
def _kept_signals() -> Iterator[list[int]]:
    """Keep the numbers of the signals that would end this process, in place of its end."""
    told: list[int] = []
    before = {number: signal.getsignal(number) for number in _ENDING}
    for number, handler in before.items():
        # `nohup` lets a run go on when the terminal closes.
        if handler != signal.SIG_IGN:
            signal.signal(number, lambda number, _: told.append(number))
    try:
        yield told
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(process: "subprocess.Popen[bytes]", number: int, patience: float) -> None:
    _signal(process.pid, number)
    # Where the terminal has gone there is nobody to tell.
    with contextlib.suppress(OSError):
        console.print(f"the run is told to end, and killed if it has not in {patience:.0f} s")
    until = time.monotonic() + patience
    while _lives(process) and time.monotonic() < until:
        time.sleep(_GLANCE)
    _signal(process.pid, signal.SIGKILL)
    process.wait()


def _signal(group: int, number: int) -> bool:
    """Send a signal to a group; False where nothing of it is left, of which macOS says that it is not permitted."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _lives(process: "subprocess.Popen[bytes]") -> bool:
    """Whether anything of a process's group still runs; an ended process that nobody has waited for does not.

    The launcher may have gone before what it launched, whose parent is then PID 1, which need not wait for it. That of
    macOS, where there is no /proc to see it, does.
    """
    if not _PROC.is_dir():
        process.poll()
        return _signal(process.pid, 0)
    for file in _PROC.glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, of_group = file.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[:3]
            if int(of_group) == process.pid and state not in "ZX":
                return True
    return False
