"""Whether spoiled outlines rank below the good ones that they were made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.mece.scorer import MeceScorer
from evals.mece.spoil import ANSWER_LAST, spoiled
from outline import parse_outline, render_outline
from settings import UserError, read_jsonl


@dataclass(frozen=True)
class GoodOutline:
    """An outline to spoil, with what it answers and some of its points in other words (by path)."""

    outline: str
    question: str
    reference: str | None
    paraphrases: Mapping[str, str]


def load_outlines(
    path: Path, question_field: str = "question", reference_field: str = "reference"
) -> list[GoodOutline]:
    """Return the outlines of a JSON Lines file with a field `outline`; raises `UserError` with the row of a bad one."""
    rows = read_jsonl(path)
    if not rows:
        raise UserError(f"{path}: there are no outlines in it")
    return [_good(row, f"{path}, row {number}", question_field, reference_field) for number, row in enumerate(rows, 1)]


def rank_spoiled(outlines: Sequence[GoodOutline], scorer: MeceScorer) -> dict[str, list[bool]]:
    """Return, for each kind of fault, whether each spoiled outline scores below its good one.

    What counts is `answer_first` for the order, and `mece` for all other kinds; a pair of which either is unchecked is
    left out.
    """
    items, kinds = [], []
    for good in outlines:
        tree = parse_outline(good.outline)
        versions = [("", tree), *spoiled(tree, good.paraphrases)]
        items += [(render_outline(version), good.question, good.reference) for _, version in versions]
        kinds += [kind for kind, _ in versions]
    below: dict[str, list[bool]] = {}
    best: dict[str, float] = {}
    for kind, score in zip(kinds, scorer.score_many(items), strict=True):
        numbers, name = score.metrics(), "answer_first" if kind == ANSWER_LAST else "mece"
        if not kind:
            best = numbers
        elif name in numbers and name in best:
            below.setdefault(kind, []).append(numbers[name] < best[name])
    return below


def _good(row: Mapping[str, Any], where: str, question_field: str, reference_field: str) -> GoodOutline:
    for field in ("outline", question_field):
        if not isinstance(row.get(field), str) or not row[field].strip():
            raise UserError(f"{where}: {field} must be a text, got {row.get(field)!r}; the row has {', '.join(row)}")
    if not parse_outline(row["outline"]).roots:
        raise UserError(f"{where}: the outline holds no list")
    return GoodOutline(
        row["outline"], row[question_field], row.get(reference_field) or None, row.get("paraphrases") or {}
    )
