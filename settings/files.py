"""JSON Lines files: read with the line number of a mistake, written whole or not at all."""

import contextlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from settings.errors import UserError


def read_jsonl(path: str | Path) -> list[dict[str, Any]]:
    """Return the objects of a JSON Lines file, blank lines left out.

    Raises `UserError` for a file that cannot be read and for a line (1-based) that is no JSON object.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UserError(f"{path}: the file cannot be read: {reason}") from error
    return parse_jsonl(text, str(path))


def parse_jsonl(text: str, name: str) -> list[dict[str, Any]]:
    """Return the objects of a text in JSON Lines; `name` is what a message calls it. Raises as `read_jsonl` does."""
    rows: list[dict[str, Any]] = []
    # Not splitlines(): JSON strings may hold U+2028 and other marks that it takes for line ends.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            rows.append(_object(line, f"{name}, line {number}"))
    return rows


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise UserError(f"{where}: this is not valid JSON: {error.msg} at column {error.colno}") from error
    if not isinstance(row, dict):
        raise UserError(f"{where}: a row is a JSON object, got {type(row).__name__}")
    return row


def write_jsonl(path: str | Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write one JSON object a line, in UTF-8; a reader sees the old file or the whole new one, never a part."""
    write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def write_text(path: str | Path, text: str) -> None:
    """Write `text` in UTF-8 through a temporary file beside `path`, so that no reader sees a part of it."""
    target = Path(path)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise UserError(
            f"{path}: the file cannot be written: {error.strerror}", hint="free some space, or choose another folder"
        ) from error
