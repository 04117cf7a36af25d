"""Train, validation and test: seeded, and no near-duplicates across them."""

import logging
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prep import duplicates, fingerprint
from prep.config import Chat
from prep.consultation import Consultation
from prep.duplicates import Rows
from prep.store import Store

_LOG = logging.getLogger(__name__)

SPLITS = ("train", "validation", "test")
PLACES = (*SPLITS, "duplicate", "held out")
"""Where a kept row may go: to a split, or to none because it repeats another row, or nearly a held-out question."""

_DUPLICATE, _HELD_OUT = PLACES.index("duplicate"), PLACES.index("held out")


@dataclass(frozen=True)
class Split:
    """Where each kept row goes, in the order of the source: one byte a row, its number in `PLACES`."""

    codes: bytes

    def count(self, place: str) -> int:
        return self.codes.count(PLACES.index(place))


def split(store: Store, questions: Sequence[Consultation], chat: Chat, folder: Path) -> Split:
    """Part the kept rows for training and its checks; `folder` holds what does not fit into memory meanwhile.

    Left out: exact duplicates of an earlier row, and whatever nearly equals a held-out question. Two rows are near
    when their questions are, or their questions and replies together. Which group goes where depends on the seed and
    the group's own text alone, so a row more in the source moves few of the others. A group that holds most of the rows
    is trained on, and a split that gets less than half of its rows because of that is told of in a warning.
    """
    texts = _Texts(store, questions)
    found = duplicates.groups(texts, chat.near_duplicate, folder)
    count = len(texts) - len(questions)
    near, same = found.near[:count], found.same[:count]
    codes = np.full(count, _DUPLICATE, dtype=np.uint8)
    held_out = np.isin(near, found.near[count:])
    codes[held_out] = _HELD_OUT
    rest = np.flatnonzero(~held_out & (same == np.arange(count)))
    codes[rest] = _assign(near[rest], texts, chat)
    return Split(codes.tobytes())


class _Texts(Sequence[tuple[str, str]]):
    """Question, and question with reply, of the kept rows and then of the held-out ones, read when asked for."""

    def __init__(self, store: Store, questions: Sequence[Consultation]) -> None:
        self._store = store
        self._questions = questions
        self._kept = array("I", (place for place, conversion in enumerate(store) if conversion.status == "kept"))

    def __len__(self) -> int:
        return len(self._kept) + len(self._questions)

    def __getitem__(self, row: int) -> tuple[str, str]:  # pyright: ignore[reportIncompatibleMethodOverride]
        if row < len(self._kept):
            given = self._store.at(self._kept[row]).consultation
        else:
            given = self._questions[row - len(self._kept)]
        return given.question(), f"{given.question()}\n{given.reply}"


def _assign(near: Rows, texts: _Texts, chat: Chat) -> NDArray[np.uint8]:
    """Return the split of each row, given the first row of its group."""
    first, group, sizes = np.unique(near, return_inverse=True, return_counts=True)
    placed = np.zeros(len(first), dtype=np.uint8)
    wanted = {"test": _quota(chat.test, len(near)), "validation": _quota(chat.validation, len(near))}
    free = dict(wanted)
    for number in _order(first, texts, chat.seed):
        # A group too large for what a small split still takes goes to training whole.
        name = next((name for name, rows in free.items() if sizes[number] <= rows), None)
        if name:
            free[name] -= int(sizes[number])
            placed[number] = SPLITS.index(name)
    if short := [name for name, rows in wanted.items() if free[name] > rows / 2]:
        got = " and ".join(f"{wanted[name] - free[name]} of {wanted[name]} rows for {name}" for name in short)
        _LOG.warning(
            "chat.near_duplicate=%g leaves only %s: %d of %d rows are one group, linked by near-duplicates, "
            "and a group is never parted\n\nhint: a higher chat.near_duplicate links fewer rows",
            *(chat.near_duplicate, got, sizes.max(), len(near)),
        )
    return placed[group]


def _order(first: Rows, texts: _Texts, seed: int) -> NDArray[np.int64]:
    """Return the groups in the order of a hash of the seed and their first row's text."""
    hashes = bytearray()
    for row in first.tolist():
        hashes += bytes.fromhex(fingerprint.digest([seed, texts[row]]))[:16]
    halves = np.frombuffer(hashes, dtype=">u8").reshape(-1, 2)
    return np.lexsort((halves[:, 1], halves[:, 0]))


def _quota(share: float, rows: int) -> int:
    """At least one row where a share is asked for and there are rows enough to leave some for training."""
    return max(1, round(share * rows)) if share and rows >= len(SPLITS) else 0
