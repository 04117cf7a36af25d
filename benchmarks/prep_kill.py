"""`python -m benchmarks prep-kill`: kill -9 at random points of one run, started again each time.

Afterwards: rows lost, answers paid for again against the requests in flight, the seconds from each start to its first
request, and whether the result equals that of a run that nobody disturbed, byte for byte. Among the faults are wrong
outlines, so that repairs and preference pairs are part of the result.
"""

import argparse
import dataclasses
import itertools
import json
import random
import shutil
import statistics
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.process import Server, start, teacher_server, two_cores
from benchmarks.rows import write_rows
from benchmarks.scenario import KEY, RESULTS, Scenario, add_flags, scenario_of, write_result
from settings import UserError, console, output

FAULTS = ("faults.truncated=0.005", "faults.flat=0.02", "faults.invented=0.02", "faults.negation=0.02")
NOT_COMPARED = ("manifest.json", "journal")
"""What tells of the way to the result: names of files or of folders, or how they begin."""
_LOOK_EVERY = 0.02
_LATE_SHARE, _LATE = 0.1, 3.0
"""So many of the kills fall into so many seconds after the last answer, while the datasets are written."""
_LIMIT = 500.0
"""Seconds after which a run counts as hanging."""


@dataclasses.dataclass(frozen=True)
class Point:
    """When to kill: after so many answers in all, and so many seconds later."""

    answers: int
    later: float = 0.0


@dataclasses.dataclass(frozen=True)
class Section:
    """One start and its end; counts are of all sections so far, `in_flight` is of the moment before the kill."""

    killed: bool
    status: int
    answered: int
    repeated: int
    in_flight: int
    first_request_seconds: float | None


def main(arguments: Sequence[str]) -> int:
    """Measure, print, write `results/bench/prep-kill.json`; 1 where anything is not as it should be."""
    parser = argparse.ArgumentParser(prog="benchmarks prep-kill", description="kill -9 at random points of a run.")
    add_flags(parser)
    parser.add_argument("--kills", type=int, default=20)
    chosen = parser.parse_args(arguments)
    scenario, (server_core, core) = scenario_of(chosen), two_cores()
    source = write_rows(RESULTS / f"work/rows-{scenario.rows}.jsonl", scenario.rows, scenario.seed)
    whole, killed = RESULTS / "work/whole", RESULTS / "work/killed"
    for folder in (whole, killed):
        shutil.rmtree(folder, ignore_errors=True)
    with teacher_server([*scenario.server(), *FAULTS], server_core) as server:
        trial = Trial(scenario, source, server, core)
        answers = trial.section(whole, None).answered
        server.reset()
        sections = []
        for point in [*points(answers, chosen.kills, scenario.seed), None]:
            sections.append(trial.section(killed, point))
            console.print(f"start {len(sections)}: {sections[-1]}", highlight=False, soft_wrap=True)
            if not sections[-1].killed:
                break
        result = summary(scenario, sections, server.stats(), whole, killed)
    for name, value in result["figures"].items():
        output.print(f"{name}: {value}", soft_wrap=True)
    output.print(f"written to {write_result('prep-kill', result)}")
    return int(not result["passed"])


def points(answers: int, kills: int, seed: int) -> list[Point]:
    """Return when to kill, in order, for a run of so many answers in all."""
    chance = random.Random(seed)
    late = round(kills * _LATE_SHARE)
    early = sorted(chance.randrange(1, answers) for _ in range(kills - late))
    return [Point(at) for at in early] + [Point(answers, chance.uniform(0, _LATE)) for _ in range(late)]


class Trial:
    """Starts of one command against one server."""

    def __init__(self, scenario: Scenario, source: Path, server: Server, core: int | None) -> None:
        self._scenario = scenario
        self._source = source
        self._server = server
        self._core = core

    def section(self, out: Path, point: Point | None) -> Section:
        """Start the run, kill it at the point (None: never), and return what it came to when all is quiet again.

        A point that lies behind counts as the next answer, so that every start comes as far as that.
        """
        answered = self._server.mark()["answered"]
        command = self._scenario.prep(self._source, self._server.url, out)
        with out.with_suffix(".log").open("a", encoding="utf-8") as log:
            started = time.monotonic()
            process = start(command, self._core, {"DEEPSEEK_API_KEY": KEY}, log)
            before = self._wait(process, point, answered, started + _LIMIT)
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
            repeated=stats["repeated"],
            in_flight=before["in_flight"] if killed else 0,
            first_request_seconds=None if first is None else round(first - started, 2),
        )

    def _wait(self, process: subprocess.Popen[str], point: Point | None, answered: int, until: float) -> dict[str, Any]:
        """Wait for the point or the process's end, whichever is first, and return the statistics of just before."""
        goal = None
        if point is not None:
            goal = point.answers if point.later else max(point.answers, answered + 1)
        before = self._server.stats()
        while process.poll() is None and time.monotonic() < until:
            time.sleep(_LOOK_EVERY)
            before = self._server.stats()
            if point is not None and goal is not None and before["answered"] >= goal:
                time.sleep(point.later)
                break
        return before

    def _quiet(self) -> dict[str, Any]:
        """The statistics when the server has noticed that its client is gone."""
        while (stats := self._server.stats())["in_flight"]:
            time.sleep(_LOOK_EVERY)
        return stats


def summary(
    scenario: Scenario, sections: Sequence[Section], stats: dict[str, Any], whole: Path, killed: Path
) -> dict[str, Any]:
    """Return the figures, whether they are as they should be, and the sections."""
    firsts = [section.first_request_seconds for section in sections if section.first_request_seconds is not None]
    repeats = [now.repeated - before.repeated for before, now in itertools.pairwise(sections)]
    kills = sum(section.killed for section in sections)
    different = differences(whole, killed)
    lost = scenario.rows - _kept(killed)
    figures = {
        "kills": kills,
        "rows lost": lost,
        "rows lost undisturbed": scenario.rows - _kept(whole),
        "answers paid for again": stats["repeated"],
        "of them by the start after each kill": repeats,
        "requests in flight at each kill": [section.in_flight for section in sections if section.killed],
        "seconds to the first request, median": statistics.median(firsts),
        "seconds to the first request, longest": max(firsts),
        "files that differ from the undisturbed run": different,
    }
    bounded = all(section.repeated <= at * scenario.concurrency for at, section in enumerate(sections))
    return {
        "scenario": dataclasses.asdict(scenario),
        "figures": figures,
        "passed": not lost and not different and bounded,
        "sections": [dataclasses.asdict(section) for section in sections],
    }


def differences(one: Path, other: Path) -> list[str]:
    """Return the data files that only one of two result folders has, or that are not the same in both."""
    files = {path.relative_to(out).as_posix() for out in (one, other) for path in out.rglob("*") if path.is_file()}
    data = sorted(name for name in files if not any(part.startswith(NOT_COMPARED) for part in name.split("/")))
    return [name for name in data if _bytes(one / name) != _bytes(other / name)]


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _kept(out: Path) -> int:
    manifest = out / "manifest.json"
    return json.loads(manifest.read_text(encoding="utf-8"))["rows"]["kept"] if manifest.exists() else 0
