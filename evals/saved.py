"""Completions that somebody saved: scored as they are, nothing is generated."""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from evals.completions import FINISH_REASONS, UNKNOWN, Completion
from evals.fingerprint import question_key
from evals.questions import Question
from settings import UserError, read_jsonl

_HINT = 'each row is {"id": 0-based row of the question, "completion": text}, further samples with "sample": 1, 2, ...'
_SHOWN = 8
_KEY = re.compile(r"[0-9a-f]{64}")
"""What `question_key` gives; a `question` of any other form is somebody's own."""
_KINDS = {
    str: ((str,), "a text"),
    int: ((int,), "a whole number of at least 0"),
    float: ((int, float), "a number of at least 0"),
}


def load_completions(
    path: Path, questions: Sequence[Question], samples: int, limit: int | None = None
) -> dict[tuple[int, int], Completion]:
    """Return a file's completions by question and sample; those of questions from `limit` on are left out.

    A row that names its question, as `completions.jsonl` of a run does, belongs to that one wherever it stands now.
    Raises `UserError` where one is malformed, missing, given twice, or of no question.
    """
    ids = {question_key(question): question.id for question in reversed(questions)}
    keys = {question.id: question_key(question) for question in questions}
    rows = []
    for number, row in enumerate(read_jsonl(path), start=1):
        where = f"{path}, row {number}"
        made, named = _completion(row, where), row.get("question")
        if isinstance(named, str) and _KEY.fullmatch(named) and keys.get(made.id) != named:
            if named in ids:
                made = replace(made, id=ids[named])
            elif made.id in keys:
                raise UserError(
                    f"{where}: this is an answer to another question than row {made.id} of those that are asked",
                    hint="score it on the questions, under the task and the spec that it was made with",
                )
        if limit is None or made.id < limit:
            rows.append(made)
    asked = {(question.id, sample) for question in questions for sample in range(samples)}
    given = Counter((row.id, row.sample) for row in rows)
    wrong = {
        "are missing": asked - set(given),
        "are given twice": {key for key, times in given.items() if times > 1},
        "belong to no question": set(given) - asked,
    }
    said = [f"{len(keys)} {what} ({_names(keys)})" for what, keys in wrong.items() if keys]
    if said:
        raise UserError(f"{path}: {len(questions)} questions are asked; completions {'; '.join(said)}", hint=_HINT)
    return {(row.id, row.sample): row for row in rows}


def _completion(row: Mapping[str, Any], where: str) -> Completion:
    id, sample, text = row.get("id"), row.get("sample", 0), row.get("completion")
    if type(id) is not int or type(sample) is not int or not isinstance(text, str):
        raise UserError(
            f"{where}: needs id (a whole number) and completion (a text), got {str(dict(row))[:120]}", _HINT
        )
    return Completion(
        id,
        sample,
        prompt=_optional(row, "prompt", "", where),
        completion=text,
        finish_reason=_finish_reason(_optional(row, "finish_reason", UNKNOWN, where), where),
        tokens=_optional(row, "tokens", 0, where),
        seconds=_optional(row, "seconds", 0.0, where),
    )


def _optional(row: Mapping[str, Any], name: str, default: str | float, where: str) -> Any:
    """The value of a key, which must be of the default's kind, or the default where the row has none or null."""
    value = default if row.get(name) is None else row[name]
    kinds, allowed = _KINDS[type(default)]
    if type(value) not in kinds or not (isinstance(value, str) or value >= 0):
        raise UserError(f"{where}: {name} must be {allowed}, got {json.dumps(value)[:120]}", _HINT)
    return value


def _finish_reason(said: str, where: str) -> str:
    if said.lower() not in FINISH_REASONS:
        raise UserError(f"{where}: finish_reason must be one of {', '.join(FINISH_REASONS)}, got {said!r}", _HINT)
    return FINISH_REASONS[said.lower()]


def _names(keys: set[tuple[int, int]]) -> str:
    shown = [f"id {id}" + (f" sample {sample}" if sample else "") for id, sample in sorted(keys)[:_SHOWN]]
    return ", ".join(shown) + (", ..." if len(keys) > _SHOWN else "")
