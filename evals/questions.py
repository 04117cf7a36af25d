"""The questions of a chat JSONL file: what a model is asked, and what its answer is held against."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from settings import UserError, read_jsonl

_HINT = "chat files are made by `just prep`; each row is {messages: [{role, content}, ...], metadata: {...}}"


@dataclass(frozen=True)
class Question:
    """One row of a chat file."""

    id: int
    """0-based row of the file."""
    user: str
    system: str = ""
    answer: str | None = None
    """The teacher's outline, where the row has one."""
    reference: str | None = None
    """The doctor's reply, where it is known."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """What else the row tells: `status` (severity), `topic`, `urgent`."""
    shots: tuple[tuple[str, str], ...] = ()
    """Worked examples before it: what the user asks, and what is answered."""

    def messages(self) -> list[dict[str, str]]:
        """Return the messages of the prompt."""
        turns = [turn for shot in self.shots for turn in zip(("user", "assistant"), shot, strict=True)]
        system = [("system", self.system)] if self.system else []
        return [{"role": role, "content": text} for role, text in (*system, *turns, ("user", self.user))]

    def as_row(self) -> dict[str, Any]:
        """Return the question as JSON values."""
        return asdict(self)


def load_questions(path: str | Path, limit: int | None = None) -> list[Question]:
    """Return the questions of a chat file in their order, at most `limit` of them.

    Raises `UserError` for a file without rows and, with the line, for a row that is no system message (or none)
    and one user message before the assistant's.
    """
    rows = read_jsonl(path)
    if not rows:
        raise UserError(f"{path}: there are no questions in it", hint=_HINT)
    return [_question(row, number, f"{path}, row {number + 1}") for number, row in enumerate(rows[:limit])]


def _question(row: Mapping[str, Any], number: int, where: str) -> Question:
    messages = row.get("messages")
    if not isinstance(messages, list) or not all(_is_message(message) for message in messages):
        raise UserError(f"{where}: messages must be a list of {{role, content}}, got {type(messages).__name__}", _HINT)
    roles = [message["role"] for message in messages]
    prompt = roles[:-1] if roles[-1:] == ["assistant"] else roles
    if prompt not in (["user"], ["system", "user"]):
        raise UserError(f"{where}: a prompt is [system,] user, got {', '.join(prompt) or 'no message'}", hint=_HINT)
    texts = dict(zip(roles, (message["content"] for message in messages), strict=True))
    if not texts["user"].strip():
        raise UserError(f"{where}: the user message is blank", hint=_HINT)
    given = row.get("metadata")
    if not isinstance(given, dict | None):
        raise UserError(f"{where}: metadata must be a mapping or null, got {_shown(given)}", hint=_HINT)
    metadata = dict(given or {})
    reference = metadata.pop("reference", None)
    if not isinstance(reference, str | None):
        raise UserError(f"{where}: metadata.reference must be a text or null, got {_shown(reference)}", hint=_HINT)
    return Question(number, texts["user"], texts.get("system", ""), texts.get("assistant"), reference or None, metadata)


def _shown(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)[:120]


def _is_message(message: object) -> bool:
    return isinstance(message, dict) and all(isinstance(message.get(key), str) for key in ("role", "content"))
