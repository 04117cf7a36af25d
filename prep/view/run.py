"""What a prep run left in its out folder, row by row."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prep import manifest
from prep.arrow import FULL
from prep.consultation import Consultation
from prep.conversion import Status
from prep.writer import FAILED
from settings import UserError, read_jsonl


@dataclass(frozen=True)
class Attempt:
    """An answer of the teacher; `violations` ("kind: message") are why it was refused, none for one that was kept."""

    answer: str
    violations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """A row of the source with what became of it; a kept one has the one attempt that was kept.

    `requests` are the journal's lines about a failed row, none where the teacher sends no request.
    """

    consultation: Consultation
    status: Status
    kind: str
    reason: str
    attempts: tuple[Attempt, ...]
    requests: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Run:
    """All rows in the order of the source; `manifest` is None where the run is not finished."""

    out: Path
    rows: list[Row]
    manifest: Mapping[str, Any] | None


def read_run(out: Path) -> Run:
    """Return the run whose result is in `out`.

    Raises `UserError` where there is no such folder, no dataset in it, or a file of it cannot be read.
    """
    remedy = "make it with `just prep`, or name the folder of another run"
    if not out.is_dir():
        raise UserError(f"{out}: there is no such folder", hint=remedy)
    dataset = out / "processed" / FULL
    if not dataset.is_dir():
        failed = (out / FAILED).exists()
        reason = f"the last run kept no row, {FAILED} says why" if failed else "no run has kept a row there"
        raise UserError(f"{out}: the folder holds no processed/{FULL}: {reason}", hint=remedy)
    failures = {row.get("index"): row for row in read_jsonl(out / FAILED)}
    rows = [_row(index, row, failures.get(index)) for index, row in enumerate(_arrow(dataset))]
    return Run(out, rows, _manifest(out / manifest.NAME))


def _row(index: int, row: Mapping[str, Any], failure: Mapping[str, Any] | None) -> Row:
    doctor, description, patient = row["_original_doctor"], row["Description"], row["Patient"]
    consultation = Consultation(index, description or "", patient or "", doctor, row["Status"] or "")
    if row["_conversion_success"]:
        return Row(consultation, "kept", "", "", (Attempt(row["Doctor"]),))
    if failure is None:
        reason = "failed.jsonl says nothing about this row: run prep to its end"
        return Row(consultation, "failed", "unknown", reason, ())
    status = "skipped" if failure.get("status") == "skipped" else "failed"
    attempts = tuple(_attempt(attempt) for attempt in failure.get("attempts") or ())
    requests = tuple(request for request in failure.get("requests") or () if isinstance(request, Mapping))
    return Row(consultation, status, str(failure.get("kind")), str(failure.get("reason")), attempts, requests)


def _attempt(attempt: Mapping[str, Any]) -> Attempt:
    violations = tuple(str(line) for line in attempt.get("violations") or ())
    return Attempt(str(attempt.get("answer") or ""), violations)


def _arrow(folder: Path) -> Iterator[Mapping[str, Any]]:
    """The rows of a dataset folder, without the eight seconds that importing `datasets` takes."""
    import pyarrow

    try:
        state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        for part in state["_data_files"]:
            with pyarrow.memory_map(str(folder / part["filename"])) as file, pyarrow.ipc.open_stream(file) as batches:
                for batch in batches:
                    yield from batch.to_pylist()
    except (OSError, ValueError, KeyError, TypeError, pyarrow.ArrowException) as error:
        reason = " ".join(str(error).split())[:200]
        hint = "delete the folder and run `just prep` again: answers in the journal are not paid for twice"
        raise UserError(f"{folder}: the dataset cannot be read: {reason}", hint=hint) from error


def _manifest(file: Path) -> Mapping[str, Any] | None:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise UserError(f"{file}: this is no manifest: {error}", hint="delete it and run `just prep` again") from error
    return content if isinstance(content, dict) else None
