"""`python -m benchmarks ray-nodes`: engine ray on three nodes of one machine, one killed half-way; then its driver.

A node is a raylet of its own with one core, so an actor of its own. Killing one (SIGKILL) takes the actor with the
requests that it has in flight; killing the driver takes all three actors, and the run is started again on the nodes
that are left. Each result is held against that of `engine: local` on the same rows, which nobody disturbed.
"""

import argparse
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.prep_kill import FAULTS, differences, kept
from benchmarks.process import Server, run, start, teacher_server, two_cores
from benchmarks.rows import write_rows
from benchmarks.scenario import KEY, RESULTS, Scenario, add_flags, scenario_of, write_result
from settings import UserError, disable_telemetry, output

_NODES = 3
_STORE = 80 * 2**20
"""Bytes of each node's object store."""
_LOOPBACK = "127.0.0.2"
"""Ray would else take the address of a network, and lose its nodes when that changes."""
_LOOK_EVERY = 0.05
_LIMIT = 500.0
"""Seconds after which a run counts as hanging."""


def main(arguments: Sequence[str]) -> int:
    """Measure, print, write `results/bench/ray-nodes.json`; 1 where anything is not as it should be."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks ray-nodes", description="Kill a node of three, then the driver."
    )
    add_flags(parser, rows=900, concurrency=48)
    parser.add_argument("--blocks", type=int, default=24)
    chosen = parser.parse_args(arguments)
    scenario, work = scenario_of(chosen), RESULTS / "work"
    source = write_rows(work / f"rows-{scenario.rows}.jsonl", scenario.rows, scenario.seed)
    whole = work / "ray-whole"
    found = {}
    with teacher_server([*scenario.server(), *FAULTS], two_cores()[0]) as server:
        _fresh(whole)
        run(scenario.prep(source, server.url, whole), None, whole.with_suffix(".log"), {"DEEPSEEK_API_KEY": KEY})
        for victim in ("node", "driver"):
            server.reset()
            out = work / f"ray-{victim}"
            _fresh(out)
            with _three_nodes() as (address, kill_node):
                kills = kill_node if victim == "node" else None
                command = [*scenario.prep(source, server.url, out), "engine=ray", f"ray.blocks={chosen.blocks}"]
                seconds = _disturb(command, address, server, out, scenario, kills)
            found[victim] = _figures(scenario, server.stats(), whole, out) | seconds
            output.print(f"{victim} killed half-way: {found[victim]}", soft_wrap=True, highlight=False)
    output.print(f"written to {write_result('ray-nodes', found)}")
    return int(not all(figures["passed"] for figures in found.values()))


def _fresh(out: Path) -> None:
    shutil.rmtree(out, ignore_errors=True)
    out.with_suffix(".log").unlink(missing_ok=True)


@contextmanager
def _three_nodes() -> Iterator[tuple[str, Callable[[], None]]]:
    """A cluster of three nodes with a core each: its address, and what kills one of them, not that of the driver."""
    disable_telemetry()
    from ray.cluster_utils import Cluster

    options = {"num_cpus": 1, "object_store_memory": _STORE, "include_dashboard": False, "node_ip_address": _LOOPBACK}
    cluster = Cluster(initialize_head=True, head_node_args=options)
    try:
        others = [cluster.add_node(**options) for _ in range(_NODES - 1)]
        yield str(cluster.address), lambda: cluster.remove_node(others[-1], allow_graceful=False)
    finally:
        cluster.shutdown()


def _disturb(
    command: list[str],
    address: str,
    server: Server,
    out: Path,
    scenario: Scenario,
    kill_node: Callable[[], None] | None,
) -> dict[str, Any]:
    """Run to the end with one kill when half of the answers are there; without `kill_node`, the driver is killed."""
    environment = {"DEEPSEEK_API_KEY": KEY, "RAY_ADDRESS": address}
    with out.with_suffix(".log").open("a", encoding="utf-8") as log:
        process = start(command, None, environment, log)
        _wait(process, server, lambda: server.stats()["answered"] >= scenario.rows // 2)
        in_flight = server.stats()["in_flight"]
        killed = time.monotonic()
        if kill_node is not None:
            kill_node()
        else:
            process.kill()
            process.wait()
            process = start(command, None, environment, log)
        _wait(process, server, lambda: process.poll() is not None)
    return {
        "status": process.returncode,
        "in flight at the kill": in_flight,
        "seconds from the kill to the end": round(time.monotonic() - killed, 1),
    }


def _wait(process: subprocess.Popen[str], server: Server, until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _LIMIT
    try:
        while not until() and process.poll() is None:
            server.check()
            if time.monotonic() > deadline:
                raise UserError(f"the run did not end within {_LIMIT:g} s; its log is beside its folder")
            time.sleep(_LOOK_EVERY)
    except BaseException:
        process.kill()
        raise


def _figures(scenario: Scenario, stats: dict[str, Any], whole: Path, out: Path) -> dict[str, Any]:
    """Return what was lost and what was paid again, and whether that is as it should be."""
    different = [name for name in differences(whole, out) if not name.startswith("blocks/")]
    lost = kept(whole) - kept(out)
    return {
        "rows": scenario.rows,
        "rows lost": lost,
        "answers paid for again": stats["repeated"],
        "requests in flight at most": scenario.concurrency,
        "files that differ from the undisturbed run": different,
        "passed": bool(kept(whole)) and not lost and not different and stats["repeated"] <= scenario.concurrency,
    }
