"""What an engine hands on once every row has come to an end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from llm import Usage
from prep.tally import Tally

Mode = Literal["run", "retry-failed", "revalidate"]


@dataclass(frozen=True)
class Task:
    """How an engine is to go about it.

    `key`: the API key, if one is needed. `rounds`: for a row, by its identity, how many rounds of tries it gets where
    that is more than one. `again`: another round is wanted for what failed, and nothing else is to be asked anew.
    `revalidate`: judge what the journal holds and send nothing.
    """

    key: str | None = None
    rounds: Mapping[str, int] = field(default_factory=dict)
    again: bool = False
    revalidate: bool = False


@dataclass(frozen=True)
class Outcome:
    """`conversions`: files of a `Store`. `spent`: by this run; `total`: by all that the journals tell of.

    `asked_with`: what the last requests were made with (`prep.asking.made_with`); of a revalidation, what all were
    that were judged (`prep.provenance`).
    """

    conversions: list[Path]
    tally: Tally
    spent: Usage
    total: Usage
    journals: list[Path]
    asked_with: dict[str, Any] | None
