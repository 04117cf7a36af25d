"""The journal in a client's place: every question that was asked before is answered, and nothing is sent."""

from collections.abc import Callable

from llm.endpoint import Endpoint
from llm.estimate import Estimate
from llm.journal import Journal
from llm.request import NotSent, Reply, Request, recorded_reply


class RecordedClient:
    """Answers from the journal alone.

    `estimate` learns from each answer that the journal has, and `on_missing` hears of each request that it has none to:
    what a run would send next.
    """

    def __init__(
        self, endpoint: Endpoint, journal: Journal, on_missing: Callable[[Request], None], estimate: Estimate
    ) -> None:
        self.endpoint = endpoint
        self.journal = journal
        self._on_missing = on_missing
        self._estimate = estimate

    async def complete(self, request: Request) -> Reply:
        """Return the recorded answer; raises `NotSent` where there is none."""
        recorded = self.journal.answer(request.fingerprint)
        if recorded is None:
            self._on_missing(request)
            raise NotSent("not asked", "the journal holds no answer to this request")
        reply = recorded_reply(recorded)
        self._estimate.learn(request, reply.usage)
        return reply
