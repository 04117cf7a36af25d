"""One chat completion, whatever it takes: journal first, then the wire, with one retry policy."""

import asyncio
import json
import logging
import time
from dataclasses import replace
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

import httpx2
from openai import AsyncOpenAI, DefaultAioHttpClient

from llm.budget import Budget
from llm.endpoint import Endpoint
from llm.estimate import Estimate
from llm.faults import FAULTS, is_overload, read_answer, read_fault, stop_for
from llm.journal import Journal
from llm.limiter import Limiter
from llm.refusals import Refusals
from llm.request import Reply, Request, RequestFailed, recorded_reply
from llm.retries import policy
from llm.usage import Usage
from settings import UserError, is_loopback

_LOG = logging.getLogger(__name__)


def connect(endpoint: Endpoint, api_key: str | None, connections: int) -> AsyncOpenAI:
    """Return the SDK's client, which retries nothing by itself and holds so many connections at most."""
    room = httpx2.Limits(max_connections=connections, max_keepalive_connections=connections)
    return AsyncOpenAI(
        base_url=endpoint.base_url,
        api_key=api_key or "none",
        max_retries=0,
        timeout=endpoint.timeout,
        # A proxy of the environment knows nothing of a server on this machine.
        http_client=DefaultAioHttpClient(limits=room, trust_env=not is_loopback(urlsplit(endpoint.base_url).hostname)),
    )


class ChatClient:
    """Asks an OpenAI-compatible endpoint; everything that it is told goes to the journal before it is returned.

    Use as an async context manager. Errors: `RequestFailed` for a request that found no answer within its attempts,
    `settings.UserError` where the endpoint would refuse every other request too, and for a full disk; whatever is
    under way then still ends, since it is paid for, and nothing more is sent.
    """

    def __init__(self, endpoint: Endpoint, journal: Journal, api_key: str | None, budget: Budget | None = None) -> None:
        """`budget`: in place of one that `endpoint.max_cost` sets to the journal's usage."""
        self.endpoint = endpoint
        self.journal = journal
        self.limiter = Limiter(endpoint.concurrency, endpoint.requests_per_minute, endpoint.tokens_per_minute)
        self.estimate = Estimate(endpoint)
        self._budget = budget or Budget(endpoint.max_cost, lambda: journal.usage.cost(endpoint.prices))
        self._openai = connect(endpoint, api_key, endpoint.concurrency)
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        """One for each request that somebody asks or waits for."""
        self._refusals = Refusals(endpoint, journal)
        self._stop: UserError | None = None
        self._stopped = asyncio.Event()
        self._warned = False

    async def __aenter__(self) -> "ChatClient":
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self._openai.close()

    async def complete(self, request: Request) -> Reply:
        """Return the answer to a request, from the journal where it holds one for its fingerprint.

        Two callers with one fingerprint pay once: the second waits for the first.
        """
        turn = self._asking.setdefault(request.fingerprint, asyncio.Lock())
        async with turn:
            recorded = self.journal.answer(request.fingerprint)
            if recorded is not None:
                self._refusals.recorded()
                return recorded_reply(recorded)
            return await self._ask(request)

    async def _ask(self, request: Request) -> Reply:
        try:
            async for attempt in policy(self.endpoint, self._sleep):
                with attempt:
                    return await self._send(request, attempt.retry_state.attempt_number)
        except RequestFailed as failure:
            stop = stop_for(failure, self.endpoint) or self._refusals.drought() or self._refusals.stop()
            if stop is not None:
                self._halt(stop)
                raise stop from failure
            raise
        except UserError as stop:
            self._halt(stop)
            raise
        raise AssertionError("the policy ends with an answer or an error")

    def _halt(self, stop: UserError) -> None:
        self._stop = self._stop or stop
        self._stopped.set()

    async def _sleep(self, seconds: float) -> None:
        """Wait, but not once everything stops."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopped.wait()
        except TimeoutError:
            pass

    async def _send(self, request: Request, attempt: int) -> Reply:
        async with self.limiter.slot(self.estimate.tokens(request), again=attempt > 1) as slot:
            if self._stop is not None:
                raise self._stop
            with self._budget.hold(self.estimate.worst(request)):
                number = self._refusals.sent()
                try:
                    reply = await self._exchange(request, attempt)
                except RequestFailed as failure:
                    self._refusals.failed(number, request.fingerprint, request.subject, failure)
                    if is_overload(failure):
                        slot.refused()
                    raise
            slot.answered(reply.usage.tokens)
        self.estimate.learn(request, reply.usage)
        self._refusals.answered(number)
        return reply

    async def _exchange(self, request: Request, attempt: int) -> Reply:
        """Send once; what came back is in the journal before this returns or raises."""
        started = time.monotonic()
        body: Any = None
        try:
            body = self.journal.redact(await self._post(request))
            body = _parse(body)
            reply = read_answer(body)
            usage = self.estimate.fill(reply.usage, request.characters, reply.content)
        except (*FAULTS, RequestFailed) as error:
            known = isinstance(error, RequestFailed)
            failure = error if known else read_fault(error, self.endpoint.timeout, self.journal.redact)
            self._warn(failure)
            said = failure.body if body is None and failure.body else body
            usage = self._usage_of_unusable(request, body)
            if failure.may_be_billed and (usage is None or usage.uncounted):
                # Of an answer that broke off the rest may be paid for as well.
                billed = usage.cost(self.endpoint.prices) if usage else 0.0
                self._budget.keep(max(0.0, self.estimate.worst(request) - billed))
            self._record(request, said, usage, failure.reason, attempt, started)
            raise failure from error
        self._record(request, body, usage, None, attempt, started)
        return replace(reply, usage=usage)

    def _usage_of_unusable(self, request: Request, body: Any) -> Usage | None:
        """What a body that is no answer was paid with: JSON that broke off was an answer, a gateway's page was none."""
        if isinstance(body, str) and body.lstrip().startswith("{"):
            return self.estimate.fill(Usage(requests=1), request.characters, body)
        return usage_of(body)

    def _warn(self, failure: RequestFailed) -> None:
        """Retries go on for minutes; that nothing answers is worth saying at once, and once."""
        if failure.unreachable and not self._warned:
            self._warned = True
            _LOG.warning("%s: %s; trying again", self.endpoint.base_url, failure.reason)

    async def _post(self, request: Request) -> str:
        # The SDK's own time-out starts anew with every keep-alive line, so a server that sends them could hang a
        # request for ever.
        async with asyncio.timeout(self.endpoint.timeout):
            # chat.completions.create walks through every message with its types, a fifth of the time of a request.
            body = self.endpoint.body(request.messages)
            response = await self._openai.post("/chat/completions", cast_to=httpx2.Response, body=body)
            return response.text

    def _record(
        self, request: Request, response: Any, usage: Usage | None, error: str | None, attempt: int, started: float
    ) -> None:
        self.journal.record(
            {
                "fingerprint": request.fingerprint,
                "subject": request.subject,
                "turn": request.turn,
                "response": response,
                "usage": usage.as_dict() if usage else None,
                "error": error,
                "attempt": attempt,
                "seconds": round(time.monotonic() - started, 3),
            }
        )


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RequestFailed(f"the answer is no JSON: {text.strip()[:200]!r}", retriable=True) from error


def usage_of(body: Any) -> Usage | None:
    """Return what the provider counted; tokens of an answer that cannot be used are paid for all the same."""
    counted = body.get("usage") if isinstance(body, dict) else None
    return Usage.of_response(counted) if counted else None
