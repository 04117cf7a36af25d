"""When a request that failed is sent again: one policy for all that goes to an endpoint."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_random_exponential

from llm.endpoint import Endpoint
from llm.faults import LONGEST_PAUSE
from llm.request import NotSent, RequestFailed

_LOG = logging.getLogger(__name__)
_LONG_WAIT = 30.0
_SPREAD = 0.25
"""Seconds over which requests that were told the same Retry-After come back."""


def policy(endpoint: Endpoint, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> AsyncRetrying:
    """Return the policy of one request: `endpoint.attempts` sends, a Retry-After or longer and longer waits between.

    Only a `RequestFailed` that is retriable is retried; the last one is raised. `sleep` takes seconds.
    """
    backoff = wait_random_exponential(multiplier=endpoint.first_wait, max=endpoint.longest_wait)

    def wait(state: RetryCallState) -> float:
        failure = state.outcome.exception() if state.outcome else None
        asked = failure.wait if isinstance(failure, RequestFailed) else None
        seconds = backoff(state) if asked is None else asked + random.uniform(0, _SPREAD)
        if seconds > _LONG_WAIT:
            _LOG.warning("%s: trying again in %.0f s (%s)", endpoint.base_url, seconds, failure)
        return seconds

    return AsyncRetrying(
        stop=stop_after_attempt(endpoint.attempts),
        wait=wait,
        sleep=sleep,
        retry=retry_if_exception(_is_worth_a_retry),
        reraise=True,
    )


def _is_worth_a_retry(error: BaseException) -> bool:
    if not isinstance(error, RequestFailed) or isinstance(error, NotSent):
        return False
    return error.retriable and (error.wait or 0) <= LONGEST_PAUSE
