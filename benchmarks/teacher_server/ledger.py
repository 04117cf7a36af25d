"""What the server was asked and what it was paid."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from benchmarks.teacher_server.act import Act, Seen


@dataclass
class Ledger:
    """Counters of one server's life; `counts` are the requests by the hash of their messages.

    - `paid`: answers with status 200 that were written to the end; `paid_twice`: those whose messages had been
      answered usably and to the end before; `wasted`: those of which nothing could come, and the hangs.
    - `abandoned`: answers with status 200 whose client was gone before the end. A provider charges for them too, so
      `repeated` counts the usable answers for messages that had a usable one before, abandoned or not, by the section
      (see `mark`; 0 is the first) of the one before.
    - `tokens` are those of the answers that were paid. Times are seconds of the monotonic clock.
    """

    requests: int = 0
    paid: int = 0
    paid_twice: int = 0
    wasted: int = 0
    abandoned: int = 0
    in_flight: int = 0
    max_in_flight: int = 0
    first_request_time: float | None = None
    last_answer_time: float | None = None
    section: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    repeated: Counter[int] = field(default_factory=Counter)
    by_fault: Counter[str] = field(default_factory=Counter)
    tokens: Counter[str] = field(default_factory=Counter)
    _keys: set[str] = field(default_factory=set)
    _answered: set[str] = field(default_factory=set)
    _begun: dict[str, int] = field(default_factory=dict)

    def arrive(self, seen: Seen) -> int:
        """Note a request and return how often its messages have come, this time included."""
        self.requests += 1
        self._keys.add(seen.authorization)
        if self.first_request_time is None:
            self.first_request_time = seen.time
        self.counts[seen.key] += 1
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)
        return self.counts[seen.key]

    def leave(self, key: str, act: Act, written: bool) -> None:
        """Note how a request ended; `written`: its client was there to the end."""
        self.in_flight -= 1
        if act.fault:
            self.by_fault[act.fault] += 1
        self.charge(key, act, written)

    def charge(self, key: str, act: Act, written: bool = True) -> None:
        """Note what an answer cost; the lines of a batch come here without a request of their own."""
        self.wasted += act.wasted
        if act.status != 200 or act.reset or act.hang:
            return
        self.paid += written
        self.last_answer_time = time.monotonic()
        self.abandoned += not written
        if written:
            self.tokens.update(act.completion()["usage"])
        if act.usable:
            if key in self._begun:
                self.repeated[self._begun[key]] += 1
            self._begun[key] = self.section
        if act.usable and written:
            self.paid_twice += key in self._answered
            self._answered.add(key)

    def mark(self) -> None:
        """Begin a new section: the first request and the most in flight are those from here on."""
        self.first_request_time, self.max_in_flight = None, self.in_flight
        self.section += 1

    def stats(self) -> dict[str, Any]:
        """Return everything that was counted, JSON-ready; `answered` are the messages with a usable whole answer."""
        return {
            "requests": self.requests,
            "messages": len(self.counts),
            "answered": len(self._answered),
            "paid": self.paid,
            "paid_twice": self.paid_twice,
            "repeated": self.repeated.total(),
            "repeated_of_section": dict(self.repeated),
            "wasted": self.wasted,
            "abandoned": self.abandoned,
            "by_fault": dict(sorted(self.by_fault.items())),
            "tokens": dict(self.tokens),
            "in_flight": self.in_flight,
            "max_in_flight": self.max_in_flight,
            "first_request_time": self.first_request_time,
            "last_answer_time": self.last_answer_time,
            "api_keys": len(self._keys),
        }
