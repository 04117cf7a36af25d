"""Rows from a local file or a hub, through one column mapping."""

import csv
import hashlib
import itertools
import math
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from prep.config import Source
from prep.consultation import Consultation
from prep.download import fetch
from settings import UserError, iterate_jsonl
from settings.files import SAVE_AS_UTF8, not_utf8

Row = dict[str, Any]
Names = Mapping[str, str | None]
"""Field to the column that is mapped to it, None for a field without one."""

_BATCH = 1000
"""Rows that are taken from a columnar file at once."""

_HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")


class Rows:
    """The rows of a source: read from the disk each time they are iterated over, never all in memory.

    Making one reads the source once: for the number of rows, for their hash, and to see that it can be read to its
    end. Raises `UserError` for a source that cannot be, holds no rows, or lacks a mapped column or has it twice.
    """

    def __init__(self, source: Source, raw: Path, limit: int | None = None) -> None:
        self.name = source.name()
        self._columns = source.columns.model_dump()
        self._path = source.path or fetch(source, raw)
        self._read = _reader(self._path)
        self._limit = limit
        seen: dict[str, None] = {}
        digest = hashlib.sha256()
        self._count = 0
        for row in self._raw():
            # A JSON line may leave out a key that is null, so a column is missing only if no row has it.
            seen.update(dict.fromkeys(row))
            digest.update(self._consultation(self._count, row).identity().encode())
            self._count += 1
        if not self._count:
            raise UserError(f"{self.name}: the source is empty: it holds no rows")
        _check_columns(self.name, self._columns, seen)
        self.hash = digest.hexdigest()
        """Of content and order as they were read; the file's format does not count."""

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Consultation]:
        return (self._consultation(index, row) for index, row in enumerate(self._raw()))

    def _raw(self) -> Iterator[Row]:
        return itertools.islice(self._read(self._path, self._columns), self._limit)

    def _consultation(self, index: int, row: Row) -> Consultation:
        cells = {field: self._cell(index, field, row.get(column)) for field, column in self._columns.items()}
        return Consultation(
            index, cells["description"] or "", cells["patient"] or "", cells["doctor"], cells["status"] or ""
        )

    def _cell(self, index: int, field: str, value: Any) -> str | None:
        """A cell as text; None for a null and for the NaN that stands for one in columns of numbers."""
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return None
        if isinstance(value, list | dict | bytes):
            raise UserError(
                f"{self.name}, row {index + 1}: column {self._columns[field]!r} (source.columns.{field}) holds "
                f"{_HELD[type(value)]}, a cell is text",
                hint="write the text that is meant into a column of its own",
            )
        return str(value)


_HELD = {list: "a list", dict: "a mapping", bytes: "bytes"}


def looks_like_hub_id(text: str) -> bool:
    """Whether `--source` means a hub's dataset: `owner/name`, and nothing of that name on this disk."""
    return bool(_HUB_ID.fullmatch(text)) and Path(text).suffix not in _READERS and not Path(text).exists()


def _reader(path: Path) -> Callable[[Path, Names], Iterator[Row]]:
    reader = _read_arrow if path.is_dir() else _READERS.get(path.suffix.lower())
    if reader is None:
        raise UserError(
            f"{path}: got {path.suffix or 'no suffix'}, a source is {', '.join(_READERS)} or an Arrow folder"
        )
    if not path.exists():
        raise UserError(f"{path}: the source does not exist", hint="give a file, an Arrow folder or a hub's owner/name")
    return reader


def _read_csv(path: Path, columns: Names) -> Iterator[Row]:
    csv.field_size_limit(sys.maxsize)
    done, line = 0, 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            _check_header(path, reader.fieldnames or ())
            _check_once(path, reader.fieldnames or (), columns)
            line = reader.line_num + 1
            for done, row in enumerate(reader, start=1):
                if None in row:
                    raise UserError(f"{path}, row {done}: there are more fields than columns; is a comma not quoted?")
                yield row
                line = reader.line_num + 1
    except csv.Error as error:
        where = f"row {done + 1}, from line {line} on" if line > 1 else "the header"
        what = "a quotation mark is opened and never closed" if "unexpected end" in str(error) else str(error)
        raise UserError(f"{path}, {where}: {what}", hint=_QUOTES) from error
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error


_QUOTES = (
    'a field that holds a comma, a line end or a quotation mark stands in "..."; a mark within it is written twice'
)


def _check_header(path: Path, names: Sequence[str]) -> None:
    other = next((sign for sign in (";", "\t", "|") if len(names) == 1 and sign in names[0]), None)
    if other is not None:
        raise UserError(
            f"{path}: the header is a single column, {names[0]!r}: the fields seem to be parted by {other!r}",
            hint="save the file with commas between its fields",
        )


def _check_once(path: Path, names: Sequence[str], columns: Names) -> None:
    for field, column in columns.items():
        if column is not None and names.count(column) > 1:
            raise UserError(
                f"{path}: {names.count(column)} columns are called {column!r} (source.columns.{field})",
                hint="give each its own name, and source.columns the one that is meant",
            )


def _read_parquet(path: Path, columns: Names) -> Iterator[Row]:
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            _check_once(path, file.schema_arrow.names, columns)
            for batch in file.iter_batches(batch_size=_BATCH):
                yield from batch.to_pylist()
    except (OSError, pyarrow.ArrowException) as error:
        raise _unreadable(path, error) from error


def _read_arrow(path: Path, _: Names) -> Iterator[Row]:
    import datasets

    try:
        loaded = datasets.load_from_disk(str(path))
    except Exception as error:  # it raises whatever the first broken file makes it raise
        raise _unreadable(path, error) from error
    if isinstance(loaded, datasets.DatasetDict):
        raise UserError(f"{path}: this folder holds the splits {', '.join(map(str, loaded))}; give one of them")
    for batch in loaded.with_format("arrow").iter(batch_size=_BATCH):
        yield from cast(Any, batch).to_pylist()


_READERS: dict[str, Callable[[Path, Names], Iterator[Row]]] = {
    ".jsonl": lambda path, _: iterate_jsonl(path),
    ".csv": _read_csv,
    ".parquet": _read_parquet,
}


def _unreadable(path: Path, error: Exception) -> UserError:
    if isinstance(error, UnicodeDecodeError):
        return UserError(f"{path}: the source cannot be read: {not_utf8(path)}", hint=SAVE_AS_UTF8)
    return UserError(f"{path}: the source cannot be read: {' '.join(str(error).split())[:200]}")


def _check_columns(name: str, columns: Names, present: Iterable[str]) -> None:
    for field, column in columns.items():
        if column is not None and column not in present:
            raise UserError(
                f"{name}: column {column!r} (source.columns.{field}) is missing, the source has "
                + ", ".join(sorted(map(repr, present))),
                hint=f"source.columns.{field}=NAME maps another column",
            )
