"""Conversions on disk: made in any order, read in the order of the source, never all in memory."""

import json
import re
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path

from llm.storage import writing
from prep.conversion import Conversion

_INDEX = re.compile(rb'\{"index": (\d+),')


class Store:
    """Files with one conversion a line; memory holds 24 bytes a conversion.

    Iterating yields them by their index in the source, as often as asked for.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        """Open files that `StoreWriter` made."""
        self._files = [file.open("rb") for file in files]
        self._places = {"index": array("Q"), "file": array("Q"), "offset": array("Q")}
        for number, file in enumerate(self._files):
            self._scan(number, file)

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files:
            file.close()

    def __len__(self) -> int:
        return len(self._places["index"])

    def __iter__(self) -> Iterator[Conversion]:
        import numpy

        for place in numpy.argsort(numpy.frombuffer(self._places["index"], dtype=numpy.uint64), kind="stable"):
            file = self._files[self._places["file"][place]]
            file.seek(self._places["offset"][place])
            yield Conversion.of_dict(json.loads(file.readline()))

    def kept(self) -> Iterator[Conversion]:
        """Yield those with an outline."""
        return (conversion for conversion in self if conversion.status == "kept")

    def _scan(self, number: int, file) -> None:
        offset = 0
        for line in file:
            found = _INDEX.match(line)
            assert found, "a line that StoreWriter did not write"
            self._places["index"].append(int(found[1]))
            self._places["file"].append(number)
            self._places["offset"].append(offset)
            offset += len(line)


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
