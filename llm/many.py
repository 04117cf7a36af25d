"""Many requests at once, each with an outcome of its own."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from llm.endpoint import remedy
from llm.lanes import Lanes
from llm.request import FLAGGED, Reply, Request, RequestFailed
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
    ended = 0
    refused: list[RequestFailed] = []

    async def ask(request: Request) -> None:
        nonlocal ended
        outcome: Reply | RequestFailed
        try:
            outcome = await client.complete(request)
        except RequestFailed as failure:
            outcome = failure
            if 400 <= failure.status < 500 and not failure.retriable and failure.kind != FLAGGED:
                refused.append(failure)
        ended += 1
        on_outcome(request, outcome)

    await Lanes(ask).run(requests, _PER_PLACE * client.endpoint.concurrency)
    # One among answered ones is that one's fault.
    if refused and len(refused) == ended and not client.journal.usage.requests:
        raise UserError(
            f"{client.endpoint.base_url} refused all requests: {refused[-1].reason}",
            hint=remedy(refused[-1].reason),
        )
