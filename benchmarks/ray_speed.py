"""`python -m benchmarks ray-speed`: two actors of engine ray on two cores against engine local on one.

The teacher server keeps to one of the two cores in both runs, so it takes its share of what the actors have. Only the
time between the first fifth of the answers and the last is counted, so that neither starts nor ends tell. With each
rate stands what it took: CPU seconds of a thousand answers, of our processes and of the server's, and how much of the
two cores everybody else had meanwhile. The ratio says nothing on a busy machine; that by CPU time is little changed.
"""

import argparse
import shutil
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from rich.table import Table

from benchmarks.process import Server, start, teacher_server, two_cores
from benchmarks.ray_processes import DRIVER, family, kind
from benchmarks.rows import write_rows
from benchmarks.scenario import KEY, RESULTS, Scenario, add_flags, scenario_of, write_result
from settings import UserError, console, output

_EVERY = 0.1
"""Seconds between two looks."""
_FROM, _TO = 0.2, 0.8
"""Of the answers: what is counted."""
_WANTED = 1.4
"""Times the rate of one process that two should reach."""
_SERVER = "server"
_ENGINES = {"local": ["engine=local"], "ray": ["engine=ray", "ray.actors=2"]}


@dataclass(frozen=True)
class Look:
    """Monotonic seconds, answers so far, CPU seconds of the machine so far and of each kind of process."""

    time: float
    answered: int
    machine: float
    cpu: dict[str, float]


def main(arguments: Sequence[str]) -> int:
    """Measure, print, write `results/bench/ray-speed.json`; 1 where two processes do not reach 1.4 times one."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks ray-speed", description="Two actors on two cores against one."
    )
    add_flags(parser, rows=6000, concurrency=512)
    parser.add_argument("--repeats", type=int, default=3, help="interleaved rounds")
    chosen = parser.parse_args(arguments)
    scenario, (server_core, core) = scenario_of(chosen), two_cores()
    if core is None:
        raise UserError("ray-speed needs two cores, this machine gives one")
    source = write_rows(RESULTS / f"work/rows-{scenario.rows}.jsonl", scenario.rows, scenario.seed)
    rounds: list[dict[str, dict[str, Any]]] = []
    with teacher_server(scenario.server(), server_core) as server:
        for number in range(chosen.repeats):
            console.print(f"round {number + 1} of {chosen.repeats}")
            rounds.append({engine: _measure(engine, scenario, source, server, core) for engine in _ENGINES})
    result: dict[str, Any] = {"rounds": rounds} | compared(rounds)
    output.print(_table(rounds))
    for name in ("ratio", "ratio by CPU time"):
        told = ", ".join(f"{each:.2f}" for each in result[f"{name}, each"])
        output.print(f"{name}, ray against local: {result[name]:.2f} ({told})")
    output.print(f"written to {write_result('ray-speed', result)}")
    return int(result["ratio"] < _WANTED)


def _measure(engine: str, scenario: Scenario, source: Path, server: Server, core: int) -> dict[str, Any]:
    out = RESULTS / f"work/speed-{engine}"
    shutil.rmtree(out, ignore_errors=True)
    server.reset()
    command = [*scenario.prep(source, server.url, out), *_ENGINES[engine]]
    with out.with_suffix(".log").open("w", encoding="utf-8") as log:
        process = start(command, core if engine == "local" else None, {"DEEPSEEK_API_KEY": KEY}, log)
        looks = _watch(process, server)
    if process.returncode:
        raise UserError(f"prep ended with status {process.returncode}; its log is {out.with_suffix('.log')}")
    return figures(looks)


def _watch(process: subprocess.Popen[str], server: Server) -> list[Look]:
    looks = []
    while process.poll() is None:
        looks.append(_look(process.pid, server))
        time.sleep(_EVERY)
    return looks


def _look(driver: int, server: Server) -> Look:
    cpu = {_SERVER: _seconds(psutil.Process(server.pid))}
    for member in family(driver):
        try:
            name = kind(member, driver)
            cpu[name] = cpu.get(name, 0.0) + _seconds(member)
        except psutil.Error:
            continue
    machine = psutil.cpu_times()
    return Look(time.monotonic(), server.stats()["answered"], sum(machine) - machine.idle - machine.iowait, cpu)


def _seconds(process: psutil.Process) -> float:
    spent = process.cpu_times()
    return spent.user + spent.system


def figures(looks: Sequence[Look]) -> dict[str, Any]:
    """Return the rate of the middle of a run and where its time went."""
    answers = looks[-1].answered
    middle = [look for look in looks if _FROM * answers <= look.answered <= _TO * answers]
    first, last = middle[0], middle[-1]
    done, seconds = last.answered - first.answered, last.time - first.time
    spent = {name: seconds - first.cpu.get(name, 0.0) for name, seconds in last.cpu.items()}
    return {
        "answers a second": done / seconds,
        "CPU s a 1,000 answers": {name: round(1000 * spent[name] / done, 3) for name in sorted(spent)},
        "cores used": sum(spent.values()) / seconds,
        "cores used by others": max(0.0, last.machine - first.machine - sum(spent.values())) / seconds,
    }


def compared(rounds: Sequence[dict[str, dict[str, Any]]]) -> dict[str, Any]:
    """Return ray over local, round by round and the median.

    By CPU time: what two idle cores could do with the CPU seconds that an answer took under ray, all processes and the
    server among them, over what one core could do with those of our own process under local.
    """
    rates = [found["ray"]["answers a second"] / found["local"]["answers a second"] for found in rounds]
    times = [2 * _cpu(found["local"])[DRIVER] / sum(_cpu(found["ray"]).values()) for found in rounds]
    found: dict[str, Any] = {}
    for name, each in (("ratio", rates), ("ratio by CPU time", times)):
        found |= {name: statistics.median(each), f"{name}, each": each}
    return found


def _table(rounds: Sequence[dict[str, dict[str, Any]]]) -> Table:
    table = Table(title="medians of the middle of the runs", title_justify="left")
    table.add_column("")
    for engine in _ENGINES:
        table.add_column(engine, justify="right")
    for name in ("answers a second", "cores used", "cores used by others"):
        table.add_row(name, *(f"{_median(rounds, engine, name):.2f}" for engine in _ENGINES))
    for kind_ in dict.fromkeys(name for found in rounds for engine in found.values() for name in _cpu(engine)):
        told = (statistics.median(_cpu(found[engine]).get(kind_, 0.0) for found in rounds) for engine in _ENGINES)
        table.add_row(f"CPU seconds a 1,000 answers, {kind_}", *(f"{seconds:.2f}" for seconds in told))
    return table


def _cpu(figures_: dict[str, Any]) -> dict[str, float]:
    return figures_["CPU s a 1,000 answers"]


def _median(rounds: Sequence[dict[str, dict[str, Any]]], engine: str, name: str) -> float:
    return statistics.median(found[engine][name] for found in rounds)
