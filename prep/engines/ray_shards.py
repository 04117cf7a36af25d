"""The journals of the blocks that one actor works on, as one."""

import asyncio
import json
import logging
import resource
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from llm import Journal, Usage
from llm.journal import Asked
from llm.redact import Redactor
from prep.bill import entries
from prep.engines.ray_layout import Block, Layout, block_of
from settings import UserError, console, write_text

_LOG = logging.getLogger(__name__)
_OPEN_FILES = 512
"""Beside one for each block, where those are read together."""
_PATIENCE = 60.0
"""Seconds to wait for a journal that another process holds: of an actor that was given up, but is not dead yet."""
_LOOK = 0.5
"""Seconds between two looks at it."""


class Shards:
    """What `llm.Journal` is to a client, over several journals: a line goes to the journal of its subject's block.

    So one client, with one limiter and one budget, serves all blocks of an actor.
    """

    def __init__(self, blocks: int, save_every: float, redact: Redactor) -> None:
        self.redact = redact
        self._blocks = blocks
        self._save_every = save_every
        self._open: dict[int, Journal] = {}
        self._opened_with: dict[int, Usage] = {}
        self._spent = Usage()

    @property
    def usage(self) -> Usage:
        """What was spent through this object, on blocks that are closed as well."""
        return sum((self._since(number) for number in self._open), self._spent)

    @asynccontextmanager
    async def open(self, block: Block) -> AsyncIterator[Journal]:
        """Hold the journal of a block."""
        journal = await self._opened(block.journal)
        with journal, self.holding(block.number, journal, journal.usage):
            yield journal

    @contextmanager
    def holding(self, block: int, journal: Journal, before: Usage) -> Iterator[None]:
        """Serve the journal of a block as well; what it tells of is counted as spent, but for what was `before`."""
        self._opened_with[block] = before
        self._open[block] = journal
        try:
            yield
        finally:
            self._spent += self._since(block)
            del self._open[block]

    def _since(self, number: int) -> Usage:
        return self._open[number].usage - self._opened_with[number]

    async def _opened(self, path: Path) -> Journal:
        started = time.monotonic()
        while True:
            # In a thread: the other blocks' requests must not wait while a long journal is read.
            journal = await asyncio.to_thread(_unless_held, path, self._save_every, self.redact, started)
            if journal is not None:
                return journal
            await asyncio.sleep(_LOOK)

    def answer(self, fingerprint: str) -> dict[str, Any] | None:
        found = (journal.answer(fingerprint) for journal in self._open.values())
        return next((entry for entry in found if entry is not None), None)

    def about(self, subject: str) -> list[dict[str, Any]]:
        return self._of(subject).about(subject)

    def asked(self, subject: str) -> Asked:
        return self._of(subject).asked(subject)

    def settle(self, subject: str) -> None:
        self._of(subject).settle(subject)

    def record(self, entry: dict[str, Any]) -> None:
        self._of(entry["subject"]).record(entry)

    def _of(self, subject: str) -> Journal:
        return self._open[block_of(subject, self._blocks)]


def allow_files(blocks: int) -> None:
    """Raise the limit of this process where it may not open a file for each block at once."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = blocks + _OPEN_FILES
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))


def _unless_held(path: Path, save_every: float, redact: Redactor, since: float) -> Journal | None:
    """Open a journal; None while another process holds it, for as long as that is to be borne from `since` on."""
    try:
        return Journal(path, save_every, redact)
    except UserError as error:
        if not isinstance(error.__cause__, BlockingIOError) or time.monotonic() - since > _PATIENCE:
            raise
        return None


def recorded_usage(journals: Iterable[Path], save_every: float) -> Usage:
    """Return what the journals tell of; waits, and says so, where actors of a run that was killed still hold one."""
    total, started, told = Usage(), time.monotonic(), False
    for path in journals:
        while (journal := _unless_held(path, save_every, Redactor(()), started)) is None:
            if not told:
                console.print(f"waiting until the actors of an earlier run have ended, {_PATIENCE:g} s at most")
                told = True
            time.sleep(_LOOK)
        with journal:
            total += journal.usage
    return total


def paid_so_far(layout: Layout, run: str) -> tuple[Usage, Usage]:
    """Return what a run has spent, and what all runs have, while its actors still hold the journals."""
    spent = total = Usage()
    for block in map(layout.block, range(layout.blocks)):
        if block.journal.exists():
            told = (entry["usage"] for entry in entries([block.journal]) if entry.get("usage"))
            usage = sum((Usage(**counted) for counted in told), Usage())
            before = usage_before(block, run)
            spent, total = spent + (Usage() if before is None else usage - before), total + usage
    return spent, total


@contextmanager
def all_recorded(layout: Layout, save_every: float, spare: Path) -> Iterator[Shards]:
    """All that the journals of a layout hold, as one; blocks without a journal are given an empty one in `spare`."""
    shards = Shards(layout.blocks, save_every, Redactor(()))
    allow_files(layout.blocks)
    with ExitStack() as held:
        for number in range(layout.blocks):
            path = layout.block(number).journal
            journal = held.enter_context(Journal(path if path.exists() else spare / path.name, save_every))
            held.enter_context(shards.holding(number, journal, Usage()))
        yield shards


def usage_before(block: Block, run: str) -> Usage | None:
    """Return what the block's journal told of when a run began on it, None if it did not."""
    try:
        state = json.loads(block.state.read_text(encoding="utf-8"))
        return Usage(**state["before"]) if state["run"] == run else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def note_before(block: Block, run: str, usage: Usage) -> None:
    """Keep that for an actor that goes on with the block, should this one die."""
    write_text(block.state, json.dumps({"run": run, "before": usage.as_dict()}) + "\n")
