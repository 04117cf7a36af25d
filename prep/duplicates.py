"""Which rows say the same, word for word or nearly."""

import re
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prep.signatures import SHINGLE, Rows, Signatures

_NOT_TEXT = re.compile(r"[\W_]+")
_CACHED = 64
"""Sets of shingles in memory, of some 100 kB each."""
_REFUSED = 20
"""Binary logarithm of how many refused pairs are remembered."""

Text = str
Shingles = frozenset[str]


@dataclass(frozen=True)
class Groups:
    """For each row the first row (0-based) of its group, and the first whose last text is the same as its own."""

    near: Rows
    same: Rows


def normal(text: Text) -> Text:
    """Return what two texts must share to be exact duplicates: letters and digits in lower case."""
    return _NOT_TEXT.sub("", text.lower())


def shingles(text: Text) -> Shingles:
    plain = normal(text)
    return frozenset(plain[i : i + SHINGLE] for i in range(max(1, len(plain) - SHINGLE + 1)))


def similarity(one: Shingles, other: Shingles) -> float:
    """Return the Jaccard similarity of two sets, 0 to 1."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def groups(rows: Sequence[Sequence[Text]], threshold: float, folder: Path) -> Groups:
    """Group rows: those of one group are linked by chains of near-duplicates.

    A row is its texts, compared place by place (question with question, the whole with the whole); two rows are
    near-duplicates when one pair has at least `threshold` Jaccard similarity. Candidates come from MinHash signatures
    (datasketch) and are then measured exactly; of pairs just at the threshold the search misses about 1 in 1,000 at
    most. `rows` may read from a disk: it is iterated over once a place, and asked for the rows that may be near. What
    is kept meanwhile stands in a file of `folder` (`Signatures`) and in about 100 bytes a row of memory.
    """
    parents = array("I", range(len(rows)))
    same = np.arange(len(rows), dtype=np.uint32)
    for place in range(len(rows[0]) if len(rows) else 0):
        with Signatures(folder, len(rows), threshold) as signatures:
            digests = bytearray()
            for row in rows:
                plain = normal(row[place])
                digests += blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=16).digest()
                signatures.add(plain)
            same = _first_equal(digests)
            del digests
            _join_equal(parents, same)
            _join_near(parents, signatures, same, _reader(rows, place), threshold)
    return Groups(_roots(parents, np.arange(len(rows), dtype=np.uint32)), same)


def _reader(rows: Sequence[Sequence[Text]], place: int) -> Callable[[int], Shingles]:
    @lru_cache(maxsize=_CACHED)
    def read(row: int) -> Shingles:
        return shingles(rows[row][place])

    return read


def _first_equal(digests: bytearray) -> Rows:
    """Return for each row the first with the same 16 bytes."""
    halves = np.frombuffer(digests, dtype=np.uint64).reshape(-1, 2)
    order = np.lexsort((halves[:, 1], halves[:, 0])).astype(np.uint32)  # stable: equal rows stay in order
    new = np.ones(len(order), dtype=bool)
    new[1:] = (halves[order[1:]] != halves[order[:-1]]).any(axis=1)
    first = np.empty(len(order), dtype=np.uint32)
    first[order] = order[np.flatnonzero(new)[np.cumsum(new) - 1]]
    return first


def _join_equal(parents: array, same: Rows) -> None:
    for row in np.flatnonzero(same != np.arange(len(same))).tolist():
        _join(parents, int(same[row]), row)


def _join_near(
    parents: array, signatures: Signatures, same: Rows, of: Callable[[int], Shingles], threshold: float
) -> None:
    # What equals an earlier row is near whatever that one is near.
    distinct = np.flatnonzero(same == np.arange(len(same))).astype(np.uint32)
    refused = _Refused()
    for ones, others in signatures.candidates(distinct):
        left = _roots(parents, ones) != _roots(parents, others)
        left[left] = signatures.likely(ones[left], others[left])
        left[left] = ~refused.has(ones[left], others[left])
        for one, other in zip(ones[left].tolist(), others[left].tolist(), strict=True):
            if _root(parents, one) == _root(parents, other):
                continue
            if signatures.alike(one, other) and similarity(of(one), of(other)) >= threshold:
                _join(parents, one, other)
            else:
                refused.add(one, other)


class _Refused:
    """The last million or so of the pairs that were found unlike, as a pair comes again with every band it shares."""

    def __init__(self) -> None:
        self._pairs = np.zeros(1 << _REFUSED, dtype=np.uint64)

    def has(self, ones: Rows, others: Rows) -> NDArray[np.bool_]:
        pairs = ones.astype(np.uint64) << np.uint64(32) | others
        return self._pairs[_slots(pairs)] == pairs

    def add(self, one: int, other: int) -> None:
        pair = np.array([one << 32 | other], dtype=np.uint64)
        self._pairs[_slots(pair)] = pair


def _slots(pairs: NDArray[np.uint64]) -> NDArray[np.uint64]:
    # Multiply-shift with the golden ratio: the upper bits of the product depend on all of the pair's.
    return (pairs * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - _REFUSED)


def _join(parents: array, one: int, other: int) -> None:
    first, second = sorted((_root(parents, one), _root(parents, other)))
    parents[second] = first


def _root(parents: array, row: int) -> int:
    while parents[row] != row:
        parents[row] = parents[parents[row]]
        row = parents[row]
    return row


def _roots(parents: array, rows: Rows) -> NDArray[np.uint32]:
    above = np.frombuffer(parents, dtype=np.uint32)
    while (above[rows] != rows).any():
        rows = above[rows]
    return rows
