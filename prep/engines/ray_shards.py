"""The journals of the blocks that one actor works on, as one."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from llm import Journal, Usage
from llm.journal import Asked
from llm.redact import Redactor
from prep.engines.ray_layout import Block, block_of
from settings import UserError, write_text

_LOG = logging.getLogger(__name__)
_PATIENCE = 60.0
"""Seconds to wait for a journal that another process holds: of an actor that was given up, but is not dead yet."""


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
        self._opened_with[block.number] = journal.usage
        self._open[block.number] = journal
        try:
            yield journal
        finally:
            self._spent += self._since(block.number)
            del self._open[block.number]
            journal.close()

    def _since(self, number: int) -> Usage:
        return self._open[number].usage - self._opened_with[number]

    async def _opened(self, path: Path) -> Journal:
        started = time.monotonic()
        while True:
            try:
                # In a thread: the other blocks' requests must not wait while a long journal is read.
                return await asyncio.to_thread(Journal, path, self._save_every, self.redact)
            except UserError as error:
                if not isinstance(error.__cause__, BlockingIOError) or time.monotonic() - started > _PATIENCE:
                    raise
            await asyncio.sleep(0.5)

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
