"""`python -m benchmarks prep`: our converter, LangChain's `abatch` and a pool of processes, side by side.

All are given the same rows, prompts and gate, run in turn against one server process that meets each with the same
fates, and keep to one CPU where the server has another.
"""

import argparse
import dataclasses
import json
import shutil
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from benchmarks.process import Run, Server, run, teacher_server, two_cores
from benchmarks.rows import write_rows
from benchmarks.scenario import KEY, RESULTS, Scenario, add_flags, scenario_of, write_result
from settings import UserError, console, output

CLIENTS = ("ours", "langchain", "processes")
_PROCESSES = 4
_MIB = 2**20
COLUMNS = {
    "requests_per_second": "requests a second",
    "asking_requests_per_cpu_second": "requests a CPU second, while asking",
    "cpu_ms_per_request": "CPU ms a request",
    "asking_cpu_ms_per_request": "CPU ms a request, while asking",
    "peak_mib": "peak memory, MiB",
    "asking_peak_mib": "peak memory, MiB, while asking",
    "rows_lost": "rows lost",
    "paid_twice": "requests paid twice",
    "first_request_seconds": "seconds to the first request",
    "wall_seconds": "seconds of the whole run",
}
"""Of the table; `while asking` is from the first request to the last row validated, without imports and datasets."""

COMPARED = ("requests_per_second", "asking_requests_per_cpu_second")
"""As ratios. The second is the rate of a client that waits for nothing but the CPU; other work changes it little."""


def main(arguments: Sequence[str]) -> int:
    """Measure, print the table and the ratios, write `results/bench/prep.json`; 1 where a client failed."""
    chosen = _parser().parse_args(arguments)
    clients = chosen.only.split(",")
    if unknown := sorted(set(clients) - set(CLIENTS)):
        raise UserError(f"--only: {unknown[0]} is not known, allowed: {', '.join(CLIENTS)}")
    scenario = scenario_of(chosen)
    measured: dict[str, list[dict[str, Any]]] = {client: [] for client in clients}
    cores = two_cores()
    with teacher_server(scenario.server(), cores[0]) as server:
        for repeat in range(chosen.repeats):
            for client in clients:
                rows = chosen.rows_processes if client == "processes" else scenario.rows
                console.print(f"{client}, {repeat + 1} of {chosen.repeats}: {rows} rows")
                wanted = dataclasses.replace(scenario, rows=rows)
                measured[client].append(measure(client, wanted, server, cores[1], RESULTS / "work"))
    result = {"scenario": dataclasses.asdict(scenario), "repeats": measured, "ratios": ratios(measured)}
    output.print(_table(measured))
    for client, of_client in result["ratios"].items():
        for name, ratio in of_client.items():
            told = ", ".join(f"{each:.2f}" for each in ratio["each"])
            output.print(f"ours against {client}: {ratio['median']:.2f} times the {COLUMNS[name]} ({told})")
    output.print(f"written to {write_result('prep', result)}")
    return int(any(run["status"] for runs in measured.values() for run in runs))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks prep", description="Measure prep against its alternatives."
    )
    add_flags(parser)
    parser.add_argument("--repeats", type=int, default=3, help="interleaved rounds; the table shows medians")
    parser.add_argument("--only", default=",".join(CLIENTS), help="the clients, parted by commas")
    parser.add_argument("--rows-processes", type=int, default=150, help="rows for the processes, which are slow")
    return parser


def measure(client: str, scenario: Scenario, server: Server, core: int | None, work: Path) -> dict[str, Any]:
    """Run a client once from nothing, in a folder of its own in `work`, and return its figures."""
    folder = work / client
    shutil.rmtree(folder, ignore_errors=True)
    source = write_rows(work / f"rows-{scenario.rows}.jsonl", scenario.rows, scenario.seed)
    server.reset()
    command = _command(client, scenario, source, server.url, folder)
    finished = run(command, core, folder.with_suffix(".log"), {"DEEPSEEK_API_KEY": KEY})
    return figures(finished, server.stats(), scenario.rows, *_result(client, folder, finished.status))


def _command(client: str, scenario: Scenario, source: Path, url: str, out: Path) -> list[str]:
    if client == "ours":
        return scenario.prep(source, url, out)
    places = scenario.concurrency if client == "langchain" else _PROCESSES
    flags = ["--source", str(source), "--url", url, "--out", str(out), "--concurrency", str(places)]
    return [f"benchmarks.clients.{client}", *flags]


def _result(client: str, folder: Path, status: int) -> tuple[int, float | None]:
    """How many rows a client kept, and when it had validated them all; None: with the last answer."""
    if status:
        return 0, None
    if client == "ours":
        return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["rows"]["kept"], None
    result = json.loads((folder / "finished.json").read_text(encoding="utf-8"))
    return result["kept"], result["finished"]


def figures(finished: Run, stats: dict[str, Any], rows: int, kept: int, validated: float | None) -> dict[str, Any]:
    """Return what one run comes to; rates count paid answers, from the first request to the last row validated."""
    start = stats["first_request_time"] or finished.started
    end = validated or stats["last_answer_time"] or finished.ended
    paid, asking = max(1, stats["paid"]), finished.cpu_between(start, end)
    return {
        "status": finished.status,
        "requests_per_second": stats["paid"] / max(1e-9, end - start),
        "cpu_ms_per_request": 1000 * finished.cpu / paid,
        "asking_cpu_ms_per_request": 1000 * asking / paid,
        "asking_requests_per_cpu_second": stats["paid"] / max(1e-9, asking),
        "peak_mib": finished.peak() / _MIB,
        "asking_peak_mib": finished.peak(end) / _MIB,
        "rows_lost": rows - kept,
        "paid_twice": stats["paid_twice"],
        "wall_seconds": finished.wall,
        "first_request_seconds": start - finished.started,
        "server": stats,
    }


def ratios(measured: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Return ours over each other client, round by round, so that a busy machine slows both sides of a ratio."""
    found: dict[str, Any] = {}
    for client, runs in measured.items():
        if client == "ours" or "ours" not in measured:
            continue
        for name in COMPARED:
            each = [ours[name] / other[name] for ours, other in zip(measured["ours"], runs, strict=True)]
            found.setdefault(client, {})[name] = {"median": statistics.median(each), "each": each}
    return found


def _table(measured: dict[str, list[dict[str, Any]]]) -> Table:
    table = Table(title="medians", title_justify="left")
    table.add_column("")
    for client in measured:
        table.add_column(client, justify="right")
    for name, title in COLUMNS.items():
        values = [statistics.median(run[name] for run in runs) for runs in measured.values()]
        table.add_row(title, *(f"{value:.1f}" if isinstance(value, float) else str(value) for value in values))
    return table
