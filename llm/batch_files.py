"""What is kept of batches on disk, so that a run that was killed finds those that it sent.

In one folder, each batch has `NAME.jsonl` (the requests in the provider's format, as they are uploaded),
`NAME.subjects.jsonl` (what each is about) and, from its upload until its last answer is in the journal, `NAME.json`.
NAME begins the SHA-256 of the first. A batch whose `NAME.json` is missing was never created at the provider.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from llm.endpoint import Endpoint
from llm.request import Request
from llm.storage import writing
from settings import UserError, iterate_jsonl, read_jsonl, write_text

URL = "/v1/chat/completions"
_NAME = 16
_MEGABYTE = 10**6


@dataclass(frozen=True)
class Batch:
    """A batch of `requests` requests that cost `worst` US dollars at the most.

    `file_id` and `batch_id` are the provider's; `batch_id` is None until the provider has told it. `made_with` is
    what the journal said of the requests when they were written.
    """

    folder: str
    input: str
    requests: int
    worst: float
    base_url: str
    made_with: dict[str, Any] | None
    file_id: str | None = None
    batch_id: str | None = None

    @property
    def path(self) -> Path:
        """The requests in the provider's format."""
        return Path(self.folder) / f"{self.input[:_NAME]}.jsonl"

    @property
    def state(self) -> Path:
        return self.path.with_suffix(".json")

    def keep(self, **ids: str) -> "Batch":
        """Return the batch with the ids that were told, once they are on disk."""
        batch = replace(self, **ids)
        values = {name: value for name, value in asdict(batch).items() if name != "folder"}
        write_text(self.state, json.dumps(values) + "\n")
        return batch

    def subjects(self) -> dict[str, tuple[str, int, int]]:
        """Return subject, turn and characters of the prompt of each request by its fingerprint.

        An earlier release did not tell the characters: 0.
        """
        rows = iterate_jsonl(_subjects(self.path))
        return {row["fingerprint"]: (row["subject"], row["turn"], row.get("characters", 0)) for row in rows}

    def forget(self) -> None:
        """Remove what makes a later run ask for it; the rest is removed by `under_way` or `clear`."""
        self.state.unlink(missing_ok=True)


def noted(folder: Path) -> list[Batch]:
    """Return the batches that an earlier run sent, or was about to."""
    return [Batch(folder=str(folder), **_state(path)) for path in sorted(folder.glob("*.json"))]


def under_way(folder: Path) -> list[Batch]:
    """Return the same; files of other batches are removed."""
    found = noted(folder)
    wanted = {path for batch in found for path in (batch.state, batch.path, _subjects(batch.path))}
    for path in folder.glob("*"):
        if path not in wanted:
            path.unlink()
    return found


def clear(folder: Path) -> None:
    """Remove the folder and all that is left in it, once no batch is under way."""
    if folder.exists() and not under_way(folder):
        folder.rmdir()


class Drafts:
    """Writes requests to the files of new batches, each within the limits; memory does not grow with them."""

    def __init__(self, folder: Path, endpoint: Endpoint, requests: int, megabytes: float) -> None:
        self._folder = folder
        self._endpoint = endpoint
        self._most = requests, megabytes * _MEGABYTE
        self._open: _Draft | None = None
        self._done: list[_Draft] = []

    def add(self, request: Request, worst: float) -> None:
        """Write one request, which costs `worst` US dollars at the most."""
        body = self._endpoint.body(request.messages)
        line = {"custom_id": request.fingerprint, "method": "POST", "url": URL, "body": body}
        text = (json.dumps(line) + "\n").encode()
        if self._open is None or self._open.is_full(len(text), *self._most):
            self._end()
            self._open = _Draft(self._folder / f"draft-{len(self._done)}.jsonl")
        self._open.add(request, text, worst)

    def take(self, made_with: dict[str, Any] | None) -> list[Batch]:
        """Return the batches that the requests since the last call make."""
        self._end()
        done, self._done = self._done, []
        return [draft.batch(self._endpoint.base_url, made_with) for draft in done]

    def _end(self) -> None:
        if self._open is not None:
            self._open.close()
            self._done.append(self._open)
            self._open = None


class _Draft:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._hash = hashlib.sha256()
        self._requests, self._size, self._worst = 0, 0, 0.0
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lines = path.open("wb")
            self._about = _subjects(path).open("w", encoding="utf-8")

    def is_full(self, size: int, requests: int, bytes_: float) -> bool:
        """Whether a line of `size` bytes would be one too many."""
        return self._requests >= requests or self._size + size > bytes_

    def add(self, request: Request, text: bytes, worst: float) -> None:
        """Write the line of a request, `text`, which may cost up to `worst` US dollars."""
        about = {
            "fingerprint": request.fingerprint,
            "subject": request.subject,
            "turn": request.turn,
            "characters": request.characters,
        }
        with writing(self.path):
            self._lines.write(text)
            self._about.write(json.dumps(about) + "\n")
        self._hash.update(text)
        self._requests, self._size, self._worst = self._requests + 1, self._size + len(text), self._worst + worst

    def close(self) -> None:
        with writing(self.path):
            self._lines.close()
            self._about.close()

    def batch(self, base_url: str, made_with: dict[str, Any] | None) -> Batch:
        made = Batch(str(self.path.parent), self._hash.hexdigest(), self._requests, self._worst, base_url, made_with)
        self.path.replace(made.path)
        _subjects(self.path).replace(_subjects(made.path))
        return made


def _subjects(path: Path) -> Path:
    return path.with_suffix(".subjects.jsonl")


def _state(path: Path) -> dict[str, Any]:
    rows = read_jsonl(path)
    if [row.keys() for row in rows] != [Batch.__dataclass_fields__.keys() - {"folder"}]:
        raise UserError(f"{path}: this is not the note of a batch", hint="remove it if the provider has no such batch")
    return rows[0]
