"""Which rows say the same, word for word or nearly."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prep.shingles import Texts, normal, similarity
from prep.signatures import Rows, Signatures

_CACHED = 256
"""Sets of shingles in memory, of some 10 kB each."""
_REFUSED = 20
"""Binary logarithm of how many refused pairs are remembered."""
_IN_VAIN = 8
"""Measurements of a row that may bring nothing, before it is measured less readily."""
_PIECE = 2048
"""Pairs whose signatures are compared at once."""


@dataclass(frozen=True)
class Groups:
    """For each row the first row (0-based) of its group, and the first whose last text is the same as its own."""

    near: Rows
    same: Rows


def groups(rows: Sequence[Sequence[str]], threshold: float, folder: Path) -> Groups:
    """Group rows: those of one group are linked by chains of near-duplicates.

    A row is its texts, compared place by place (question with question, the whole with the whole); two rows are
    near-duplicates when one pair has at least `threshold` Jaccard similarity. Candidates come from MinHash signatures
    (datasketch) and are then measured exactly; of pairs just at the threshold the search misses about 1 in 1,000 at
    most. `rows` may read from a disk: it is iterated over once a place. What is kept meanwhile stands in files of
    `folder` (`Signatures`, `Texts`) and in about 100 bytes a row of memory.

    Where thousands of rows share a paragraph, that is not held: to measure every pair that is just below the threshold
    would take time that grows with the square of the rows. Two rows that were both measured in vain more than 8 times
    are measured only if more of their signatures agrees, 1/256 more for each further time. So such rows may stay apart
    though they are just above the threshold; 0.1 above it they are found all but always. Rows that are below it are
    never linked, and the same rows always give the same groups.
    """
    parents = array("I", range(len(rows)))
    same = np.arange(len(rows), dtype=np.uint32)
    for place in range(len(rows[0]) if len(rows) else 0):
        with Signatures(folder, len(rows), threshold) as signatures, Texts(folder) as texts:
            digests = bytearray()
            for row in rows:
                plain = normal(row[place])
                digests += blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=16).digest()
                signatures.add(plain)
                texts.add(plain)
            texts.flush()
            same = _first_equal(digests)
            del digests
            _join_equal(parents, same)
            _Search(parents, signatures, texts, threshold).run(same)
    return Groups(_roots(parents, np.arange(len(rows), dtype=np.uint32)), same)


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


class _Search:
    """Measures the pairs that signatures call alike, and joins those that are near."""

    def __init__(self, parents: array, signatures: Signatures, texts: Texts, threshold: float) -> None:
        self._parents = parents
        self._signatures = signatures
        self._threshold = threshold
        self._of = lru_cache(maxsize=_CACHED)(texts.shingles)
        self._refused = _Refused()
        # For each row, how many bytes of its signature and another's must agree. It begins lower than it must be for
        # any pair, so that the first measurements in vain change nothing.
        self._wanted = np.full(len(parents), signatures.least - _IN_VAIN, dtype=np.int32)

    def run(self, same: Rows) -> None:
        """`same`: for each row the first that equals it. What equals an earlier row is near whatever that is near."""
        distinct = np.flatnonzero(same == np.arange(len(same))).astype(np.uint32)
        for ones, others in self._signatures.candidates(distinct):
            left = _roots(self._parents, ones) != _roots(self._parents, others)
            left[left] = self._signatures.likely(ones[left], others[left])
            left[left] = ~self._refused.has(ones[left], others[left])
            ones, others = ones[left], others[left]
            for start in range(0, len(ones), _PIECE):
                self._measure(ones[start : start + _PIECE], others[start : start + _PIECE])

    def _measure(self, ones: Rows, others: Rows) -> None:
        agree = self._signatures.agreement(ones, others)
        left = (agree >= self._signatures.least) & (agree >= np.minimum(self._wanted[ones], self._wanted[others]))
        for one, other, found in zip(ones[left].tolist(), others[left].tolist(), agree[left].tolist(), strict=True):
            if _root(self._parents, one) == _root(self._parents, other):
                continue
            if found < min(self._wanted[one], self._wanted[other]):
                continue
            if similarity(self._of(one), self._of(other)) >= self._threshold:
                _join(self._parents, one, other)
            else:
                self._refused.add(one, other)
                for row in (one, other):
                    self._wanted[row] += found >= self._wanted[row]


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
    roots = rows
    while (above[roots] != roots).any():
        roots = above[roots]
    above[rows] = roots
    return roots
