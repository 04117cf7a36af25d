"""`python -m benchmarks prep-scale`: how near a long run at a realistic latency comes to a perfect schedule.

The converter, the client with its retries, the limiter and the journal are the real ones; only the wire is replaced,
by sleeps of drawn latencies on a clock that jumps. So the CPU costs no time here: it is told apart, as seconds.
A latency is drawn as `benchmarks.answer_length` tells, or independently of the row.
"""

import argparse
import asyncio
import dataclasses
import heapq
import math
import shutil
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.answer_length import SPREAD, AnswerLengths, spread_of
from benchmarks.clients.task import CONFIG, consultations
from benchmarks.rows import make_rows
from benchmarks.scenario import RESULTS, Scenario, add_flags, scenario_of, write_result
from benchmarks.simulated_time import run_simulated
from benchmarks.teacher_server import Fates, Latency, Shares, outlines, see
from llm import Endpoint, Journal
from llm.client import ChatClient
from llm.request import Request, RequestFailed
from outline import StructureSpec
from prep.config import PrepConfig
from prep.consultation import Consultation
from prep.conversion import Conversion
from prep.converter import Converter
from prep.gate import Gate
from prep.prompts import PromptSet
from prep.teachers.openai import OpenAI
from settings import UserError, load_config, output


def main(arguments: Sequence[str]) -> int:
    """Measure, print, write `results/bench/prep-scale.json`; 1 where a row was lost."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks prep-scale", description="A long run in simulated time."
    )
    add_flags(parser, rows=20_000, concurrency=1024, median=8.0, sigma=0.37)
    parser.add_argument("--independent", action="store_true", help="latencies that do not depend on the row")
    chosen = parser.parse_args(arguments)
    scenario = scenario_of(chosen)
    figures = measure(scenario, RESULTS / "work/scale", chosen.independent)
    for name, value in figures.items():
        output.print(f"{name}: {value:.4g}")
    result = {"scenario": dataclasses.asdict(scenario), "independent": chosen.independent, "figures": figures}
    output.print(f"written to {write_result('prep-scale', result)}")
    return int(figures["rows lost"] > 0)


def measure(scenario: Scenario, folder: Path, independent: bool = False) -> dict[str, float]:
    """Return the figures of one run in `folder`; times are simulated seconds but for the CPU's.

    Raises `UserError` for a sigma below what the answers' lengths alone make of it.
    """
    shutil.rmtree(folder, ignore_errors=True)
    changes = [f"teacher.concurrency={scenario.concurrency}", "teacher.base_url=http://127.0.0.1:1/v1"]
    config = load_config(CONFIG, PrepConfig, changes)
    rows = consultations(make_rows(scenario.rows, scenario.seed))
    lengths = None if independent else AnswerLengths([row.reply for row in rows], scenario.seed)
    done: list[Conversion] = []
    before = time.process_time()
    with Journal(folder / "journal.jsonl", config.save_every) as journal:
        makespan, client = run_simulated(_run(config, journal, scenario, lengths, rows, done))
    cpu = time.process_time() - before
    slept = client.slept
    sigma, correlation = spread_of(slept, client.replies)
    kept = sum(conversion.status == "kept" for conversion in done)
    refused = sum(len(conversion.turns) == config.gate.tries for conversion in done if conversion.status == "failed")
    perfect = max(max(slept), sum(slept) / scenario.concurrency)
    return {
        "rows lost": scenario.rows - kept - refused,
        "rows that the gate refused": refused,
        "requests": len(slept),
        "sigma of the latencies": sigma,
        "their correlation with the reply's length": correlation,
        "makespan": makespan,
        "perfect schedule": perfect,
        "share of the perfect schedule": perfect / makespan,
        "greedy schedule": greedy(slept, scenario.concurrency),
        "longest latency": max(slept),
        "until the first request": client.first,
        "CPU seconds": cpu,
    }


def greedy(latencies: Sequence[float], places: int) -> float:
    """Return the makespan of taking requests in their order, each in the first place that is free.

    Nobody can do better in general who does not know how long an answer will take (Graham 1966, list scheduling).
    """
    free = [0.0] * places
    for latency in latencies:
        heapq.heapreplace(free, free[0] + latency)
    return max(free)


async def _run(
    config: PrepConfig,
    journal: Journal,
    scenario: Scenario,
    lengths: AnswerLengths | None,
    rows: Sequence[Consultation],
    done: list[Conversion],
) -> "tuple[float, SimulatedClient]":
    assert isinstance(config.teacher, Endpoint)
    assert config.prompts is not None
    spec = StructureSpec.load(config.spec)
    client = SimulatedClient(config.teacher, journal, scenario, lengths)
    async with client:
        teacher = OpenAI(client, PromptSet(config.prompts, spec), config.gate.tries, {})
        await Converter(teacher, Gate(spec, config.gate)).run(rows, done.append)
        return asyncio.get_running_loop().time(), client


class SimulatedClient(ChatClient):
    """The client without a wire: what a teacher server of the scenario would send comes after a sleep.

    `slept` has the latency of every request that was not refused at once, in simulated seconds, `replies` the reply
    that each is about. `first` is when the first was sent.
    """

    def __init__(self, endpoint: Endpoint, journal: Journal, scenario: Scenario, lengths: AnswerLengths | None) -> None:
        super().__init__(endpoint, journal, None)
        shares = Shares(rate_limit=scenario.rate_429, server_error=scenario.rate_500, reset=scenario.rate_reset)
        latency = Latency(median=scenario.median, sigma=_beside(scenario.sigma) if lengths else scenario.sigma)
        self._fates = Fates(scenario.seed, latency, shares, scenario.retry_after)
        self._lengths = lengths
        self._times: Counter[str] = Counter()
        self.slept: list[float] = []
        self.replies: list[str] = []
        self.first = -1.0

    async def _post(self, request: Request) -> Any:
        if self.first < 0:
            self.first = asyncio.get_running_loop().time()
        seen = see({"messages": list(request.messages)}, "")
        self._times[seen.key] += 1
        act = self._fates(seen, self._times[seen.key])
        await self._sleep_as_long(act.delay, outlines.reply_of(seen.body["messages"]))
        if act.reset or act.status != 200:
            wait = act.headers.get("Retry-After")
            raise RequestFailed(act.fault, retriable=True, wait=float(wait) if wait else None, status=act.status)
        return act.text()

    async def _sleep_as_long(self, delay: float, reply: str) -> None:
        if delay:
            delay *= self._lengths.of(reply) if self._lengths else 1
            self.slept.append(delay)
            self.replies.append(reply)
        await asyncio.sleep(delay)


def _beside(sigma: float) -> float:
    """Return the sigma that is the server's where the latencies have `sigma` and the lengths theirs."""
    if sigma < SPREAD:
        raise UserError(
            f"--sigma must be at least {SPREAD:g}, the spread of the answers' lengths, got {sigma:g}",
            hint="--independent takes any",
        )
    return math.sqrt(sigma**2 - SPREAD**2)
