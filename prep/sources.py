"""Rows from a local file or a hub, through one column mapping."""

import csv
import math
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from prep.config import Columns, Source
from prep.consultation import Consultation
from prep.download import fetch
from settings import UserError, read_jsonl

Row = dict[str, Any]

_HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")


def load(source: Source, raw: Path, limit: int | None = None) -> list[Consultation]:
    """Return the rows of a source, a hub's through the copy in `raw`.

    Raises `UserError` for a source that cannot be read, holds no rows, or lacks a mapped column.
    """
    path = source.path or fetch(source, raw)
    rows = _read(path)
    if not rows:
        raise UserError(f"{source.name()}: the source is empty: it holds no rows")
    _check_columns(source.name(), source.columns, rows)
    return [_consultation(index, row, source.columns) for index, row in enumerate(rows[:limit])]


def looks_like_hub_id(text: str) -> bool:
    """Whether `--source` means a hub's dataset: `owner/name`, and nothing of that name on this disk."""
    return bool(_HUB_ID.fullmatch(text)) and Path(text).suffix not in _READERS and not Path(text).exists()


def _read(path: Path) -> Sequence[Row]:
    reader = _read_arrow if path.is_dir() else _READERS.get(path.suffix.lower())
    if reader is None:
        raise UserError(
            f"{path}: got {path.suffix or 'no suffix'}, a source is {', '.join(_READERS)} or an Arrow folder"
        )
    if not path.exists():
        raise UserError(f"{path}: the source does not exist", hint="give a file, an Arrow folder or a hub's owner/name")
    return reader(path)


def _read_csv(path: Path) -> list[Row]:
    csv.field_size_limit(sys.maxsize)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(path, error) from error
    for number, row in enumerate(rows, start=1):
        if None in row:
            raise UserError(f"{path}, row {number}: there are more fields than columns; is a comma not quoted?")
    return rows


def _read_parquet(path: Path) -> list[Row]:
    import pyarrow
    import pyarrow.parquet

    try:
        return pyarrow.parquet.read_table(path).to_pylist()
    except (OSError, pyarrow.ArrowException) as error:
        raise _unreadable(path, error) from error


def _read_arrow(path: Path) -> list[Row]:
    import datasets

    try:
        loaded = datasets.load_from_disk(str(path))
    except Exception as error:  # it raises whatever the first broken file makes it raise
        raise _unreadable(path, error) from error
    if isinstance(loaded, datasets.DatasetDict):
        raise UserError(f"{path}: this folder holds the splits {', '.join(map(str, loaded))}; give one of them")
    return loaded.to_list()


_READERS: dict[str, Callable[[Path], Sequence[Row]]] = {
    ".jsonl": read_jsonl,
    ".csv": _read_csv,
    ".parquet": _read_parquet,
}


def _unreadable(path: Path, error: Exception) -> UserError:
    reason = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else " ".join(str(error).split())[:200]
    return UserError(f"{path}: the source cannot be read: {reason}")


def _check_columns(name: str, columns: Columns, rows: Sequence[Row]) -> None:
    wanted = {field: column for field, column in columns.model_dump().items() if column is not None}
    # A JSON line may leave out a key that is null, so a column is missing only if no row has it.
    present = {key for row in rows for key in row}
    for field, column in wanted.items():
        if column not in present:
            raise UserError(
                f"{name}: column {column!r} (source.columns.{field}) is missing, the source has "
                + ", ".join(sorted(map(str, present))),
                hint=f"source.columns.{field}=NAME maps another column",
            )


def _consultation(index: int, row: Row, columns: Columns) -> Consultation:
    cells = {field: _text(row.get(column)) for field, column in columns.model_dump().items()}
    return Consultation(
        index, cells["description"] or "", cells["patient"] or "", cells["doctor"], cells["status"] or ""
    )


def _text(value: Any) -> str | None:
    """A cell as text; None for a null and for the NaN that stands for one in columns of numbers."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return value if isinstance(value, str) else str(value)
