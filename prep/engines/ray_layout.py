"""The parts of a source under `engine: ray`: files in the out folder, which every node must see."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from llm.storage import lock, writing
from prep.consultation import Consultation
from prep.engines.folders import FOLDER, recorded
from prep.engines.ray_purse import fill
from settings import UserError, write_text

MESSAGES = "messages"
"""What actors have to say, see `prep.engines.ray_messages`."""
STOP = "stop"
"""Where this file is, no block begins another row."""
_PURSE = "purse"
_VERSION = 1
"""Of `layout.json`, and of the way in which rows are parted."""
_BUFFER = 16 * 2**20
"""Characters of rows that are held before they are written, so that no more than one file is open at a time."""
_CONVERSIONS = "*.conversions.jsonl"
_PASSING = "*.rows.jsonl", f".{_CONVERSIONS}.tmp", "*.state.json", MESSAGES, STOP, _PURSE


def block_of(identity: str, blocks: int) -> int:
    """Return the block of a row, by what it says: rows that are added or moved leave the others where they are, and
    rows that say the same meet in one block, where they are paid for once."""
    return int(identity[:16], 16) % blocks


@dataclass(frozen=True)
class Block:
    """One part of the source, by the folder of its files."""

    folder: Path
    number: int

    def _file(self, what: str) -> Path:
        return self.folder / f"{self.number:05}.{what}"

    @property
    def rows(self) -> Path:
        return self._file("rows.jsonl")

    @property
    def journal(self) -> Path:
        return self._file("journal.jsonl")

    @property
    def state(self) -> Path:
        """What the journal told of when a run began, see `prep.engines.ray_shards`."""
        return self._file("state.json")

    def conversions(self, stamp: str) -> Path:
        """Return the file of conversions that were made from what has this stamp: where it is, the block is done."""
        return self._file(f"{stamp[:16]}.conversions.jsonl")

    def begun(self, stamp: str) -> Path:
        """Return where these are until the block is done (`settings.open_jsonl`)."""
        path = self.conversions(stamp)
        return path.with_name(f".{path.name}.tmp")


class BlockRows:
    """The rows of a block, read anew each time; no more of them once `stopped` says so."""

    def __init__(self, block: Block, stopped: Callable[[], bool]) -> None:
        """Raises `UserError` where this node does not see the block's file."""
        self._path = block.rows
        self._stopped = stopped
        if not self._path.exists():
            raise UserError(
                f"{self._path} is not there on node {os.uname().nodename}: every node must see the out folder",
                hint="give a folder on shared storage, mounted at the same place everywhere, with --out",
            )

    def __iter__(self) -> Iterator[Consultation]:
        with self._path.open(encoding="utf-8") as file:
            for line in file:
                if self._stopped():
                    return
                yield Consultation(*json.loads(line))


class Layout:
    """The folder of the blocks, held by one run at a time; use as a context manager.

    `layout.json` says into how many blocks the source is parted: answers are looked for in the journal of a row's
    block, so that another number would not find them. It also holds what requests are made with, as a journal does.
    """

    def __init__(self, out: Path, blocks: int) -> None:
        self.folder = out / FOLDER
        self.blocks = blocks
        self.made_with: dict[str, Any] | None = None
        self._file = self.folder / "layout.json"

    def __enter__(self) -> "Layout":
        with writing(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self.folder / "lock", os.O_WRONLY | os.O_CREAT, 0o644)
        lock(self._lock, self.folder, "these blocks")
        try:
            self._read()
        except BaseException:
            os.close(self._lock)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._lock)

    def block(self, number: int) -> Block:
        return Block(self.folder, number)

    def journals(self) -> list[Path]:
        """Return the journals with anything in them, those of blocks without rows included."""
        return recorded(self.folder)

    def begin(self, made_with: dict[str, Any]) -> None:
        """Note what requests are made with from now on, as `Journal.begin` does."""
        self.made_with = made_with
        self._write()

    def part(self, rows: Iterable[Consultation], stamp: str) -> list[Block]:
        """Write each row to the file of its block and return the blocks that have rows or a journal.

        Reads the rows once; memory holds some megabytes of them. Conversions of another stamp are removed.
        """
        self._remove("*.rows.jsonl", f".{_CONVERSIONS}.tmp", STOP)
        fresh = {self.block(number).conversions(stamp) for number in range(self.blocks)}
        for path in set(self.folder.glob(_CONVERSIONS)) - fresh:
            path.unlink()
        waiting: dict[int, list[str]] = {}
        size = 0
        for row in rows:
            line = json.dumps(astuple(row)) + "\n"
            waiting.setdefault(block_of(row.identity(), self.blocks), []).append(line)
            size += len(line)
            if size >= _BUFFER:
                self._append(waiting)
                size = 0
        self._append(waiting)
        self._write()
        journals = set(self.journals())
        blocks = map(self.block, range(self.blocks))
        return [block for block in blocks if block.rows.exists() or block.journal in journals]

    def tidy(self) -> None:
        """Remove what a finished run leaves behind, but for conversions and journals that hold something."""
        self._remove(*_PASSING)
        for path in self.folder.glob("*.journal.jsonl"):
            if not path.stat().st_size:
                path.unlink()

    def _remove(self, *patterns: str) -> None:
        for pattern in patterns:
            for path in self.folder.glob(pattern):
                path.unlink()

    def fill_purse(self, dollars: float) -> Path:
        """Set so much aside for the actors, and return the file."""
        fill(self.folder / _PURSE, dollars)
        return self.folder / _PURSE

    def stop(self) -> None:
        """Tell every block to begin no more rows."""
        (self.folder / STOP).touch()

    def _append(self, waiting: dict[int, list[str]]) -> None:
        for number, lines in waiting.items():
            path = self.block(number).rows
            with writing(path), path.open("a", encoding="utf-8") as file:
                file.writelines(lines)
        waiting.clear()

    def _read(self) -> None:
        """Raise `UserError` for another layout by which answers are parted, and forget one by which none are."""
        bound = bool(self.journals())
        try:
            layout = json.loads(self._file.read_text(encoding="utf-8"))
            version, blocks, self.made_with = layout["version"], layout["blocks"], layout["made_with"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            if bound:
                raise UserError(
                    f"{self._file} cannot be read: it says how the answers beside it are parted",
                    hint="put it back as it was, or give this run another folder with --out",
                ) from error
            version, blocks = _VERSION, None
        if bound and version != _VERSION:
            raise UserError(f"{self._file} has format {version}, this program reads {_VERSION}")
        if bound and blocks != self.blocks:
            raise UserError(
                f"ray.blocks must stay {blocks}, by which the answers in {self.folder} are parted, got {self.blocks}",
                hint=f"ray.blocks={blocks}, or another folder with --out",
            )
        if blocks != self.blocks:
            self._remove(*_PASSING, _CONVERSIONS)

    def _write(self) -> None:
        values = {"version": _VERSION, "blocks": self.blocks, "made_with": self.made_with}
        with writing(self._file):
            write_text(self._file, json.dumps(values, indent=2) + "\n")
