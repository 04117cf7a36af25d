"""MinHash signatures on the disk, and which rows' they call alike.

Banding and its probabilities: Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, chapter 3.
"""

import math
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from prep.shingles import MULTIPLIERS, hashes

_PERMUTATIONS = 256
_MISSED = 0.001
"""Probability with which the bands may miss a pair that is just at the threshold."""
_SKETCH = 32
"""Bytes of a signature that stay in memory, one of every eighth permutation."""
_UNLIKE = 0.0001
"""Probability with which comparing a part of two signatures may miss a pair that is just at the threshold."""
_REACH = 32
"""Rows of a band with the same hash that a row is compared with, the nearest before it."""
_CHUNK = 2048
"""Rows that are written, or paired with others, at once."""

Rows = NDArray[np.uint32]


class Signatures:
    """Signatures of up to `capacity` texts in a file of `folder` that no name leads to, so that it never stays behind.

    On the disk are 256 bytes a row and 8 more for each band (512 at a threshold of 0.6), in memory 32 a row.
    """

    def __init__(self, folder: Path, capacity: int, threshold: float) -> None:
        # Late: it brings half of SciPy, which a run that only converts does without.
        from datasketch import MinHash

        self._minhash = MinHash(num_perm=_PERMUTATIONS, hashfunc=int)
        self._bands, self._width = bands(threshold)
        self._least_sketch = _least_agreement(threshold, _SKETCH)
        self.least = _least_agreement(threshold, _PERMUTATIONS)
        """Bytes of two signatures that agree at least, where the similarity reaches the threshold."""
        self._capacity = capacity
        self._written = 0
        self._fresh: list[NDArray[np.uint32]] = []
        self._sketches = np.empty((capacity, _SKETCH), dtype=np.uint8)
        folder.mkdir(parents=True, exist_ok=True)
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115

    def __enter__(self) -> "Signatures":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, plain: str) -> None:
        """Append the signature of a text that has nothing but letters and digits."""
        self._minhash.clear()
        self._minhash.update_batch((hashes(plain) >> np.uint64(32)).tolist())
        self._fresh.append(self._minhash.hashvalues)
        if len(self._fresh) == _CHUNK:
            self._flush()

    def candidates(self, rows: Rows) -> Iterator[tuple[Rows, Rows]]:
        """Yield pairs of the given rows (0-based, ascending) that agree in a band, the earlier row first.

        In a band that more than `_REACH` rows agree in, a row is paired with the first of them and with the `_REACH`
        before it: pairs grow with the rows, not with their square, and a chain links what is near all the same.
        A pair comes once for every band in which it agrees; pairs of the same rows come close together.
        """
        self._flush()
        for band in range(self._bands):
            self._file.seek(band * self._capacity * 8)
            keys = np.fromfile(self._file, dtype=np.uint64, count=self._written)[rows]
            order = np.argsort(keys, kind="stable").astype(np.uint32)
            for earlier, later in _neighbours(keys[order]):
                yield rows[order[earlier]], rows[order[later]]

    def likely(self, ones: Rows, others: Rows) -> NDArray[np.bool_]:
        """Say of each pair whether its similarity may reach the threshold, from an eighth of the signature."""
        return (self._sketches[ones] == self._sketches[others]).sum(axis=1) >= self._least_sketch

    def agreement(self, ones: Rows, others: Rows) -> NDArray[np.int64]:
        """Return for each pair how many bytes of the whole signatures on the disk agree, 0 to 256."""
        rows, places = np.unique(np.concatenate((ones, others)), return_inverse=True)
        whole = np.stack([self._whole(row) for row in rows.tolist()])
        return (whole[places[: len(ones)]] == whole[places[len(ones) :]]).sum(axis=1)

    def _whole(self, row: int) -> NDArray[np.uint8]:
        place = self._capacity * self._bands * 8 + row * _PERMUTATIONS
        return np.frombuffer(os.pread(self._file.fileno(), _PERMUTATIONS, place), dtype=np.uint8)

    def _flush(self) -> None:
        """Write the bands one after the other, so that each can be read on its own."""
        if not self._fresh:
            return
        fresh = np.stack(self._fresh)
        self._fresh = []
        parts = fresh[:, : self._bands * self._width].reshape(len(fresh), self._bands, self._width)
        keys = parts.astype(np.uint64) @ MULTIPLIERS[: self._width]
        for band in range(self._bands):
            self._file.seek((band * self._capacity + self._written) * 8)
            self._file.write(keys[:, band].tobytes())
        short = fresh.astype(np.uint8)  # the lowest byte of each: enough to tell most of the unlike apart
        self._file.seek(self._capacity * self._bands * 8 + self._written * _PERMUTATIONS)
        self._file.write(short.tobytes())
        self._file.flush()
        end = self._written + len(fresh)
        self._sketches[self._written : end] = short[:, :: _PERMUTATIONS // _SKETCH]
        self._written = end


def bands(threshold: float) -> tuple[int, int]:
    """Return bands and rows a band: the longest rows, so the fewest idle candidates, that miss few enough pairs.

    A pair of similarity s shares no band with probability (1 - s ** rows) ** bands.
    """
    choices = ((_PERMUTATIONS // rows, rows) for rows in range(16, 0, -1))
    good = (choice for choice in choices if (1 - threshold ** choice[1]) ** choice[0] <= _MISSED)
    return next(good, (_PERMUTATIONS, 1))


def _least_agreement(threshold: float, size: int) -> int:
    """Return how many of `size` bytes of two signatures agree at least, where the similarity is at the threshold."""
    below = 0.0
    for agree in range(size):
        below += math.comb(size, agree) * threshold**agree * (1 - threshold) ** (size - agree)
        if below > _UNLIKE:
            return agree
    return size


def _neighbours(hashes: NDArray[np.uint64]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield pairs of places in a sorted array that hold the same, in the order of the first place."""
    paired = np.flatnonzero(hashes[1:] == hashes[:-1])
    for chunk in range(0, len(paired), _CHUNK):
        starts = paired[chunk : chunk + _CHUNK]
        found = []
        for distance in range(1, _REACH + 1):
            starts = starts[: np.searchsorted(starts, len(hashes) - distance)]
            starts = starts[hashes[starts] == hashes[starts + distance]]
            found.append((starts, starts + distance))
        far = starts + _REACH
        found.append((np.searchsorted(hashes, hashes[far]), far))
        earlier, later = (np.concatenate(places) for places in zip(*found, strict=True))
        order = np.argsort(earlier, kind="stable")
        yield earlier[order], later[order]
