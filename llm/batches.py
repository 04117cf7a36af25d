"""Many chat completions through a provider's batch API, in OpenAI's format: cheaper, within a day, safe to leave."""

import asyncio
import logging
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar

import httpx2

from llm.batch_answers import Answers
from llm.batch_files import URL, Batch, Drafts, clear, under_way
from llm.client import connect
from llm.endpoint import Endpoint
from llm.faults import FAULTS, read_fault, stop_for
from llm.journal import Journal
from llm.request import Request, RequestFailed
from llm.retries import policy
from llm.storage import writing
from settings import UserError

if TYPE_CHECKING:
    from openai.types import Batch as Answered

_T = TypeVar("_T")
_LOG = logging.getLogger(__name__)
_CONNECTIONS = 4
_ENDED = ("completed", "failed", "expired", "cancelled")
_TOO_MUCH = "token_limit_exceeded"
"""OpenAI's error of a batch that would carry the tokens under way over an account's limit."""
_NO_LIST = (404, 405, 501)
_GO_ON = "the batches under way go on at the provider: the same command takes them up, and pays for nothing twice"


class BatchClient:
    """Sends requests in batches and brings every answer into the journal.

    `add` requests, `send` them, `finish`: when that returns, the journal holds a line for each, with an answer or an
    error. `folder` keeps what a later run needs to `take_up` batches that were sent; it belongs to whoever holds the
    journal. `requests` and `megabytes` limit one batch, `poll` is in seconds. Use as an async context manager.

    Uploads, looks and downloads are retried as single requests are (`llm.retries`). Errors: `UserError` where the
    provider refuses these, or a batch as a whole, or has no batch API. Requests a minute are the provider's affair.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        journal: Journal,
        api_key: str | None,
        *,
        folder: Path,
        requests: int,
        megabytes: float,
        poll: float,
    ) -> None:
        self.answers = Answers(endpoint, journal)
        self.under_way: list[Batch] = []
        self.asked: set[str] = set()
        """Fingerprints of the requests that were added or are under way."""
        self.worst = 0.0
        """US dollars that these cost at the most."""
        self._endpoint = endpoint
        self._journal = journal
        self._folder = folder
        self._collected = False
        """Whether answers came since `finish` began."""
        self._poll = poll
        self._drafts = Drafts(folder, endpoint, requests, megabytes)
        self._openai = connect(endpoint, api_key, _CONNECTIONS)

    async def __aenter__(self) -> "BatchClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._openai.close()

    async def take_up(self) -> None:
        """Find the batches that an earlier run sent."""
        for batch in under_way(self._folder):
            if batch.base_url != self._endpoint.base_url:
                raise UserError(
                    f"{batch.state}: a batch is under way at {batch.base_url}, not at {self._endpoint.base_url}",
                    hint="let it end with the base_url of before, or remove the file to give its answers up",
                )
            if batch.batch_id is None:
                batch_id = await self._call("look for a batch", partial(self._find, batch))
                if batch_id is None:
                    batch.forget()
                    continue
                batch = batch.keep(batch_id=batch_id)
            self.under_way.append(batch)
            self.asked.update(batch.subjects())
            self.worst += batch.worst

    def add(self, request: Request, worst: float) -> None:
        """Put a request into the next batch; it costs `worst` US dollars at the most."""
        self._drafts.add(request, worst)
        self.asked.add(request.fingerprint)
        self.worst += worst

    async def send(self) -> list[Batch]:
        """Upload what was added, create its batches, and return them."""
        sent = []
        for batch in self._drafts.take(self._journal.made_with):
            file_id = await self._call("upload a batch", partial(self._upload, batch))
            # On disk before the provider knows of it, so that whatever happens now it can be looked for.
            batch = batch.keep(file_id=file_id)
            batch_id = await self._call("create a batch", partial(self._create_once, batch, iter([True])))
            sent.append(batch.keep(batch_id=batch_id))
            self.under_way.append(sent[-1])
        return sent

    async def finish(self, tell: Callable[[int, int], None]) -> None:
        """Wait for every batch under way; `tell` hears at each look how many of how many requests have ended."""
        self._collected = False
        waited_for, ended, total = set[str](), 0, sum(batch.requests for batch in self.under_way)
        while self.under_way:
            going = 0
            for batch in list(self.under_way):
                now = await self._call("look at a batch", partial(self._look, batch))
                if now.status in _ENDED:
                    await self._collect(batch, now)
                    ended += batch.requests
                    if now.status == "cancelled" and now.id in waited_for:
                        raise _cancelled(now, self._endpoint)
                    continue
                if now.status != "cancelling":
                    waited_for.add(now.id)
                if now.request_counts:
                    going += now.request_counts.completed + now.request_counts.failed
            tell(ended + going, total)
            if self.under_way:
                await asyncio.sleep(self._poll)
        self.asked.clear()
        self.worst = 0.0
        clear(self._folder)

    async def _collect(self, batch: Batch, now: "Answered") -> None:
        """Bring the answers of an ended batch into the journal.

        One that was too much beside others has none: whoever misses an answer adds its request again.
        """
        if now.status == "failed":
            batch.forget()
            self.under_way.remove(batch)
            if _codes(now)[:1] == [_TOO_MUCH] and (self.under_way or self._collected):
                _LOG.warning("batch %s was too much beside the others, and is sent again after them", now.id)
                return
            raise _refusal(batch, now, self._endpoint)
        with self.answers.of(batch, now) as take:
            for file_id in filter(None, (now.output_file_id, now.error_file_id)):
                with tempfile.TemporaryFile(dir=self._folder) as file:
                    await self._call("fetch answers", partial(self._download, file_id, file))
                    file.seek(0)
                    for line in file:
                        take(line)
        batch.forget()
        self.under_way.remove(batch)
        self.worst -= batch.worst
        self._collected = True
        self.answers.check()

    async def _call(self, what: str, send: Callable[[], Awaitable[_T]]) -> _T:
        """Return what `send` brings, however often it takes; raises `UserError` where it brings nothing."""
        try:
            async for attempt in policy(self._endpoint):
                with attempt:
                    try:
                        return await send()
                    except (*FAULTS, httpx2.HTTPError) as error:
                        raise read_fault(error, self._endpoint.timeout, self._journal.redact) from error
        except RequestFailed as failure:
            raise self._stop(what, failure) from failure
        raise AssertionError("the policy ends with an answer or an error")

    def _stop(self, what: str, failure: RequestFailed) -> UserError:
        if failure.status == 404:
            return UserError(
                f"{self._endpoint.base_url} does not know what is needed to {what} ({failure.reason})",
                hint="a provider without a batch API needs another engine; the batches under way are noted in "
                f"{self._folder}: remove the note of one that the provider has lost",
            )
        stop = stop_for(failure, self._endpoint)
        message = f"{self._endpoint.base_url}: to {what} failed: {failure.reason}"
        return UserError(stop.message if stop else message, hint=_GO_ON)

    async def _upload(self, batch: Batch) -> str:
        return (await self._openai.files.create(file=batch.path, purpose="batch")).id

    async def _create(self, batch: Batch) -> str:
        assert batch.file_id is not None
        made = await self._openai.batches.create(
            input_file_id=batch.file_id, endpoint=URL, completion_window="24h", metadata={"input": batch.input}
        )
        return made.id

    async def _find(self, batch: Batch) -> str | None:
        """Return the id of the batch that was made of an uploaded file, None where there is none."""
        try:
            async for known in self._openai.batches.list(limit=100):
                if known.input_file_id == batch.file_id:
                    return known.id
        except FAULTS as error:
            if getattr(error, "status_code", None) not in _NO_LIST:
                raise
            _LOG.warning("%s lists no batches: a batch of before may be paid for twice", self._endpoint.base_url)
        return None

    async def _create_once(self, batch: Batch, first: Iterator[bool]) -> str:
        """An attempt may have come through and its answer not, so each but the first looks for the batch."""
        return (None if next(first, False) else await self._find(batch)) or await self._create(batch)

    async def _look(self, batch: Batch) -> "Answered":
        assert batch.batch_id is not None
        return await self._openai.batches.retrieve(batch.batch_id)

    async def _download(self, file_id: str, file: IO[bytes]) -> None:
        file.seek(0)
        file.truncate()
        async with self._openai.files.with_streaming_response.content(file_id) as response:
            async for chunk in response.iter_bytes():
                with writing(self._folder):
                    file.write(chunk)


def _codes(now: "Answered") -> list[str | None]:
    return [error.code for error in (now.errors.data if now.errors else None) or ()]


def _cancelled(now: "Answered", endpoint: Endpoint) -> UserError:
    # Whoever cancels a batch on its way does not want it sent once more at once.
    return UserError(
        f"the batch {now.id} was cancelled at {endpoint.base_url}; what it had answered is kept in the journal",
        hint="the same command sends the rest again, and takes up other batches, which go on",
    )


def _refusal(batch: Batch, now: "Answered", endpoint: Endpoint) -> UserError:
    """Name the first of the errors that the provider found when it looked at a batch's file."""
    errors = now.errors.data if now.errors and now.errors.data else []
    said = errors[0].message if errors else "it gave no reason"
    line = f", line {errors[0].line} of {batch.path}" if errors and errors[0].line is not None else ""
    return UserError(
        f"{endpoint.base_url} refused the batch {now.id} as a whole: {said}{line}",
        hint="check model, extra and the limits of your account (batch.requests makes smaller batches); nothing of it "
        "was paid, and other batches go on",
    )
