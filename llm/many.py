"""Many requests at once, each with an outcome of its own."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from llm.endpoint import CHECK
from llm.lanes import Lanes
from llm.request import Reply, Request, RequestFailed
from settings import UserError

if TYPE_CHECKING:
    from llm.client import ChatClient

_PER_PLACE = 2
"""Requests at work for each that may be in flight: one that waits for a retry holds no place."""


async def ask_all(
    client: "ChatClient", requests: Iterable[Request], on_outcome: Callable[[Request, Reply | RequestFailed], None]
) -> None:
    """Ask for all requests; `on_outcome` hears of each as it ends, in any order, with the reply or with its failure.

    One request that fails stops no other. Raises `UserError` where the endpoint would refuse all of them, or did:
    when every request was called wrong (a status from 400 to 499) and the journal holds no answer at all.
    """
    outcomes = _Outcomes(client, on_outcome)
    await Lanes(outcomes.ask).run(requests, _PER_PLACE * client.endpoint.concurrency)
    outcomes.refuse()


class _Outcomes:
    """What became of the requests, counted as far as it says whether the endpoint refuses them all."""

    def __init__(self, client: "ChatClient", tell: Callable[[Request, Reply | RequestFailed], None]) -> None:
        self._client = client
        self._tell = tell
        self._refused: list[RequestFailed] = []
        self._others = False
        """Whether a request ended otherwise than refused."""

    async def ask(self, request: Request) -> None:
        """Ask, and tell of the reply or of its failure."""
        try:
            outcome = await self._client.complete(request)
        except RequestFailed as failure:
            outcome = failure
        self._count(outcome)
        self._tell(request, outcome)

    def _count(self, outcome: Reply | RequestFailed) -> None:
        if isinstance(outcome, RequestFailed) and 400 <= outcome.status < 500 and not outcome.retriable:
            self._refused.append(outcome)
        else:
            self._others = True

    def refuse(self) -> None:
        """Raise `UserError` where every request was refused; one among answered ones is that one's fault."""
        if self._refused and not self._others and not self._client.journal.usage.requests:
            raise UserError(
                f"{self._client.endpoint.base_url} refused all requests: {self._refused[-1].reason}",
                hint=CHECK,
            )
