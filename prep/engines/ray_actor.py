"""What Ray runs on a node: the converter over blocks, several at once."""

import asyncio
import pickle
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, cast

from llm import Endpoint, Journal, Usage
from llm.redact import Redactor
from outline import StructureSpec
from prep import asking
from prep.config import PrepConfig
from prep.conversion import Conversion
from prep.converter import Converter
from prep.engines.ray_layout import MESSAGES, STOP, Block, BlockRows
from prep.engines.ray_messages import send_warnings
from prep.engines.ray_purse import Purse
from prep.engines.ray_shards import Shards, note_before, usage_before
from prep.gate import Gate
from prep.store import Store, store_writer
from prep.tally import Tally
from prep.teachers import Teacher
from prep.teachers.recorded import Recorded
from settings import UserError, disable_telemetry

_GOODBYE = 3.0
"""Seconds to close connections."""
_LOOK = 1.0
"""Seconds between two looks at whether the run is to stop."""


@dataclass(frozen=True)
class Work:
    """What every actor is given; `key` never shows in a repr.

    `run`: the run's own name. `stamp`: of all that decides about a block's conversions. `purse`: where the money is
    that is left, None where `max_cost` is not set.
    """

    config: PrepConfig
    spec: StructureSpec
    folder: Path
    blocks: int
    run: str
    stamp: str
    purse: Path | None
    revalidate: bool
    rounds: Mapping[str, int] = field(repr=False)
    key: str | None = field(repr=False)

    def share(self, actors: int) -> "Work":
        """Return what one of so many actors is given: the limits of the config are those of the whole run."""
        teacher = self.config.teacher
        if not isinstance(teacher, Endpoint):
            return self
        rates = {name: getattr(teacher, name) for name in ("requests_per_minute", "tokens_per_minute")}
        parts = {name: rate / actors if rate else None for name, rate in rates.items()}
        part = teacher.model_copy(update={**parts, "concurrency": teacher.concurrency // actors})
        return replace(self, config=self.config.model_copy(update={"teacher": part}))


@dataclass(frozen=True)
class Result:
    """What became of a block. `unfinished`: rows were left; `error`, with its hint: why nothing could go on."""

    block: int
    tally: Tally = field(default_factory=Tally)
    spent: Usage = field(default_factory=Usage)
    total: Usage = field(default_factory=Usage)
    made_with: dict[str, Any] | None = None
    unfinished: bool = False
    error: tuple[str, str | None] | None = None


class BlockConverter:
    """A callable for `Dataset.map_batches`: numbers of blocks in, pickled `Result`s out.

    Ray calls it for several batches at once in one event loop, so the blocks share a teacher with its limiter.
    """

    def __init__(self, work: Work) -> None:
        disable_telemetry()
        send_warnings(work.folder / MESSAGES)
        endpoint = work.config.teacher
        self._key = (_key(endpoint) or work.key) if isinstance(endpoint, Endpoint) and not work.revalidate else None
        redactor = Redactor(key for key in (self._key, work.key) if key)
        redactor.install()
        self._work = work
        self._hosted = isinstance(endpoint, Endpoint)
        self._shards = Shards(work.blocks, work.config.save_every, redactor)
        self._gate = Gate(work.spec, work.config.gate)
        self._opening = asyncio.Lock()
        self._lasting = AsyncExitStack()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._teacher: Teacher | None = None
        self._looked = 0.0
        self._stop = False

    async def __call__(self, batch: Mapping[str, Any]) -> dict[str, list[bytes]]:
        blocks = [Block(self._work.folder, int(number)) for number in batch["block"]]
        return {"result": [pickle.dumps(await self._convert(block)) for block in blocks]}

    def __del__(self) -> None:
        """Ray drops it when there are no more blocks, while its loop still runs, so connections can be closed there.

        That holds only as long as nothing that lasts refers to this object.
        """
        if self._loop is not None:
            asyncio.run_coroutine_threadsafe(self._lasting.aclose(), self._loop).result(_GOODBYE)

    async def _convert(self, block: Block) -> Result:
        try:
            # An offline teacher records nothing, but as long as the journal is held nobody else works on the block.
            async with self._shards.open(block) as journal:
                if not self._hosted:
                    return Result(block.number, await self._tally(block, journal, resumed=False))
                noted = usage_before(block, self._work.run)
                before = journal.usage if noted is None else noted
                note_before(block, self._work.run, before)
                tally = await self._tally(block, journal, resumed=noted is not None)
                return Result(block.number, tally, journal.usage - before, journal.usage, journal.made_with)
        except _Stopped:
            return Result(block.number, unfinished=True)
        except UserError as error:
            return Result(block.number, unfinished=True, error=(error.message, error.hint))

    async def _tally(self, block: Block, journal: Journal, resumed: bool) -> Tally:
        """Return the counts of a block, its conversions made now unless they are there.

        Those of an earlier run do not serve where a row may get an answer now that it did not get then.
        """
        path = block.conversions(self._work.stamp)
        if path.exists():
            tally = await asyncio.to_thread(_count, path)
            if resumed or not tally.retriable:
                return tally
        return await self._run(block, journal)

    async def _run(self, block: Block, journal: Journal) -> Tally:
        work, tally = self._work, Tally()
        if self._hosted and not work.revalidate:
            journal.begin(asking.made_with(work.config, work.spec))
        teacher = await self._opened()
        with store_writer(block.conversions(work.stamp)) as keep:

            def add(conversion: Conversion) -> None:
                keep(conversion)
                tally.add(conversion)

            if block.rows.exists():
                await Converter(teacher, self._gate).run(BlockRows(block, self._stopped), add)
            if self._stopped():
                raise _Stopped
        return tally

    async def _opened(self) -> Teacher:
        """The teacher, made within the event loop to which its limiter belongs, and used as long as the actor lives."""
        async with self._opening:
            if self._teacher is None:
                self._loop = asyncio.get_running_loop()
                self._teacher = await self._lasting.enter_async_context(_teacher(self._work, self._shards, self._key))
        return self._teacher

    def _stopped(self) -> bool:
        if not self._stop and time.monotonic() - self._looked > _LOOK:
            self._looked = time.monotonic()
            self._stop = (self._work.folder / STOP).exists()
        return self._stop


class _Stopped(Exception):
    """Rows were left, since another block cannot go on."""


@asynccontextmanager
async def _teacher(work: Work, shards: Shards, key: str | None) -> AsyncIterator[Teacher]:
    journal = cast(Journal, shards)
    if work.revalidate:
        yield Recorded(journal)
        return
    purse = Purse(work.purse, partial(_cost, work.config, shards)) if work.purse else None
    async with asking.open_teacher(work.config, work.spec, journal, key, work.rounds, purse) as teacher:
        yield teacher


def _cost(config: PrepConfig, shards: Shards) -> float:
    assert isinstance(config.teacher, Endpoint)
    return shards.usage.cost(config.teacher.prices)


def _count(path: Path) -> Tally:
    tally = Tally()
    with Store([path]) as store:
        for conversion in store:
            tally.add(conversion)
    return tally


def _key(endpoint: Endpoint) -> str | None:
    """The key of this node's own environment, if it has one."""
    try:
        return endpoint.api_key()
    except UserError:
        return None
