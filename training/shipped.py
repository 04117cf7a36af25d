"""Every Axolotl config that this repository ships, alone and under the overrides that fit it."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from settings import read_yaml
from training.render import on_cpu, render

CONFIGS = Path("configs")


def runs() -> list[Path]:
    """The YAMLs under `configs/` that are for Axolotl: those that name a base model."""
    return [path for path in sorted(CONFIGS.rglob("*.yml")) if "base_model" in read_yaml(path)]


def overrides(run: Path) -> list[Path]:
    """The hardware overrides that fit a run: all are for GPUs, and offloading needs a run under DeepSpeed."""
    config = read_yaml(run)
    if on_cpu(config):
        return []
    found = sorted((CONFIGS / "hardware").glob("*.yml"))
    return [path for path in found if config.get("deepspeed") or "deepspeed" not in read_yaml(path)]


def combinations() -> dict[str, dict[str, Any]]:
    """Name → whole config, for each run alone, under each override, and under those for one small card together."""
    configs = {}
    for run in runs():
        configs[str(run)] = read_yaml(run)
        for files in _sets(overrides(run)):
            configs[" + ".join(map(str, (run, *files)))] = render(run, files)
    return configs


def _sets(files: list[Path]) -> Iterator[tuple[Path, ...]]:
    """Each override alone; then a 24 GB card's with fp16, with offloading, and with both."""
    yield from ((file,) for file in files)
    small, *more = (CONFIGS / "hardware" / f"{name}.yml" for name in ("a10g-24gb", "fp16", "zero3-offload"))
    fitting = [file for file in more if file in files]
    for number in range(1, len(fitting) + 1):
        yield from ((small, *chosen) for chosen in itertools.combinations(fitting, number))
