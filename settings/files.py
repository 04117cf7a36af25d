"""JSON Lines files: read with the line number of a mistake, written whole or not at all."""

import codecs
import contextlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from settings.errors import UserError

_HALF = re.compile(r"\\u[dD][89a-fA-F]")
"""A surrogate as JSON escapes it: one of a pair, or half a pair."""


def read_jsonl(path: str | Path) -> list[dict[str, Any]]:
    """Return the objects of a JSON Lines file, blank lines and a byte order mark left out.

    Raises `UserError` for a file that cannot be read and for a line (1-based) that is no JSON object.
    """
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error
    return parse_jsonl(text, str(path))


def iterate_jsonl(path: str | Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON Lines file one by one, for a file of any size; raises as `read_jsonl` does."""
    try:
        with Path(path).open(encoding="utf-8-sig", newline="\n") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield _object(line, f"{path}, line {number}")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error


SAVE_AS_UTF8 = 'save it as UTF-8, in a spreadsheet as "CSV UTF-8"; or convert it: iconv -f CP1252 -t UTF-8 OLD > NEW'


def not_utf8(path: str | Path) -> str:
    """Return in words what keeps a file from being UTF-8 text: its line and byte (1-based), or its encoding."""
    offset = 0
    with Path(path).open("rb") as file:
        for number, line in enumerate(file, start=1):
            if number == 1 and line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return "it is not UTF-8 text but UTF-16"
            try:
                line.decode()
            except UnicodeDecodeError as error:
                at = error.start
                return f"it is not UTF-8 text: byte {offset + at + 1}, in line {number}, is 0x{line[at]:02X}"
            offset += len(line)
    return "it is not UTF-8 text"


def _unreadable(path: str | Path, error: OSError | UnicodeDecodeError) -> UserError:
    if isinstance(error, OSError):
        return UserError(f"{path}: the file cannot be read: {error.strerror}")
    return UserError(f"{path}: the file cannot be read: {not_utf8(path)}", hint=SAVE_AS_UTF8)


def parse_jsonl(text: str, name: str) -> list[dict[str, Any]]:
    """Return the objects of a text in JSON Lines; `name` is what a message calls it. Raises as `read_jsonl` does."""
    rows: list[dict[str, Any]] = []
    # Not splitlines(): JSON strings may hold U+2028 and other marks that it takes for line ends.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            rows.append(_object(line, f"{name}, line {number}"))
    return rows


def load_json(text: str) -> Any:
    """Return the value of a JSON text; raises `ValueError`.

    Half of a surrogate pair, which JSON may hold and no file, hash or request could, becomes "?".
    """
    value = json.loads(text)
    if _HALF.search(text):
        value = json.loads(json.dumps(value, ensure_ascii=False).encode(errors="replace"))
    return value


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        row = load_json(line)
    except json.JSONDecodeError as error:
        raise UserError(f"{where}: this is not valid JSON: {error.msg} at column {error.colno}") from error
    if not isinstance(row, dict):
        raise UserError(f"{where}: a row is a JSON object, got {type(row).__name__}")
    return row


def write_jsonl(path: str | Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write one JSON object a line, in UTF-8; a reader sees the old file or the whole new one, never a part."""
    write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


@contextlib.contextmanager
def open_jsonl(path: str | Path) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Give a function that appends one object to a JSON Lines file, for a file of any size.

    The file takes its place when the block ends well; until then, and after an error, a reader sees the old one. For
    one writer at a time: what a killed one left beside the file, the next one overwrites.
    """
    target = Path(path)
    temporary = target.with_name(f".{target.name}.tmp")
    with _reported(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        file = temporary.open("w", encoding="utf-8")

    def add(row: Mapping[str, Any]) -> None:
        with _reported(target):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")

    try:
        yield add
        with _reported(target):
            file.close()
            temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            file.close()
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def write_text(path: str | Path, text: str) -> None:
    """Write `text` in UTF-8 through a temporary file beside `path`, so that no reader sees a part of it."""
    target = Path(path)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with _reported(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())  # else a power cut could leave the new name with nothing in it
            temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def _reported(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(
            f"{path}: the file cannot be written: {error.strerror}", hint="free some space, or choose another folder"
        ) from error
