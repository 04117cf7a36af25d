"""One run of `prep` in several starts, each killed at a point of its own."""

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.process import Server, start
from benchmarks.scenario import KEY, Scenario
from settings import UserError

_LOOK_EVERY = 0.02
_LIMIT = 500.0
"""Seconds after which a run counts as hanging."""


@dataclass(frozen=True)
class Point:
    """When to kill: after so many answers in all, and so many seconds later."""

    answers: int
    later: float = 0.0


@dataclass(frozen=True)
class Section:
    """One start and its end.

    `answered` counts all sections so far; `in_flight` is what the server had in flight just before the kill.
    `first_request` is how long the start took to it in seconds, `first_request_cpu` the same in CPU seconds, on which
    a busy machine has no bearing; None where all answers were there.
    """

    killed: bool
    status: int
    answered: int
    in_flight: int
    first_request: float | None
    first_request_cpu: float | None


class Starts:
    """Starts of one command against one server, whose sections they are (see `Ledger.mark`)."""

    def __init__(self, scenario: Scenario, source: Path, server: Server, core: int | None) -> None:
        self._scenario = scenario
        self._source = source
        self._server = server
        self._core = core

    def run(self, out: Path, point: Point | None) -> Section:
        """Start the run, kill it at the point (None: never), and return what it came to when all is quiet again.

        A point that lies behind counts as the next answer, so that every start comes as far as that. Raises
        `UserError` for a run that does not end.
        """
        answered = self._server.mark()["answered"]
        command = self._scenario.prep(self._source, self._server.url, out)
        with out.with_suffix(".log").open("a", encoding="utf-8") as log:
            started = time.monotonic()
            process = start(command, self._core, {"DEEPSEEK_API_KEY": KEY}, log)
            before, cpu = self._wait(process, point, answered, started + _LIMIT)
            killed = process.poll() is None
            process.kill()
            process.wait()
            if killed and point is None:
                raise UserError(f"{out}: the run did not end within {_LIMIT:g} s; its log is beside it")
        stats = self._quiet()
        first = stats["first_request_time"]
        return Section(
            killed=killed,
            status=process.returncode,
            answered=stats["answered"],
            in_flight=before["in_flight"] if killed else 0,
            first_request=None if first is None else round(first - started, 2),
            first_request_cpu=cpu,
        )

    def _wait(
        self, process: subprocess.Popen[str], point: Point | None, answered: int, until: float
    ) -> tuple[dict[str, Any], float | None]:
        """Wait for the point or the end; return the statistics before it, and the CPU seconds of the first request."""
        goal = None
        if point is not None:
            goal = point.answers if point.later else max(point.answers, answered + 1)
        before, cpu = self._server.stats(), None
        while process.poll() is None and time.monotonic() < until:
            time.sleep(_LOOK_EVERY)
            before = self._server.stats()
            if cpu is None and before["first_request_time"] is not None:
                cpu = _cpu(process.pid)
            if point is not None and goal is not None and before["answered"] >= goal:
                time.sleep(point.later)
                break
        return before, cpu

    def _quiet(self) -> dict[str, Any]:
        """The statistics when the server has noticed that its client is gone."""
        while (stats := self._server.stats())["in_flight"]:
            time.sleep(_LOOK_EVERY)
        return stats


def _cpu(pid: int) -> float | None:
    try:
        spent = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return None
    return round(spent.user + spent.system, 2)
