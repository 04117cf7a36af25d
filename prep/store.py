"""Conversions on disk: made in any order, read in the order of the source, never all in memory."""

import json
import re
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from llm.storage import writing
from prep.conversion import Conversion

_INDEX = re.compile(rb'\{"index": (\d+),')


class Store:
    """Files with one conversion a line; memory holds 10 bytes a conversion (twice to three times that on opening).

    Iterating yields them by their index in the source, as often as asked for; `at` gives one by its position in
    that order. Whichever file a conversion is in, and wherever there, makes no difference.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        """Open files that `StoreWriter` made."""
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
        assert found, "a line that StoreWriter did not write"
        index.append(int(found[1]))
        offset.append(start)
        start += len(line)


class StoreWriter:
    """Writes one file of a store beside its place and moves it there at the end: where it stands, it is whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._draft = path.with_name(f".{path.name}.tmp")
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._draft.open("w", encoding="utf-8")

    def add(self, conversion: Conversion) -> None:
        """Append one conversion."""
        with writing(self.path):
            self._file.write(json.dumps(conversion.as_dict()) + "\n")

    def __enter__(self) -> "StoreWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with writing(self.path):
            self._file.close()
            if kind is None:
                self._draft.replace(self.path)
            else:
                self._draft.unlink(missing_ok=True)
