"""The lines of a batch's output and error files, as lines of the journal."""

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from llm.batch_files import Batch
from llm.client import usage_of
from llm.endpoint import Endpoint
from llm.estimate import Estimate
from llm.faults import read_answer, read_status, stop_for
from llm.journal import Journal
from llm.refusals import Refusals
from llm.request import RequestFailed
from settings import UserError

if TYPE_CHECKING:
    from openai.types import Batch as Answered

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Failure:
    attempts: int
    last: RequestFailed


class Answers:
    """Records what came of each request of a batch, and remembers those that failed in this run."""

    def __init__(self, endpoint: Endpoint, journal: Journal) -> None:
        self.estimate = Estimate(endpoint)
        self._endpoint = endpoint
        self._journal = journal
        self._failures: dict[str, _Failure] = {}
        self._refusals = Refusals(endpoint, journal)
        self._stop: UserError | None = None

    def final(self, fingerprint: str) -> RequestFailed | None:
        """Return the failure of a request that this run is not to send again; None for any other."""
        failure = self._failures.get(fingerprint)
        if failure and (not failure.last.retriable or failure.attempts >= self._endpoint.attempts):
            return failure.last
        return None

    def check(self) -> None:
        """Raise `UserError` where what failed would fail for every other request too."""
        stop = self._stop or self._refusals.stop()
        if stop is not None:
            raise stop

    @contextmanager
    def of(self, batch: Batch, now: "Answered") -> Iterator[Callable[[bytes], None]]:
        """Give a function that records one line of a file; what no line spoke of is recorded as failed at the end."""
        asked_with = self._journal.made_with
        if batch.made_with:
            self._journal.begin(batch.made_with)
        collected = _Collected(self, self._journal, batch, now)
        try:
            yield collected.take
            collected.end()
        finally:
            if asked_with:
                self._journal.begin(asked_with)

    def answered(self, fingerprint: str) -> None:
        """Note that a request has its answer; the journal has it already."""
        self._failures.pop(fingerprint, None)
        self._refusals.answered(self._refusals.sent())

    def failed(self, fingerprint: str, subject: str, failure: RequestFailed) -> None:
        """Note that a request failed, and whether the run must stop for it."""
        before = self._failures.get(fingerprint)
        self._failures[fingerprint] = _Failure(before.attempts + 1 if before else 1, failure)
        self._stop = self._stop or stop_for(failure, self._endpoint)
        self._refusals.failed(self._refusals.sent(), fingerprint, subject, failure)

    def attempt(self, fingerprint: str) -> int:
        """Return which attempt of this run the next one is, from 1."""
        failure = self._failures.get(fingerprint)
        return failure.attempts + 1 if failure else 1


class _Collected:
    def __init__(self, answers: Answers, journal: Journal, batch: Batch, now: "Answered") -> None:
        self._answers = answers
        self._estimate = answers.estimate
        self._journal = journal
        self._batch = batch
        self._status = now.status
        ended = now.completed_at or now.expired_at or now.cancelled_at or now.created_at
        self._seconds = float(ended - now.created_at)
        self._left = batch.subjects()

    def take(self, line: bytes) -> None:
        try:
            said = json.loads(self._journal.redact(line.decode()))
            held = self._left.pop(said["custom_id"])
        except (ValueError, KeyError, TypeError):
            _LOG.warning("batch %s: a line that answers no request is left out: %.100r", self._batch.batch_id, line)
            return
        self._record(said["custom_id"], *held, said)

    def end(self) -> None:
        for fingerprint, held in self._left.items():
            said = {"error": {"message": f"the batch is {self._status}, and nothing came of this request"}}
            self._record(fingerprint, *held, said)

    def _record(self, fingerprint: str, subject: str, turn: int, characters: int, said: dict[str, Any]) -> None:
        if self._is_known(fingerprint, subject):
            return
        response = said.get("response")
        response = response if isinstance(response, dict) else {}
        body, failure = response.get("body"), None
        usage = usage_of(body)
        try:
            _check(said, response)
            reply = read_answer(body)
            usage = self._estimate.fill(reply.usage, characters, reply.content)
        except RequestFailed as error:
            failure, body = error, body if error.body is None else error.body
        self._journal.record(
            {
                "fingerprint": fingerprint,
                "subject": subject,
                "turn": turn,
                "response": body,
                "usage": usage.as_dict() if usage else None,
                "error": failure.reason if failure else None,
                "attempt": self._answers.attempt(fingerprint),
                "seconds": self._seconds,
                "batch": self._batch.batch_id,
            }
        )
        if failure:
            self._answers.failed(fingerprint, subject, failure)
        else:
            self._answers.answered(fingerprint)

    def _is_known(self, fingerprint: str, subject: str) -> bool:
        """Whether a run that was killed over this batch has recorded the request already."""
        recorded = self._journal.about(subject)
        return any(
            line["fingerprint"] == fingerprint and line.get("batch") == self._batch.batch_id for line in recorded
        )


def _check(said: dict[str, Any], response: dict[str, Any]) -> None:
    """Raise `RequestFailed` for a line that tells of an error."""
    if error := said.get("error"):
        told = error if isinstance(error, dict) else {"message": error}
        reason = ": ".join(str(told[name]) for name in ("code", "message") if told.get(name))
        raise RequestFailed(reason or "the batch gave no reason", retriable=True)
    status = response.get("status_code", 200)
    if status != 200:
        raise read_status(status, json.dumps(response.get("body"), ensure_ascii=False))
