"""An append-only record of requests: what was paid for is on disk before anything is done with it."""

import hashlib
import json
import logging
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from llm.redact import Redactor
from llm.storage import lock, writing
from llm.usage import Usage
from settings import UserError

_LOG = logging.getLogger(__name__)
VERSION = 3
"""Of the line format."""
_READABLE = (1, 2, VERSION)
"""Version 1 had no `subject`: its answers are found by their fingerprint alone. Version 2 settled nothing."""
_HEADER = {"version", "made_with"}
_SETTLED = {"version", "settled"}
_ENTRY = {"version", "fingerprint", "response", "usage", "error"}

Asked = Literal["never", "lately", "before"]
"""Of a subject: it is new; it was asked about and not settled since; it was settled."""
Place = tuple[int, int]
"""Offset and length of a line, in bytes."""


class Journal:
    """A JSON Lines file, one line a request, found again by the request's fingerprint or by its subject.

    A line goes to the operating system at once, so a killed process loses none; `save_every` seconds is how often it
    is forced to the disk itself, which is what a power cut can lose. One process at a time holds a journal; memory
    holds an offset a request, no answers. Lines of their own tell what the requests below them were made with, and
    which subjects were settled.
    """

    def __init__(self, path: str | Path, save_every: float, redact: Redactor | None = None) -> None:
        """Open or begin a journal. Raises `UserError` when it is in use, cannot be opened or has another version."""
        self.path = Path(path)
        self.usage = Usage()
        """Of every answered request that the journal holds, those of earlier runs among them."""
        self.redact = redact or Redactor(())
        self._save_every = save_every
        self._answers: dict[str, Place] = {}
        self._subjects: dict[str, list[Place]] = {}
        self._unsettled: set[str] = set()
        self._file = self._open()
        self.made_with: dict[str, Any] | None = None
        """What the last requests were made with: model, parameters, hashes of the prompts; None: nothing was asked, or
        the lines are of a version that did not tell."""
        try:
            self._size = self._known = self._load()
        except BaseException:
            os.close(self._file)
            raise
        self._left = frozenset(self._unsettled)
        """Subjects that earlier runs left unsettled."""
        self._saved = time.monotonic()

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def answer(self, fingerprint: str) -> dict[str, Any] | None:
        """Return the recorded line of an answered request, None for one that has no answer yet."""
        place = self._answers.get(fingerprint)
        return self._read(place) if place else None

    def about(self, subject: str) -> list[dict[str, Any]]:
        """Return every line about a subject, failed requests too, in the order in which they were recorded."""
        return [self._read(place) for place in self._subjects.get(subject, ())]

    def asked(self, subject: str) -> Asked:
        """Tell whether requests about a subject had been recorded when this journal was opened, and what came of them.

        "lately": the subject was not settled, so there may be more to ask about it.
        """
        first = next(iter(self._subjects.get(subject, ())), None)
        if first is None or first[0] >= self._known:
            return "never"
        return "lately" if subject in self._left else "before"

    def settle(self, subject: str) -> None:
        """Note that nothing more is to be asked about a subject, until something is all the same."""
        if subject in self._unsettled:
            self._write({"settled": subject})
            self._unsettled.discard(subject)

    def begin(self, made_with: dict[str, Any]) -> None:
        """Note what the requests from now on are made with, where that is new."""
        before, self.made_with = self.made_with, made_with
        if before != made_with:
            self._write({"made_with": made_with})

    def record(self, entry: dict[str, Any]) -> None:
        """Append one request: `fingerprint`, `subject`, `turn`, `response` (None without one), `usage`, `error`,
        `attempt`, `seconds`.

        Raises `UserError` when the disk is full; the lines before stay whole.
        """
        entry = {**entry, "made_with": identity(self.made_with)}
        self._index(entry, self._write(entry))

    def _write(self, entry: Mapping[str, Any]) -> Place:
        line = (self.redact(json.dumps({"version": VERSION, **entry}, ensure_ascii=False)) + "\n").encode(
            "utf-8", "replace"
        )
        with writing(self.path):
            try:
                self._append(line)
                if time.monotonic() - self._saved >= self._save_every:
                    self._save()
            except OSError:
                os.ftruncate(self._file, self._size)
                raise
        self._size += len(line)
        return self._size - len(line), len(line)

    def close(self) -> None:
        """Force everything to the disk and let the journal go; closing twice does no harm."""
        if self._file < 0:
            return
        with writing(self.path):
            try:
                self._save()
            finally:
                os.close(self._file)
                self._file = -1

    def _open(self) -> int:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as error:
            raise UserError(f"{self.path}: the journal cannot be opened: {error.strerror}") from error
        lock(file, self.path, "this journal")
        return file

    def _read(self, place: Place) -> dict[str, Any]:
        return json.loads(os.pread(self._file, place[1], place[0]))

    def _load(self) -> int:
        """Index the lines on disk, cut off a torn last one, and return the size of what is left, in bytes."""
        end, size = 0, os.fstat(self._file).st_size
        for number, offset, line in self._lines():
            if not line.endswith(b"\n"):
                break
            end = offset + len(line)
            try:
                self._index(_entry(line, self.path), (offset, len(line)))
            except (ValueError, TypeError) as error:
                _LOG.warning("%s, line %d is left out: %s", self.path, number, error)
        if end < size:
            _LOG.warning("%s: the last line was torn by an interruption; it is dropped", self.path)
            os.ftruncate(self._file, end)
        return end

    def _lines(self) -> Iterator[tuple[int, int, bytes]]:
        offset = 0
        with self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                yield number, offset, line
                offset += len(line)

    def _index(self, entry: dict[str, Any], place: Place) -> None:
        if "settled" in entry:
            self._unsettled.discard(entry["settled"])
            return
        if "fingerprint" not in entry:
            self.made_with = entry["made_with"]
            return
        if entry["usage"] is not None:
            self.usage += Usage(**entry["usage"])
        if entry["response"] is not None and entry["error"] is None:
            self._answers[entry["fingerprint"]] = place
        if entry.get("subject") is not None:
            self._subjects.setdefault(entry["subject"], []).append(place)
            self._unsettled.add(entry["subject"])

    def _append(self, line: bytes) -> None:
        rest = memoryview(line)
        while rest:
            rest = rest[os.write(self._file, rest) :]

    def _save(self) -> None:
        os.fsync(self._file)
        self._saved = time.monotonic()


def identity(made_with: dict[str, Any] | None) -> str:
    """Return what a line says for what its request was made with; short, since every line repeats it."""
    return hashlib.sha256(json.dumps(made_with, sort_keys=True).encode()).hexdigest()[:12]


def _entry(line: bytes, path: Path) -> dict[str, Any]:
    """Raises `ValueError` (which a JSON or Unicode error is too) with the reason for a line that is no entry."""
    entry = json.loads(line)
    if not isinstance(entry, dict) or not (entry.keys() >= _ENTRY or entry.keys() in (_HEADER, _SETTLED)):
        raise ValueError("it is no entry of a journal")
    if entry["version"] not in _READABLE:
        raise UserError(
            f"{path}: the journal has format {entry['version']}, this program reads {_READABLE[0]} to {VERSION}",
            hint="use the release that wrote it, or give this run another folder with --out",
        )
    return entry
