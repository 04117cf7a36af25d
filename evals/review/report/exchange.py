"""Ratings to files and back: JSON Lines and CSV, which come back as they were, and Argilla's records."""

import csv
import io
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, create_model

from evals.review.ratings import AXES, LONGEST_COMMENT, LONGEST_NAME, VERDICTS, Rating
from evals.review.run import ReviewRun
from evals.review.store import RatingStore, flat_of, rating_of
from outline import extract_answer
from settings import Settings, UserError, read_jsonl, write_jsonl, write_text

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
"""What a spreadsheet would take for a formula when a text begins with it; CSV puts a ' before it, and takes it off."""
_FIELDS: Mapping[str, Any] = {
    "study": (str, ...),
    "rater": (str, Field(min_length=1, max_length=LONGEST_NAME)),
    "position": (int, Field(ge=0)),
    "task": (str, ...),
    "question": (int, ...),
    "left": (str, ...),
    "right": (str, ...),
    "repeat_of": (int | None, Field(ge=0)),
    "digest": (str, ...),
    "comment": (str, Field(max_length=LONGEST_COMMENT)),
    "seconds": (float, Field(ge=0)),
    "created": (str, ...),
    "updated": (str, ...),
    "sent": (int, Field(ge=0)),
    **{axis: (Literal[tuple(VERDICTS)], ...) for axis in AXES},
}
_Row = create_model("_Row", __base__=Settings, **_FIELDS)
_TEXTS = tuple(name for name, (kind, _) in _FIELDS.items() if kind is str)


def export(ratings: Sequence[Rating], path: Path) -> None:
    """Write one row a rating, as JSON Lines or CSV by the file's suffix."""
    rows = [flat_of(rating) for rating in ratings]
    if _suffix(path) == ".jsonl":
        return write_jsonl(path, rows)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(_FIELDS), lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writeheader()
    writer.writerows({name: _guarded(value) for name, value in row.items()} for row in rows)
    write_text(path, text.getvalue())


def import_(path: Path, run: ReviewRun, store: RatingStore) -> int:
    """Put a file's ratings into the store; return how many of them changed it.

    All or none of the rows: raises `UserError` with the row (1-based) for one that is no rating, is of another study,
    or names a condition that the run does not have.
    """
    rows = read_jsonl(path) if _suffix(path) == ".jsonl" else _read_csv(path)
    ratings = [_checked(row, run, f"{path}, row {number}") for number, row in enumerate(rows, start=1)]
    if not ratings:
        raise UserError(f"{path}: there are no ratings in it")
    known = store.study().get("digest", ratings[0].study)
    for number, rating in enumerate(ratings, start=1):
        if rating.study != known:
            raise UserError(
                f"{path}, row {number}: this rating is of another study than those in {store.path}",
                hint="a study is one choice of pairs, seed, number and repeats over the same answers; --db FILE",
            )
    store.begin(run.name, known, {})
    return sum(store.put(rating) for rating in ratings)


def argilla_records(ratings: Iterable[Rating], run: ReviewRun) -> list[dict[str, Any]]:
    """Return one record a pair, as Argilla's `Record.from_dict` reads it: fields, metadata and responses by question.

    Argilla names users by UUID: ours are made of the raters' names, always the same. `answer_a` is the answer of the
    alphabetically first condition, without its think block; a response is `a`, `b`, `tie` or `both_bad`. Repeats are
    left out, since a record has one response a user and question.
    """
    records: dict[tuple[int, str, str], dict[str, Any]] = {}
    for rating in ratings:
        if rating.repeat_of is None:
            record = records.setdefault(rating.item, _record(rating, run))
            for name, value in _answers(rating).items():
                user = str(uuid.uuid5(uuid.NAMESPACE_OID, rating.rater))
                record["responses"].setdefault(name, []).append({"value": value, "user_id": user})
    return list(records.values())


def export_argilla(ratings: Iterable[Rating], run: ReviewRun, path: Path) -> None:
    """Write Argilla's records: one JSON list (`.json`, as Argilla's own `from_json` reads it) or JSON Lines."""
    records = argilla_records(ratings, run)
    if path.suffix == ".json":
        return write_text(path, json.dumps(records, ensure_ascii=False, indent=1) + "\n")
    if path.suffix != ".jsonl":
        raise UserError(f"{path}: Argilla's records go to a file named .json or .jsonl")
    write_jsonl(path, records)


def _record(rating: Rating, run: ReviewRun) -> dict[str, Any]:
    question, first, second = rating.item
    asked = run.questions[question]
    return {
        "id": f"{rating.task}-{question}-{rating.digest}",
        "fields": {
            "question": asked.user,
            "reference": asked.reference or "",
            "answer_a": extract_answer(run.completions[first][question]) or "",
            "answer_b": extract_answer(run.completions[second][question]) or "",
        },
        "metadata": {"task": rating.task, "question": question, "condition_a": first, "condition_b": second},
        "suggestions": {},
        "responses": {},
        "vectors": {},
    }


def _answers(rating: Rating) -> dict[str, str]:
    _, first, second = rating.item
    letters = {first: "a", second: "b"}
    said = {axis: letters.get(rating.preferred(axis), rating.preferred(axis)) for axis in AXES}
    return said | ({"comment": rating.comment} if rating.comment else {})


def _checked(row: Mapping[str, Any], run: ReviewRun, where: str) -> Rating:
    try:
        rating = rating_of(_Row.model_validate(row).model_dump())
    except ValidationError as error:
        problem = error.errors()[0]
        name, said = ".".join(map(str, problem["loc"])), problem["msg"].replace("Input should", "must")
        raise UserError(f"{where}: {name}: {said}, got {problem['input']!r}"[:300]) from error
    unknown = [name for name in (rating.left, rating.right) if name not in run.conditions]
    if unknown or rating.left == rating.right or rating.task != run.task or rating.question not in run.questions:
        what = f"question {rating.question} of {rating.task}, {rating.left} and {rating.right}"
        raise UserError(f"{where}: the run {run.name!r} has no such pair: {what}")
    return rating


def _read_csv(path: Path) -> list[dict[str, Any]]:
    try:
        # Line ends within a comment stay as they are; spreadsheets put a byte order mark before the first name.
        text = path.read_bytes().decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path}: the file cannot be read: {getattr(error, 'strerror', None) or error}") from error
    return [{name: _unguarded(name, value) for name, value in row.items()} for row in rows]


def _guarded(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _unguarded(name: str, value: Any) -> Any:
    if name == "repeat_of" and value == "":
        return None
    return value.removeprefix("'") if name in _TEXTS and isinstance(value, str) else value


def _suffix(path: Path) -> str:
    if path.suffix not in (".jsonl", ".csv"):
        raise UserError(f"{path}: ratings go to and come from files named .jsonl or .csv")
    return path.suffix
