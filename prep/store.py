"""Conversions on disk: made in any order, read in the order of the source, never all in memory."""

import json
import re
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from prep.conversion import Conversion
from settings import open_jsonl

_INDEX = re.compile(rb'\{"index": (\d+),')


class Store:
    """Files with one conversion a line; memory holds 10 bytes a conversion (twice to three times that on opening).

    Iterating yields them by their index in the source, as often as asked for; `at` gives one by its position in
    that order. Whichever file a conversion is in, and wherever there, makes no difference.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        """Open files that `store_writer` made."""
        import numpy

        self._files = [file.open("rb") for file in files]
        index, number, offset = array("Q"), array("H"), array("Q")
        for i, file in enumerate(self._files):
            _scan(file, index, offset)
            number.extend([i] * (len(index) - len(number)))
        order = numpy.argsort(numpy.frombuffer(index, dtype=numpy.uint64), kind="stable")
        self._file = numpy.frombuffer(number, dtype=numpy.uint16)[order]
        self._offset = numpy.frombuffer(offset, dtype=numpy.uint64)[order]

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files:
            file.close()

    def __len__(self) -> int:
        return len(self._offset)

    def __iter__(self) -> Iterator[Conversion]:
        return map(self.at, range(len(self)))

    def at(self, position: int) -> Conversion:
        """Return the conversion at a 0-based position; not the index in the source where rows of that are missing."""
        file = self._files[self._file[position]]
        file.seek(self._offset[position])
        return Conversion.of_dict(json.loads(file.readline()))

    def kept(self) -> Iterator[Conversion]:
        """Yield those with an outline."""
        return (conversion for conversion in self if conversion.status == "kept")


def _scan(file: IO[bytes], index: array, offset: array) -> None:
    start = 0
    for line in file:
        found = _INDEX.match(line)
        assert found, "a line that store_writer did not write"
        index.append(int(found[1]))
        offset.append(start)
        start += len(line)


@contextmanager
def store_writer(path: Path) -> Iterator[Callable[[Conversion], None]]:
    """Give a function that adds a conversion to a new file of a store; where the file stands, it is whole."""
    with open_jsonl(path) as add:
        yield lambda conversion: add(conversion.as_dict())
