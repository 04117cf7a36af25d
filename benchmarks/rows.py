"""Synthetic consultations: halves of two sample rows each, no two alike, the same for the same number and seed."""

import json
import random
from pathlib import Path
from typing import Any

from benchmarks.teacher_server.outlines import points_of
from settings import UserError, read_jsonl, write_jsonl

SAMPLE = Path("data/sample/consultations.jsonl")
_SHORTEST = 30
"""Words of a sample reply that is long enough to give a half."""


def make_rows(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Return `count` rows with the sample's columns; each reply and each question is of two sample rows.

    Raises `UserError` for more rows than there are pairs.
    """
    sample = [row for row in read_jsonl(SAMPLE) if row["Doctor"] and len(row["Doctor"].split()) >= _SHORTEST]
    pairs = [(a, b) for a in range(len(sample)) for b in range(len(sample)) if a != b]
    if count > len(pairs):
        raise UserError(f"{SAMPLE} gives {len(pairs)} different rows, got {count}")
    replies = [_halves(row["Doctor"]) for row in sample]
    questions = [_halves(row["Patient"]) for row in sample]
    rows = []
    for a, b in random.Random(seed).sample(pairs, count):
        rows.append(
            {
                "Description": f"{sample[a]['Description']} and {sample[b]['Description']}",
                "Patient": f"{questions[a][0]} {questions[b][1]}",
                "Doctor": f"{replies[a][0]} {replies[b][1]}",
                "Status": sample[a]["Status"],
            }
        )
    return rows


def write_rows(path: Path, count: int, seed: int = 1) -> Path:
    """Write the rows as JSON Lines, unless the file holds exactly these, and return its path."""
    rows = make_rows(count, seed)
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        write_jsonl(path, rows)
    return path


def _halves(text: str) -> tuple[str, str]:
    """`text` cut near its middle, away from numbers and negations."""
    points = points_of(text, 2)
    return points[0], points[-1]
