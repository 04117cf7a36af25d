"""How many questions of which severity and topic."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import lcm
from typing import Protocol


@dataclass(frozen=True)
class Cell:
    """A severity of a topic."""

    severity: str
    topic: str


@dataclass(frozen=True)
class Draft:
    """A question as a writer gave it, and the fingerprint of the request that it came by; empty without one."""

    text: str
    fingerprint: str = ""


class Writer(Protocol):
    """Who thinks up questions."""

    name: str

    @property
    def unanswered(self) -> Mapping[str, int]:
        """Requests that came to nothing so far, by kind."""
        ...

    async def write(
        self, wanted: Mapping[Cell, int], known: Mapping[Cell, Sequence[str]], number: int
    ) -> Mapping[Cell, Sequence[Draft]]:
        """Return questions for each cell, given how many it lacks and which it has; `number` is the round, from 1.

        More or fewer than were wanted may come. The same arguments give the same questions.
        """
        ...


def spread(n: int, severities: Sequence[str], topics: Sequence[str], seed: int) -> list[Cell]:
    """Return the cell of each of `n` questions.

    Of the first k, whatever k is, no two severities and no two topics differ by more than one; every cell comes once
    before any comes twice. The seed decides about the order alone.
    """
    chance = random.Random(seed)
    rows, columns = (chance.sample(list(names), len(names)) for names in (severities, topics))
    period = lcm(len(rows), len(columns))
    # Both lists go round together; after a period the second one starts a place further, so that all cells are met.
    return [Cell(rows[place % len(rows)], columns[(place + place // period) % len(columns)]) for place in range(n)]
