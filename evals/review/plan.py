"""Who sees what where: the pairs to rate, and each rater's own order of them and of the sides, all drawn by a seed."""

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import ceil
from typing import Any

from evals.review.run import ReviewRun
from settings import UserError

MOST_REPEATED = 0.5
"""Share of the pairs that can be shown twice: the first showings fall into the first half of the others."""


@dataclass(frozen=True)
class Item:
    """The answers of two conditions to one question."""

    question: int
    first: str
    second: str
    digest: str


@dataclass(frozen=True)
class Showing:
    """One screen of one rater."""

    position: int
    """0-based."""
    item: Item
    left: str
    right: str
    repeat_of: int | None = None
    """Position of the first showing, where this is the second."""


@dataclass(frozen=True)
class Study:
    """Everything that decides what the raters see; every rater gets the same pairs."""

    run: str
    task: str
    items: tuple[Item, ...]
    repeat: float
    """Share of the pairs that each rater sees a second time, sides exchanged."""
    seed: int

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of it, in hexadecimal: ratings of another study do not belong to this one."""
        return _sha256([[item.digest for item in self.items], self.repeat, self.seed])

    def settings(self) -> Mapping[str, Any]:
        """Return what a person chose, for the message that says how two studies differ."""
        pairs = sorted({f"{item.first},{item.second}" for item in self.items})
        return {"task": self.task, "pairs": pairs, "n": len(self.items), "repeat": self.repeat, "seed": self.seed}

    def showings(self, rater: str) -> list[Showing]:
        """Return a rater's screens.

        Within each pair of conditions either one stands on the left as often as on the right, give or take one. A
        repeated pair comes first in the first half and again, sides exchanged, in the second; the repeats stand in
        the order of their first showings, spread evenly, so that at least one screen lies between.
        """
        draw = random.Random(f"{self.seed}:{rater}")
        order = draw.sample(self.items, len(self.items))
        half = (len(order) + 1) // 2
        again = sorted(draw.sample(range(half), min(half, round(self.repeat * len(order)))))
        swapped = _sides(order, set(again), draw)
        places: list[tuple[int, bool]] = [(number, False) for number in range(len(order))]
        for count, number in enumerate(again, start=1):
            at = half + ceil(count * (len(order) - half) / (len(again) + 1)) + count - 1
            places.insert(at, (number, True))
        showings: list[Showing] = []
        seen: dict[int, int] = {}
        for position, (number, second_time) in enumerate(places):
            item = order[number]
            names = (item.second, item.first) if swapped[number] ^ second_time else (item.first, item.second)
            showings.append(Showing(position, item, *names, seen.get(number) if second_time else None))
            seen.setdefault(number, position)
        return showings


def _sides(order: Sequence[Item], twice: set[int], draw: random.Random) -> list[bool]:
    """Whether each item's sides are exchanged: at random, and in equal numbers among those shown once of each pair."""
    swapped = [draw.random() < 0.5 for _ in order]
    for pair in dict.fromkeys((item.first, item.second) for item in order):
        once = [at for at, item in enumerate(order) if (item.first, item.second) == pair and at not in twice]
        flags = [number % 2 == 0 for number in range(len(once))]
        if draw.random() < 0.5:
            flags = [not flag for flag in flags]
        draw.shuffle(flags)
        for at, flag in zip(once, flags, strict=True):
            swapped[at] = flag
    return swapped


def make_study(run: ReviewRun, pairs: Sequence[tuple[str, str]], n: int, repeat: float, seed: int) -> Study:
    """Return the study of at most `n` pairs of answers, spread evenly over the pairs of conditions.

    Raises `UserError` for two conditions that share no question.
    """
    pools = []
    for first, second in pairs:
        ids = run.shared(first, second)
        if not ids:
            raise UserError(
                f"{run.folder}: {first} and {second} have answered no question of {run.task} in common",
                hint="`just eval` answers what is missing; or name other conditions with --pairs",
            )
        drawn = random.Random(f"{seed}:{first}:{second}").sample(ids, len(ids))
        pools.append([Item(id, first, second, digest_of(run, id, first, second)) for id in drawn])
    longest = max(map(len, pools))
    dealt = [pool[turn] for turn in range(longest) for pool in pools if turn < len(pool)]
    return Study(run.name, run.task, tuple(dealt[:n]), repeat, seed)


def choose_pairs(run: ReviewRun, named: Sequence[str] | None) -> list[tuple[str, str]]:
    """Return the pairs of conditions to compare: all pairs of each `A,B[,C ...]`, or of all that have answers."""
    answered = [name for name in run.conditions if run.completions[name]]
    groups = [_names(text, answered) for text in named] if named else [answered]
    for group in groups:
        if unknown := [name for name in group if name not in answered]:
            raise UserError(
                f"{run.folder}: no condition {unknown[0]!r} has answers to {run.task}; allowed: {', '.join(answered)}"
            )
        if len(set(group)) < 2:
            raise UserError(
                f"{run.folder}: a comparison needs two conditions of {run.task}, got {', '.join(group) or 'none'}",
                hint="evaluate a second model, or name two conditions with --pairs",
            )
    ordered = [[name for name in answered if name in group] for group in groups]
    return list(dict.fromkeys(pair for group in ordered for pair in combinations(group, 2)))


def _names(text: str, known: Sequence[str]) -> list[str]:
    """The names in a list with commas between; a known name may hold commas itself (`base, 3-shot`)."""
    names: list[str] = []
    parts = text.split(",")
    while parts:
        ends = (end for end in range(len(parts), 0, -1) if ",".join(parts[:end]).strip() in known)
        end = next(ends, 1)
        names.append(",".join(parts[:end]).strip())
        del parts[:end]
    return names


def digest_of(run: ReviewRun, question: int, first: str, second: str) -> str:
    """Return 16 hexadecimal digits that stand for a question and two answers to it, whichever way round."""
    asked = run.questions[question]
    answers = sorted((name, run.completions[name][question]) for name in (first, second))
    return _sha256([run.task, question, asked.user, answers])[:16]


def _sha256(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
