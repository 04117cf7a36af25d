"""What two texts are compared by: the pieces of a few characters that they consist of."""

import os
import re
import tempfile
from array import array
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SHINGLE = 5
"""Characters, spaces left out: a typo or "5mg" for "5 mg" changes few of them."""
_NOT_TEXT = re.compile(r"[\W_]+")
# Odd numbers drawn once: the multipliers of a multiply-shift hash (Thorup, High Speed Hashing for Integers and Strings,
# 2015), one for each place of what is hashed.
MULTIPLIERS = np.random.RandomState(20).randint(0, 2**63, 256, dtype=np.uint64) * np.uint64(2) + np.uint64(1)

Hashes = NDArray[np.uint64]


def normal(text: str) -> str:
    """Return what two texts must share to be exact duplicates: letters and digits in lower case."""
    return _NOT_TEXT.sub("", text.lower())


def hashes(plain: str) -> Hashes:
    """Return a 64-bit hash of each shingle of a normal text, in order; of the whole where it is shorter than one."""
    encoded = plain.ljust(SHINGLE, "\0").encode("utf-32-le", "surrogatepass")
    windows = np.lib.stride_tricks.sliding_window_view(np.frombuffer(encoded, dtype="<u4").astype(np.uint64), SHINGLE)
    return windows @ MULTIPLIERS[:SHINGLE]


def similarity(one: Hashes, other: Hashes) -> float:
    """Return the Jaccard similarity of two sets of shingles, 0 to 1; each is given as sorted hashes, none twice."""
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / (len(one) + len(other) - shared)


class Texts:
    """Normal texts in a file of `folder` that no name leads to; in memory are 8 bytes of each."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115
        self._ends = array("Q", [0])

    def __enter__(self) -> "Texts":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, plain: str) -> None:
        """Append a text, which has the next number from 0."""
        encoded = plain.encode("utf-8", "surrogatepass")
        self._file.write(encoded)
        self._ends.append(self._ends[-1] + len(encoded))

    def flush(self) -> None:
        """Let `shingles` see what was added."""
        self._file.flush()

    def shingles(self, number: int) -> Hashes:
        """Return the set of shingles of a text by its 0-based number, as `similarity` takes it."""
        start, end = self._ends[number], self._ends[number + 1]
        plain = os.pread(self._file.fileno(), end - start, start).decode("utf-8", "surrogatepass")
        return np.unique(hashes(plain))
