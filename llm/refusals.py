"""Whether a server calls every request wrong, which is the run's fault, or one of many, which is that one's."""

import itertools
import math
import time

from llm.endpoint import Endpoint, remedy
from llm.faults import DENIED, OVERLOADED, denial, drought
from llm.journal import Journal
from llm.request import FLAGGED, RequestFailed
from settings import UserError

_ALIKE = 8
"""Refused requests from which they count as refused for one reason."""
LONGEST_DROUGHT = 300.0
"""Seconds of nothing but 429 that a run bears: far more than a quota of a minute takes to fill again."""


class Refusals:
    """The requests of a run from the first that was sent on, until one of them is answered.

    A refusal is a status from 400 to 499 that no retry mends. It stops the run where the first requests that were
    sent, 8 or more, all met the same one: while an older one is under way, that may yet be answered. What an earlier
    run was refused too does not count where that run had answers: such rows are asked about again by each run, and
    in the end there are no others.

    Access that is denied (403) stops the run where nothing was ever answered and no request is under way that may yet
    be, and otherwise where 8 requests met it since the last that was answered: a key may be revoked at any time. A
    text that the provider's filter named as such counts for neither: a sorted source has many of them in a row.

    Where the server has answered nothing but 429 for `LONGEST_DROUGHT`, a request that has used all its attempts stops
    the run as well (`drought`), instead of every row after it failing in the same way.
    """

    def __init__(self, endpoint: Endpoint, journal: Journal) -> None:
        self._endpoint = endpoint
        self._journal = journal
        self._numbers = itertools.count()
        self._under_way: set[int] = set()
        self._refused: list[tuple[int, RequestFailed]] = []
        """With the number of each request."""
        self._answered = False
        self._has_answers = journal.usage.requests > 0
        self._drought: tuple[float, RequestFailed] | None = None
        """Since when there is nothing but 429, and the last one."""

    def sent(self) -> int:
        """Return the number of a request that is sent now."""
        number = next(self._numbers)
        self._under_way.add(number)
        return number

    def recorded(self) -> None:
        """Note that an earlier run had an answer."""
        self._has_answers = True

    def answered(self, number: int) -> None:
        """Note that a request had an answer: nothing that was refused before counts any more."""
        self._under_way.discard(number)
        self._answered = True
        self._drought = None
        self._refused = [(n, failure) for n, failure in self._refused if failure.status == DENIED and n > number]

    def failed(self, number: int, fingerprint: str, subject: str, failure: RequestFailed) -> None:
        """Note that a request failed; the journal has it already."""
        self._under_way.discard(number)
        since = self._drought[0] if self._drought else time.monotonic()
        self._drought = (since, failure) if failure.status == OVERLOADED else None
        if failure.kind == FLAGGED:
            return
        if failure.retriable or not 400 <= failure.status < 500 or (self._answered and failure.status != DENIED):
            return
        if not (self._has_answers and self._refused_before(fingerprint, subject, failure.status)):
            self._refused.append((number, failure))

    def stop(self) -> UserError | None:
        """Return the message that ends the run, where all requests would be refused; else None."""
        oldest = min(self._under_way, default=math.inf)
        first = [failure for number, failure in self._refused if number < oldest]
        alike = [failure for failure in first if failure.status == first[-1].status]
        if alike and alike[-1].status == DENIED:
            never = not (self._answered or self._has_answers or self._under_way)
            return denial(alike[-1], self._endpoint) if never or len(alike) >= _ALIKE else None
        if len(alike) < _ALIKE:
            return None
        return UserError(
            f"{self._endpoint.base_url} called the first {len(alike)} requests wrong and answered none "
            f"({alike[-1].reason})",
            hint=f"{remedy(alike[-1].reason)}; nothing was paid for these requests, and the same command asks for them "
            "again",
        )

    def drought(self) -> UserError | None:
        """Return the message that ends the run, where the server has long answered nothing but 429; else None.

        For a request that has used all its attempts. Batches do not ask: hours pass between two of them.
        """
        # A request under way may yet be answered: a server that takes one at a time refuses the others meanwhile.
        if self._drought is None or self._under_way:
            return None
        since, last = self._drought
        lasted = time.monotonic() - since
        return drought(last, lasted / 60, self._endpoint) if lasted >= LONGEST_DROUGHT else None

    def _refused_before(self, fingerprint: str, subject: str, status: int) -> bool:
        lines = [line for line in self._journal.about(subject) if line["fingerprint"] == fingerprint]
        return sum(str(line["error"]).startswith(f"HTTP {status}") for line in lines) > 1
