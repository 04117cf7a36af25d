"""What the measurements of `prep` share: the rows, the teacher's faults, and the command that a user would type."""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from settings import write_text

RESULTS = Path("results/bench")
KEY = "sk-loopback-benchmark"


@dataclass(frozen=True)
class Scenario:
    """Rows, requests in flight, and what the server does: a log-normal latency in seconds and shares of faults."""

    rows: int
    concurrency: int
    median: float
    sigma: float
    rate_429: float
    rate_500: float
    rate_reset: float
    retry_after: int
    seed: int

    def server(self) -> list[str]:
        """Return the overrides of the teacher server."""
        return [
            f"seed={self.seed}",
            f"latency.median={self.median}",
            f"latency.sigma={self.sigma}",
            f"retry_after={self.retry_after}",
            f"faults.rate_limit={self.rate_429}",
            f"faults.server_error={self.rate_500}",
            f"faults.reset={self.rate_reset}",
        ]

    def prep(self, source: Path, url: str, out: Path) -> list[str]:
        """Return the arguments behind `python -m`."""
        run = ["prep", "--source", str(source), "--teacher", "openai", "--out", str(out)]
        return [*run, f"teacher.base_url={url}", f"teacher.concurrency={self.concurrency}", "teacher.timeout=60"]


def add_flags(parser: argparse.ArgumentParser, **defaults: Any) -> None:
    """Add a flag for each field of `Scenario`; `defaults` differ from those of the README's scenario."""
    given = {
        "rows": 3311, "concurrency": 256, "median": 0.5, "sigma": 0.5, "rate_429": 0.02, "rate_500": 0.01,
        "rate_reset": 0.005, "retry_after": 1, "seed": 1, **defaults,
    }  # fmt: skip
    for name, default in given.items():
        flag = f"--{name.replace('_', '-')}"
        parser.add_argument(flag, type=type(default), default=default, help=f"default {default:g}")


def scenario_of(chosen: argparse.Namespace) -> Scenario:
    """Return the scenario that the flags of `add_flags` describe."""
    return Scenario(**{name: getattr(chosen, name) for name in Scenario.__dataclass_fields__})


def write_result(name: str, result: dict[str, Any]) -> Path:
    """Write a result as JSON under `results/bench` and return the file."""
    file = RESULTS / f"{name}.json"
    write_text(file, json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    return file
