"""A run that was trained once and is looked at by several tests."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Launched:
    """A finished run: its config, what it left, the tokenized datasets, and what it printed."""

    run: Path
    out: Path
    prepared: Path
    log: str
