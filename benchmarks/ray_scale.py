"""`python -m benchmarks ray-scale`: rows a second and the memory of every process, engine ray with the rules teacher.

Memory is looked at every few seconds while the blocks are converted and while the datasets are written. RSS counts the
pages that a process shares with others in full. Its own are those of no file and not of Ray's object store: these tell
whether it grows, since they do not change when another process comes or goes.
"""

import argparse
import json
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from rich.table import Table

from benchmarks.process import start
from benchmarks.ray_processes import ACTOR, family, kind
from benchmarks.ray_rows import write_many
from benchmarks.scenario import RESULTS, write_result
from settings import UserError, output

_MIB = 2**20
_MILLION = 1_000_000
_LIMIT = 500.0
"""MiB that no process may exceed."""
_GROWTH, _LITTLE = 0.1, 8.0
"""A process may grow by this share after the first tenth of the run, and by so many MiB beside."""


@dataclass(frozen=True)
class Look:
    """One look at one process: seconds since the start, which kind, MiB of its own and of RSS."""

    seconds: float
    pid: int
    kind: str
    own: float
    rss: float


def main(arguments: Sequence[str]) -> int:
    """Measure, print, write `results/bench/ray-scale.json`; 1 where a process outgrows its bounds."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks ray-scale", description="The rules teacher under engine ray."
    )
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--every", type=float, default=2.0, help="seconds between two looks at the memory")
    chosen, overrides = parser.parse_known_args(arguments)
    source, out = RESULTS / f"work/ray-rows-{chosen.rows}.jsonl", RESULTS / "work/ray-scale"
    write_many(source, chosen.rows)
    shutil.rmtree(out, ignore_errors=True)
    command = ["prep", "--source", str(source), "--teacher", "rules", "--out", str(out), "engine=ray", *overrides]
    started = time.monotonic()
    with out.with_suffix(".log").open("w", encoding="utf-8") as log:
        process = start(command, None, {}, log)
        looks = list(_watch(process, chosen.every))
    if process.returncode:
        raise UserError(f"prep ended with status {process.returncode}; its log is {out.with_suffix('.log')}")
    wall = time.monotonic() - started
    result = figures(chosen.rows, wall, looks) | _written(out)
    output.print(_table(result["memory"]))
    for name, value in result.items():
        if name != "memory":
            output.print(f"{name}: {value}", soft_wrap=True)
    output.print(f"written to {write_result('ray-scale', result)}")
    return int(not result["passed"])


def _written(out: Path) -> dict[str, Any]:
    """What became of the rows: a search for near-duplicates that links them all would leave two splits empty."""
    rows = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["rows"]
    lines = {file.stem: sum(1 for _ in file.open(encoding="utf-8")) for file in sorted(out.glob("chat/*.jsonl"))}
    return {"rows kept": rows["kept"], "rows of the splits": lines}


def _watch(process: subprocess.Popen[str], every: float) -> Iterator[Look]:
    started = time.monotonic()
    while process.poll() is None:
        seconds = time.monotonic() - started
        for member in family(process.pid):
            try:
                memory = member.memory_info()
                own = (memory.rss - memory.shared) / _MIB
                yield Look(seconds, member.pid, kind(member, process.pid), own, memory.rss / _MIB)
            except psutil.Error:
                continue
        time.sleep(every)


def figures(rows: int, wall: float, looks: Sequence[Look]) -> dict[str, Any]:
    """Return the rates, and for each kind of process what it takes in which part of the run.

    Converting is from the first look at an actor to the last. A process is flat if, after the first tenth of that, it
    never takes a tenth and 8 MiB more than it did within it.
    """
    actors = [look.seconds for look in looks if look.kind == ACTOR]
    began, ended = min(actors), max(actors)
    tenth = began + (ended - began) / 10
    parts = {"first tenth": (0.0, tenth), "later": (tenth, ended), "after": (ended, wall)}
    kinds = sorted({look.kind for look in looks})
    memory = {name: _memory([look for look in looks if look.kind == name], parts) for name in kinds}
    rate = rows / (ended - began)
    return {
        "rows": rows,
        "seconds in all": round(wall, 1),
        "seconds converting": round(ended - began, 1),
        "rows a second while converting": round(rate, 1),
        "hours for a million rows, converting": round(_MILLION / rate / 3600, 2),
        "hours for a million rows, in all": round((wall - began + began * rows / _MILLION) / rows * _MILLION / 3600, 2),
        "most RSS of one process, MiB": round(max(look.rss for look in looks)),
        "memory": memory,
        "passed": all(look.rss <= _LIMIT for look in looks) and not any(found["grew"] for found in memory.values()),
    }


def _memory(looks: Sequence[Look], parts: dict[str, tuple[float, float]]) -> dict[str, Any]:
    """MiB of the largest process of a kind by part of the run, and how many processes of it grew."""
    pids = {look.pid for look in looks}
    found: dict[str, Any] = {"processes": len(pids)}
    for part, (begin, end) in parts.items():
        seen = [look.own for look in looks if begin < look.seconds <= end]
        found[part] = round(max(seen)) if seen else None
    found["RSS"] = round(max(look.rss for look in looks))
    found["grew"] = sum(_grew([look for look in looks if look.pid == pid], parts["later"]) for pid in pids)
    return found


def _grew(looks: Sequence[Look], later: tuple[float, float]) -> bool:
    """Whether one process took more in the later part than before; one that did not live before has not grown."""
    before = [look.own for look in looks if look.seconds <= later[0]]
    after = [look.own for look in looks if later[0] < look.seconds <= later[1]]
    return bool(before and after) and max(after) > max(before) * (1 + _GROWTH) + _LITTLE


def _table(memory: dict[str, dict[str, Any]]) -> Table:
    table = Table(title="MiB of the largest process of each kind: its own, then RSS", title_justify="left")
    table.add_column("", no_wrap=True)
    for name in next(iter(memory.values())):
        table.add_column(name, justify="right")
    for name, found in memory.items():
        table.add_row(name, *("" if value is None else str(value) for value in found.values()))
    return table
