"""Labelled pairs: what a person said of them, and what the scores measure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.mece.encoder import Vector
from evals.mece.thresholds import Thresholds
from evals.mece.wording import contradiction, difference
from settings import UserError, read_jsonl

POSITIVE = {"siblings": "same", "parents": "misplaced", "facts": "covered"}
"""For each task the label that a threshold decides on."""
NEGATIVE = {"siblings": "distinct", "parents": "belongs", "facts": "missing"}


@dataclass(frozen=True)
class Pair:
    """Two texts with a label; see the README beside the labelled files."""

    task: str
    first: str
    second: str
    others: tuple[str, ...]
    """The headings beside `second`, for the task "parents"."""
    positive: bool
    kind: str

    def texts(self) -> Iterator[str]:
        """Yield the texts to encode."""
        yield from (self.first, self.second, *self.others)


@dataclass(frozen=True)
class Measure:
    """What is compared with a threshold: a similarity, or for "parents" how much nearer another heading is."""

    value: float
    own: float
    """Cosine similarity of the two texts."""
    told_apart: bool
    """Whether the words tell that they differ, whatever the similarity."""

    def says(self, threshold: float) -> bool:
        """Whether the pair is held for positive."""
        return self.value >= threshold and not self.told_apart


def load_pairs(path: Path) -> list[Pair]:
    """Return the pairs of a JSON Lines file; raises `UserError` with the line of one that is no pair."""
    rows = read_jsonl(path)
    pairs = [_pair(row, f"{path}, row {number}") for number, row in enumerate(rows, start=1)]
    for task in POSITIVE:
        if len({pair.positive for pair in pairs if pair.task == task}) < 2:
            raise UserError(
                f"{path}: the task {task} needs pairs of both labels, {POSITIVE[task]} and {NEGATIVE[task]}"
            )
    return pairs


def measure(pair: Pair, vectors: Mapping[str, Vector]) -> Measure:
    """Return what the scores see of a pair."""
    own = _similarity(pair.first, pair.second, vectors)
    if pair.task == "parents":
        return Measure(max(_similarity(pair.first, other, vectors) for other in pair.others) - own, own, False)
    tell = difference if pair.task == "siblings" else contradiction
    return Measure(own, own, tell(pair.first, pair.second) is not None)


def threshold_of(task: str, thresholds: Thresholds) -> float:
    """Return the threshold that decides on a task's pairs."""
    by_task = {"parents": thresholds.misplaced, "facts": thresholds.facts, "siblings": thresholds.siblings.threshold}
    return by_task[task]


def of_task(task: str, pairs: Sequence[Pair]) -> list[Pair]:
    """Return the pairs of one task."""
    return [pair for pair in pairs if pair.task == task]


def _similarity(first: str, second: str, vectors: Mapping[str, Vector]) -> float:
    return float(vectors[first] @ vectors[second])


def _pair(row: Mapping[str, Any], where: str) -> Pair:
    task, label = row.get("task"), row.get("label")
    if task not in POSITIVE:
        raise UserError(f"{where}: task must be one of {', '.join(POSITIVE)}, got {task!r}")
    if label not in (POSITIVE[task], NEGATIVE[task]):
        raise UserError(f"{where}: label must be {POSITIVE[task]} or {NEGATIVE[task]} for {task}, got {label!r}")
    texts, others = (row.get("a"), row.get("b")), row.get("others", [])
    if not all(isinstance(text, str) and text.strip() for text in (*texts, *others)):
        raise UserError(f"{where}: a, b and others must be texts, got {(*texts, *others)!r}")
    if (task == "parents") != bool(others):
        raise UserError(f"{where}: others belongs to the task parents, and to no other; got {others!r} for {task}")
    return Pair(task, str(texts[0]), str(texts[1]), tuple(others), label == POSITIVE[task], str(row.get("kind", "")))
