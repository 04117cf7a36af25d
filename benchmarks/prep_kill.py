"""`python -m benchmarks prep-kill`: kill -9 at random points of one run, started again each time.

Afterwards: rows lost, answers paid for again against the requests in flight, the seconds from each start to its first
request, and whether the result equals that of a run that nobody disturbed, byte for byte. Among the faults are wrong
outlines, so that repairs and preference pairs are part of the result.
"""

import argparse
import dataclasses
import json
import random
import shutil
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.process import teacher_server, two_cores
from benchmarks.rows import write_rows
from benchmarks.scenario import RESULTS, Scenario, add_flags, scenario_of, write_result
from benchmarks.starts import Point, Section, Starts
from settings import console, output

FAULTS = ("faults.truncated=0.005", "faults.flat=0.02", "faults.invented=0.02", "faults.negation=0.02")
NOT_COMPARED = ("manifest.json", "journal")
"""What tells of the way to the result: names of files or of folders, or how they begin."""
_LATE_SHARE, _LATE = 0.1, 3.0
"""So many of the kills fall into so many seconds after the last answer, while the datasets are written."""


def main(arguments: Sequence[str]) -> int:
    """Measure, print, write `results/bench/prep-kill.json`; 1 where anything is not as it should be."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks prep-kill", description="kill -9 at random points of a run."
    )
    add_flags(parser)
    parser.add_argument("--kills", type=int, default=20)
    chosen = parser.parse_args(arguments)
    scenario, (server_core, core) = scenario_of(chosen), two_cores()
    source = write_rows(RESULTS / f"work/rows-{scenario.rows}.jsonl", scenario.rows, scenario.seed)
    whole, killed = RESULTS / "work/whole", RESULTS / "work/killed"
    for folder in (whole, killed):
        shutil.rmtree(folder, ignore_errors=True)
    with teacher_server([*scenario.server(), *FAULTS], server_core) as server:
        starts = Starts(scenario, source, server, core)
        answers = starts.run(whole, None).answered
        server.reset()
        sections = []
        for point in [*points(answers, chosen.kills, scenario.seed), None]:
            sections.append(starts.run(killed, point))
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


def summary(
    scenario: Scenario, sections: Sequence[Section], stats: dict[str, Any], whole: Path, killed: Path
) -> dict[str, Any]:
    """Return the figures, whether they are as they should be, and the sections."""
    repeats = [stats["repeated_of_section"].get(str(number), 0) for number in range(1, len(sections) + 1)]
    different = differences(whole, killed)
    lost = scenario.rows - kept(killed)
    figures = {
        "kills": sum(section.killed for section in sections),
        "rows lost": lost,
        "rows lost undisturbed": scenario.rows - kept(whole),
        "answers paid for again": stats["repeated"],
        "of them because of each kill": repeats,
        "most because of one kill": max(repeats),
        "requests in flight at most": scenario.concurrency,
        **_spread("seconds to the first request", [section.first_request for section in sections]),
        **_spread("CPU seconds to the first request", [section.first_request_cpu for section in sections]),
        "files that differ from the undisturbed run": different,
    }
    return {
        "scenario": dataclasses.asdict(scenario),
        "figures": figures,
        "passed": not lost and not different and max(repeats) <= scenario.concurrency,
        "sections": [dataclasses.asdict(section) for section in sections],
    }


def _spread(name: str, values: Sequence[float | None]) -> dict[str, float | None]:
    known = [value for value in values if value is not None]
    return {
        f"{name}, median": statistics.median(known) if known else None,
        f"{name}, longest": max(known, default=None),
    }


def differences(one: Path, other: Path) -> list[str]:
    """Return the data files that only one of two result folders has, or that are not the same in both."""
    files = {path.relative_to(out).as_posix() for out in (one, other) for path in out.rglob("*") if path.is_file()}
    data = sorted(name for name in files if not any(part.startswith(NOT_COMPARED) for part in name.split("/")))
    return [name for name in data if _bytes(one / name) != _bytes(other / name)]


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def kept(out: Path) -> int:
    """Return the rows that a result holds; 0 for one that is not finished."""
    manifest = out / "manifest.json"
    return json.loads(manifest.read_text(encoding="utf-8"))["rows"]["kept"] if manifest.exists() else 0
