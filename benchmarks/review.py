"""`python -m benchmarks review`: many raters at once on the page of `just review`, on loopback.

Each rater does what the page does: asks for a screen, waits, sends its rating. The server is a process of its own.
"""

import argparse
import asyncio
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.scenario import RESULTS, write_result
from settings import UserError, output, write_jsonl, write_text

_SLOWEST = 1.0
"""Seconds within which 95% of the responses have to come."""


@dataclass
class Seen:
    """What the raters saw: seconds of every response, and the (rater, position) of every acknowledged rating."""

    seconds: list[float] = field(default_factory=list)
    acknowledged: set[tuple[str, int]] = field(default_factory=set)
    failed: int = 0
    """Requests without an answer, or refused."""


def main(arguments: Sequence[str]) -> int:
    """Measure, print, write `results/bench/review.json`; 1 where a rating is lost or responses are slow."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks review", description="Many raters at once.")
    parser.add_argument("--raters", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--every", type=float, default=2, help="seconds between two ratings of a rater")
    chosen = parser.parse_args(arguments)
    folder = RESULTS / "work/review"
    shutil.rmtree(folder, ignore_errors=True)
    write_run(folder, questions=int(chosen.seconds / chosen.every) + 1)
    process, url = start(folder)
    try:
        seen = asyncio.run(rate(url, chosen.raters, chosen.seconds, chosen.every))
    finally:
        process.kill()
        process.wait()
    result = figures(seen, stored(folder))
    for name, value in result.items():
        output.print(f"{name}: {value}")
    output.print(f"written to {write_result('review', result)}")
    return int(result["lost"] > 0 or result["failed"] > 0 or result["95th percentile, s"] >= _SLOWEST)


def write_run(folder: Path, questions: int) -> None:
    """Write a results folder with two conditions and outlines of about 1,500 characters."""
    names = ("one", "two")
    conditions = [{"name": name, "model": name, "task": "outline", "folder": name} for name in names]
    write_text(folder / "run.json", json.dumps({"run": "bench", "title": "", "conditions": conditions}))
    asked = [{"id": id, "user": f"question {id}", "reference": "a reply " * 40} for id in range(questions)]
    write_jsonl(folder / "questions/outline.jsonl", asked)
    points = "\n".join(f"- **Point {n}**\n  - Why\n" + "    - Because of this and that\n" * 4 for n in range(10))
    for name in names:
        rows = [{"id": id, "sample": 0, "completion": f"{points}- {name} {id}"} for id in range(questions)]
        write_jsonl(folder / name / "completions.jsonl", rows)


def start(folder: Path) -> tuple[subprocess.Popen[str], str]:
    """Start the server on a free port and return it with its address."""
    command = [sys.executable, "-m", "evals.review", "--run", str(folder), "--port", "0", "--n", "100000"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("http://"):
            return process, line.split()[0].rstrip("/")
    raise UserError("the server did not start; its message stands above")


async def rate(url: str, raters: int, seconds: float, every: float, seen: Seen | None = None) -> Seen:
    """Let the raters rate for some seconds, one rating each every `every` seconds, and return what they saw.

    A given `seen` is filled as they go. A rater whose server is gone stops.
    """
    import aiohttp

    seen = seen or Seen()
    # Like a browser of its own for each rater: connections are kept, not shared.
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        ends = time.monotonic() + seconds
        await asyncio.gather(*(_rater(session, url, f"rater {n}", n, ends, every, seen) for n in range(raters)))
    return seen


async def _rater(session: Any, url: str, rater: str, number: int, ends: float, every: float, seen: Seen) -> None:
    from evals.review.ratings import AXES, VERDICTS

    await asyncio.sleep(every * (number % 20) / 20)  # people do not press at the same time
    entered = await _call(session, f"{url}/api/enter", {"rater": rater}, seen)
    if not entered:
        return
    study = entered["study"]
    for position in range(entered["total"]):
        began = time.monotonic()
        if began >= ends:
            return
        if not await _call(session, f"{url}/api/show", {"rater": rater, "study": study, "position": position}, seen):
            return
        said = {axis: list(VERDICTS)[(number + position) % len(VERDICTS)] for axis in AXES}
        body = {
            "rater": rater,
            "study": study,
            "position": position,
            "verdicts": said,
            "seconds": every,
            "sent": time.time_ns() // 10**6,
        }
        if not await _call(session, f"{url}/api/rate", body, seen):
            return
        seen.acknowledged.add((rater, position))
        await asyncio.sleep(max(0.0, every - (time.monotonic() - began)))


async def _call(session: Any, url: str, body: dict[str, Any], seen: Seen) -> dict[str, Any] | None:
    import aiohttp

    began = time.monotonic()
    try:
        async with session.post(url, json=body) as response:
            answer = await response.json()
    except (aiohttp.ClientError, OSError):
        seen.failed += 1
        return None
    seen.seconds.append(time.monotonic() - began)
    if response.status == 200:
        return answer
    seen.failed += 1
    return None


def stored(folder: Path) -> list[tuple[str, int]]:
    """Return the (rater, position) of every rating in the folder's database."""
    from evals.review.store import DATABASE, RatingStore

    store = RatingStore(folder / DATABASE)
    try:
        return [(rating.rater, rating.position) for rating in store.ratings()]
    finally:
        store.close()


def figures(seen: Seen, found: Sequence[tuple[str, int]]) -> dict[str, Any]:
    """Return the counts and the percentiles of the responses, in seconds."""
    ordered = sorted(seen.seconds)
    return {
        "ratings acknowledged": len(seen.acknowledged),
        "lost": len(seen.acknowledged - set(found)),
        "stored twice": len(found) - len(set(found)),
        "failed": seen.failed,
        "responses": len(ordered),
        "median, s": round(ordered[len(ordered) // 2], 4),
        "95th percentile, s": round(ordered[int(0.95 * len(ordered))], 4),
        "slowest, s": round(ordered[-1], 4),
    }
