"""Synthetic consultations by the hundred thousand: mostly of their own, some that repeat an earlier one."""

import random
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from benchmarks.rows import SAMPLE
from benchmarks.teacher_server.outlines import points_of
from settings import open_jsonl, read_jsonl

_SYLLABLES = "ba ce di fo gu ha ke li mo nu pa re si to vu wa xe yi zo".split()
_ASKED, _POINTS = 30, 5
"""Invented words of a question, and points of a reply."""
_AGAIN, _ALTERED, _CLOSING = 0.02, 0.06, 0.05
"""Shares of the rows: an earlier one word for word, an earlier one with some words changed, and replies that end in one
and the same long paragraph, as those of a doctor do who keeps one at hand."""
_RECENT = 500
"""Rows from which the earlier one is taken."""

Row = dict[str, str]


def write_many(path: Path, count: int, seed: int = 1) -> None:
    """Write so many rows as JSON Lines, the same for the same number and seed; memory does not grow with them."""
    recent: deque[Row] = deque(maxlen=_RECENT)
    chance = random.Random(seed)
    fresh = _fresh(chance)
    with open_jsonl(path) as write:
        for _ in range(count):
            kind = chance.random() if recent else 1.0
            if kind < _AGAIN:
                row = chance.choice(recent)
            elif kind < _AGAIN + _ALTERED:
                row = _altered(chance.choice(recent), chance)
            else:
                row = next(fresh)
                recent.append(row)
            write(row)


def _fresh(chance: random.Random) -> Iterator[Row]:
    """Rows with a question of invented words and a reply of points from as many replies of the sample."""
    replies = [row["Doctor"] for row in read_jsonl(SAMPLE) if row["Doctor"]]
    points = [points for points in (points_of(reply, _POINTS) for reply in replies) if len(points) == _POINTS]
    closing = f"{replies[0]} {replies[1]}"
    while True:
        question = " ".join(_word(chance) for _ in range(_ASKED))
        chosen = [chance.choice(of_reply) for of_reply in chance.sample(points, _POINTS)]
        doctor = " ".join([*chosen, closing] if chance.random() < _CLOSING else chosen)
        yield {"Description": question[:40], "Patient": question, "Doctor": doctor, "Status": "low severity"}


def _altered(row: Row, chance: random.Random) -> Row:
    """The row with three words of its question changed, and a greeting before its reply."""
    words = row["Patient"].split()
    for place in chance.sample(range(len(words)), 3):
        words[place] = _word(chance)
    question = " ".join(words)
    return {**row, "Description": question[:40], "Patient": question, "Doctor": f"good evening {row['Doctor']}"}


def _word(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=3))
