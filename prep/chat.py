"""Kept rows as conversations, in the shape that the trainer and the evaluation read."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from outline import StructureSpec
from prep import fingerprint
from prep.consultation import Consultation
from prep.conversion import Conversion
from settings import write_jsonl

ChatRow = dict[str, Any]


def system_prompt(template: str, spec: StructureSpec) -> str:
    """Return what the student is told at training and at evaluation alike."""
    return spec.fill(template).strip()


def training_row(conversion: Conversion, system: str) -> ChatRow:
    """Return system, user and assistant message of a kept row, with where they come from."""
    row = question_row(conversion.consultation, system)
    row["messages"].append({"role": "assistant", "content": conversion.outline})
    row["metadata"] |= {"teacher": conversion.teacher, "fingerprint": conversion.turns[-1].fingerprint}
    return row


def question_row(row: Consultation, system: str) -> ChatRow:
    """Return the same without an answer: nothing taught it, so it has no teacher."""
    return {
        "messages": [{"role": "system", "content": system}, {"role": "user", "content": row.question()}],
        "metadata": {
            "index": row.index,
            "status": row.status,
            "reference": row.doctor,
            "teacher": None,
            "fingerprint": fingerprint.of_request(row, None, None, 0),
        },
    }


def write_questions(folder: Path, questions: Sequence[ChatRow]) -> list[Path]:
    """Write the held-out questions where there are any, and return the file."""
    file = folder / "questions.jsonl"
    if not questions:
        file.unlink(missing_ok=True)
        return []
    write_jsonl(file, questions)
    return [file]
