"""Processes under measurement: CPU time, memory, and a teacher server beside them."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import psutil

from settings import UserError

_EVERY = 0.2
"""Seconds between two looks at the memory."""


@dataclass(frozen=True)
class Sample:
    """One look at a process and its descendants: monotonic seconds, CPU seconds so far, bytes of resident memory."""

    time: float
    cpu: float
    memory: int


@dataclass(frozen=True)
class Run:
    """A finished process: exit status, monotonic start and end in seconds, CPU seconds of it and its descendants."""

    status: int
    started: float
    ended: float
    cpu: float
    samples: tuple[Sample, ...]
    output: str

    @property
    def wall(self) -> float:
        return self.ended - self.started

    def peak(self, until: float | None = None) -> int:
        """Return the most resident memory in bytes, of all its processes together, up to a time."""
        seen = [sample.memory for sample in self.samples if until is None or sample.time <= until]
        return max(seen, default=0)

    def cpu_between(self, start: float, end: float) -> float:
        """Return the CPU seconds between two times, as far as the samples tell."""
        return self._cpu_at(end) - self._cpu_at(start)

    def _cpu_at(self, when: float) -> float:
        before = [sample for sample in self.samples if sample.time <= when]
        after = [sample for sample in self.samples if sample.time > when]
        if not before or not after:
            return (before[-1].cpu if before else 0.0) if not after else 0.0
        first, last = before[-1], after[0]
        return first.cpu + (last.cpu - first.cpu) * (when - first.time) / (last.time - first.time)


def run(command: Sequence[str], core: int | None, log: Path, environment: Mapping[str, str]) -> Run:
    """Run a command to its end, on one CPU where `core` names it, its output in the file `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    samples: list[Sample] = []
    with log.open("w", encoding="utf-8") as file:
        started = time.monotonic()
        process = start(command, core, environment, file)
        done = threading.Event()
        watcher = threading.Thread(target=_watch, args=(process.pid, samples, done))
        watcher.start()
        _, status, used = os.wait4(process.pid, 0)
        ended = time.monotonic()
        done.set()
        watcher.join()
        process.returncode = os.waitstatus_to_exitcode(status)
    cpu = used.ru_utime + used.ru_stime
    samples.append(Sample(ended, cpu, used.ru_maxrss * 1024))
    return Run(process.returncode, started, ended, cpu, tuple(samples), log.read_text(encoding="utf-8"))


def start(
    command: Sequence[str], core: int | None, environment: Mapping[str, str], output: Any = None
) -> subprocess.Popen[str]:
    """Start `python -m COMMAND` of this interpreter, on one CPU where `core` names it."""
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        env={**os.environ, "COLUMNS": "200", **environment},
        text=True,
        preexec_fn=(lambda: os.sched_setaffinity(0, {core})) if core is not None else None,
    )


def _watch(pid: int, samples: list[Sample], done: threading.Event) -> None:
    process = psutil.Process(pid)
    while not done.wait(_EVERY):
        try:
            family = [process, *process.children(recursive=True)]
            times = [member.cpu_times() for member in family]
            memory = sum(member.memory_info().rss for member in family)
        except psutil.Error:
            continue
        # Of children that have ended, too: their time is their parent's `children_` time.
        cpu = sum(spent.user + spent.system for spent in times) + times[0].children_user + times[0].children_system
        samples.append(Sample(time.monotonic(), cpu, memory))


class Server:
    """A teacher server in a process of its own."""

    def __init__(self, url: str, process: subprocess.Popen[str]) -> None:
        self.url = url
        self._process = process

    @property
    def pid(self) -> int:
        return self._process.pid

    def check(self) -> None:
        """Raise `UserError` if the process has ended, which nobody here told it to."""
        status = self._process.poll()
        if status is not None:
            ended = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
            raise UserError(
                f"the teacher server, process {self.pid}, {ended}: this measurement says nothing",
                hint="something outside of it did that, as a command does that kills by name; measure again",
            )

    def stats(self) -> dict[str, Any]:
        return self._call("GET", "/stats")

    def mark(self) -> dict[str, Any]:
        """Begin a new section (see `Ledger.mark`) and return what was counted so far."""
        return self._call("POST", "/mark")

    def reset(self) -> dict[str, Any]:
        """Let it forget everything and return what was counted."""
        return self._call("POST", "/reset")

    def _call(self, method: str, path: str) -> dict[str, Any]:
        try:
            with urlopen(Request(self.url.removesuffix("/v1") + path, method=method), timeout=30) as answer:
                return json.load(answer)
        except OSError:
            self.check()
            raise


@contextmanager
def teacher_server(overrides: Sequence[str], core: int | None) -> Iterator[Server]:
    """A server with keys of `benchmarks/teacher.yml` set, until the context ends."""
    command = ["benchmarks", "teacher-server", *overrides]
    process = subprocess.Popen([sys.executable, "-m", *command], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        if core is not None:
            os.sched_setaffinity(process.pid, {core})
        url = process.stdout.readline().strip()
        if not url:
            raise UserError("the teacher server did not start; its message stands above")
        yield Server(url, process)
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


def two_cores() -> tuple[int | None, int | None]:
    """Return a CPU for the server and another for the client; (None, None) where there is only one."""
    cores = sorted(os.sched_getaffinity(0))
    return (cores[-1], cores[0]) if len(cores) > 1 else (None, None)
