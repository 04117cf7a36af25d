"""The completions of one model in one run, kept as they are made: a killed run goes on after its last batch."""

import json
import logging
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evals.fingerprint import changed_parts, question_key
from evals.hashes import key_of
from evals.questions import Question
from llm.request import ENDED
from settings import load_json, write_jsonl, write_text

log = logging.getLogger(__name__)


UNKNOWN = "unknown"
FINISH_REASONS = {
    UNKNOWN: UNKNOWN,
    **dict.fromkeys(ENDED, "stop"),
    **dict.fromkeys(("length", "max_tokens"), "length"),
    "content_filter": UNKNOWN,
}
"""Why an answer ended, in the words of other servers too, in small letters."""


@dataclass(frozen=True)
class Completion:
    """What a model answered to one question."""

    id: int
    """Row of the question."""
    sample: int
    """0 for the first completion of a question, and for the only one."""
    prompt: str
    """With the chat template applied, as the model saw it."""
    completion: str
    finish_reason: str
    """`stop` at an end token, `length` at the limit of new tokens; `UNKNOWN` where nobody said."""
    tokens: int
    """Generated tokens, the end token not counted."""
    seconds: float
    """Share of the batch's time: its seconds divided by its size."""


class CompletionStore:
    """`completions.jsonl` of one model on one task, keyed by its fingerprint and by each question's messages.

    A line that another fingerprint made, or that a kill tore, is left out when the file is next written.
    """

    def __init__(self, folder: Path, parts: dict[str, Any], questions: Sequence[Question], samples: int = 1) -> None:
        self.path = folder / "completions.jsonl"
        self._parts_path = folder / "fingerprint.json"
        self._key = key_of(parts)
        self._questions = {question.id: question_key(question) for question in questions}
        self._parts = parts
        self.samples = samples
        self.done: dict[tuple[int, int], Completion] = {}
        """By question and sample."""
        self._load()

    @property
    def total(self) -> int:
        """Number of completions that belong here."""
        return len(self._questions) * self.samples

    def missing(self) -> int:
        """Return how many completions are not there yet."""
        return self.total - len(self.done)

    def of_sample(self, sample: int) -> dict[int, Completion]:
        """Return what there is of one sample, by question."""
        return {id: completion for (id, number), completion in self.done.items() if number == sample}

    def open(self) -> None:
        """Make the file ready for `append`: only what is re-used stays in it."""
        write_jsonl(self.path, [self._row(completion) for completion in self.done.values()])
        write_text(self._parts_path, json.dumps(self._parts, indent=1) + "\n")

    def append(self, completions: Sequence[Completion]) -> None:
        """Add a batch and flush it to the disk."""
        with self.path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(self._row(completion), ensure_ascii=False) + "\n" for completion in completions)
            file.flush()
            os.fsync(file.fileno())
        self.done |= {(completion.id, completion.sample): completion for completion in completions}

    def _row(self, completion: Completion) -> dict[str, Any]:
        return asdict(completion) | {"question": self._questions[completion.id], "key": self._key}

    def _load(self) -> None:
        if not self.path.is_file():
            return
        ids = {key: id for id, key in reversed(self._questions.items())}
        others = 0
        for line in self.path.read_bytes().split(b"\n"):
            row = _parsed(line)
            if row is None:
                continue
            if row.get("key") != self._key:
                others += 1
                continue
            id = row["id"] if self._questions.get(row["id"]) == row["question"] else ids.get(row["question"])
            if id is not None and row["sample"] < self.samples:
                fields: dict[str, Any] = {name: row[name] for name in Completion.__dataclass_fields__}
                fields["id"] = id
                self.done[id, row["sample"]] = Completion(**fields)
        if others:
            log.warning("%s: %d completions are not re-used: %s changed", self.path, others, self._reason())

    def _reason(self) -> str:
        if not self._parts_path.is_file():
            return "the model or how it is run"
        kept = json.loads(self._parts_path.read_text(encoding="utf-8"))
        return ", ".join(changed_parts(kept, self._parts)) or "where they come from"


def _parsed(line: bytes) -> dict[str, Any] | None:
    """A line's object; None for a blank line and for the last one of a killed run, which may be torn anywhere."""
    try:
        return load_json(line.decode())
    except ValueError:
        return None
