"""One chat completion, whatever it takes: journal first, then the wire, with one retry policy."""

import asyncio
import json
import logging
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import httpx2
from openai import AsyncOpenAI, DefaultAioHttpClient
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt, wait_random_exponential

from llm.endpoint import Endpoint
from llm.faults import FAULTS, RequestFailed, read_fault, stop_for
from llm.journal import Journal
from llm.usage import Usage

_LOG = logging.getLogger(__name__)
_LONG_WAIT = 30.0
_SPREAD = 0.25
"""Seconds over which requests that were told the same Retry-After come back."""

Message = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """A completion: its text, why it ended ("stop", "length", ...), and whether the journal had it already."""

    content: str
    finish_reason: str
    usage: Usage
    from_journal: bool


class ChatClient:
    """Asks an OpenAI-compatible endpoint; everything that it is told goes to the journal before it is returned.

    Use as an async context manager. Errors: `RequestFailed` for a request that found no answer within its attempts,
    `settings.UserError` where the endpoint would refuse every other request too, and for a full disk.
    """

    def __init__(self, endpoint: Endpoint, journal: Journal, api_key: str | None) -> None:
        self.endpoint = endpoint
        self.journal = journal
        room = httpx2.Limits(max_connections=endpoint.concurrency, max_keepalive_connections=endpoint.concurrency)
        self._openai = AsyncOpenAI(
            base_url=endpoint.base_url,
            api_key=api_key or "none",
            max_retries=0,
            timeout=endpoint.timeout,
            http_client=DefaultAioHttpClient(limits=room),
        )
        self._backoff = wait_random_exponential(multiplier=endpoint.first_wait, max=endpoint.longest_wait)
        self._asking: dict[str, asyncio.Lock] = {}
        self._warned = False

    async def __aenter__(self) -> "ChatClient":
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self._openai.close()

    async def complete(self, fingerprint: str, messages: Sequence[Message]) -> Reply:
        """Return the answer to `messages`, from the journal where it holds one for this fingerprint.

        Two callers with one fingerprint pay once: the second waits for the first.
        """
        try:
            async with self._asking.setdefault(fingerprint, asyncio.Lock()):
                recorded = self.journal.answer(fingerprint)
                if recorded is not None:
                    return _read_reply(recorded["response"], from_journal=True)
                return await self._ask(fingerprint, messages)
        finally:
            self._asking.pop(fingerprint, None)

    async def _ask(self, fingerprint: str, messages: Sequence[Message]) -> Reply:
        policy = AsyncRetrying(
            stop=stop_after_attempt(self.endpoint.attempts),
            wait=self._wait,
            retry=retry_if_exception(lambda error: isinstance(error, RequestFailed) and error.retriable),
            reraise=True,
        )
        try:
            async for attempt in policy:
                with attempt:
                    return await self._send(fingerprint, messages, attempt.retry_state.attempt_number)
        except RequestFailed as failure:
            stop = stop_for(failure, self.endpoint)
            if stop is not None:
                raise stop from failure
            raise
        raise AssertionError("the policy ends with an answer or an error")

    def _wait(self, state: RetryCallState) -> float:
        failure = state.outcome.exception() if state.outcome else None
        asked = failure.wait if isinstance(failure, RequestFailed) else None
        seconds = self._backoff(state) if asked is None else asked + random.uniform(0, _SPREAD)
        if seconds > _LONG_WAIT:
            _LOG.warning("%s: trying again in %.0f s (%s)", self.endpoint.base_url, seconds, failure)
        return seconds

    async def _send(self, fingerprint: str, messages: Sequence[Message], attempt: int) -> Reply:
        started = time.monotonic()
        body: Any = None
        try:
            body = self.journal.redact(await self._post(messages))
            body = _parse(body)
            reply = _read_reply(body, from_journal=False)
        except (*FAULTS, RequestFailed) as error:
            failure = error if isinstance(error, RequestFailed) else read_fault(error, self.endpoint.timeout)
            # A server may repeat the key, and the reason is printed and kept with the row.
            failure.reason = self.journal.redact(failure.reason)
            self._warn(failure)
            self._record(fingerprint, body, None, failure.reason, attempt, started)
            raise failure from error
        self._record(fingerprint, body, reply.usage, None, attempt, started)
        return reply

    def _warn(self, failure: RequestFailed) -> None:
        """Retries go on for minutes; that nothing answers is worth saying at once, and once."""
        if failure.unreachable and not self._warned:
            self._warned = True
            _LOG.warning("%s: %s; trying again", self.endpoint.base_url, failure.reason)

    async def _post(self, messages: Sequence[Message]) -> str:
        # The SDK's own time-out starts anew with every keep-alive line, so a server that sends them could hang a
        # request for ever.
        async with asyncio.timeout(self.endpoint.timeout):
            response = await self._openai.chat.completions.with_raw_response.create(
                messages=list(messages),  # type: ignore[arg-type]
                model=self.endpoint.model,
                temperature=self.endpoint.temperature,
                max_tokens=self.endpoint.max_tokens,
                extra_body=self.endpoint.extra,
            )
            return response.text

    def _record(
        self, fingerprint: str, response: Any, usage: Usage | None, error: str | None, attempt: int, started: float
    ) -> None:
        self.journal.record(
            {
                "fingerprint": fingerprint,
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
    except json.JSONDecodeError as error:
        raise RequestFailed(f"the answer is no JSON: {text.strip()[:200]!r}", retriable=True) from error


def _read_reply(body: Any, from_journal: bool) -> Reply:
    """Blank content is an answer, if a poor one; a body without a choice is none."""
    try:
        choice = body["choices"][0]
        content, reason = choice["message"].get("content"), choice.get("finish_reason")
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        said = json.dumps(body, ensure_ascii=False)[:200]
        raise RequestFailed(f"the answer is no chat completion: {said}", retriable=True) from error
    text = content if isinstance(content, str) else ""
    return Reply(text, str(reason), Usage.of_response(body.get("usage")), from_journal)
