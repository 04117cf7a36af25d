"""Every Axolotl config that this repository ships, alone and under each override that fits it."""

from pathlib import Path
from typing import Any

from settings import read_yaml
from training.render import on_cpu, render

CONFIGS = Path("configs")


def runs() -> list[Path]:
    """The YAMLs of `configs/` that are for Axolotl: those that name a base model."""
    return [path for path in sorted(CONFIGS.glob("*.yml")) if "base_model" in read_yaml(path)]


def overrides(run: Path) -> list[Path]:
    """The hardware overrides that fit a run: all are for GPUs, and offloading needs a run under DeepSpeed."""
    config = read_yaml(run)
    if on_cpu(config):
        return []
    found = sorted((CONFIGS / "hardware").glob("*.yml"))
    return [path for path in found if config.get("deepspeed") or "deepspeed" not in read_yaml(path)]


def combinations() -> dict[str, dict[str, Any]]:
    """Name → whole config, for each run alone and for each pair of a run and an override."""
    configs = {}
    for run in runs():
        configs[str(run)] = read_yaml(run)
        for override in overrides(run):
            configs[f"{run} + {override}"] = render(run, [override])
    return configs
