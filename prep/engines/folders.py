"""Where the engines keep recorded answers in an out folder, and which of them would ask for another's again."""

from pathlib import Path

from prep.config import PrepConfig
from settings import UserError

JOURNAL = "journal.jsonl"
"""Of engines local and batch."""
BATCHES = "batches"
"""Of engine batch, there while batches are under way."""
FOLDER = "blocks"
"""Of engine ray, which has a journal for each block."""


def recorded(folder: Path) -> list[Path]:
    """Return the journals in a folder of blocks that are not empty."""
    return sorted(path for path in folder.glob("*.journal.jsonl") if path.stat().st_size)


def refuse_journal(config: PrepConfig) -> None:
    """Raise `UserError` where answers are recorded in one journal, which engine ray would pay for again."""
    path = config.out / JOURNAL
    if path.exists() and path.stat().st_size:
        raise UserError(
            f"{path} holds the answers of another engine: engine ray would ask for them again",
            hint="go on with that engine (engine=local), or give this run another folder with --out",
        )


def refuse_blocks(config: PrepConfig) -> None:
    """Raise `UserError` where answers are recorded in blocks, which an engine with one journal would pay for again."""
    if recorded(config.out / FOLDER):
        raise UserError(
            f"{config.out / FOLDER} holds the answers of engine ray: engine {config.engine} would ask for them again",
            hint="go on with engine=ray, or give this run another folder with --out",
        )


def refuse_batches(config: PrepConfig) -> None:
    """Raise `UserError` where a provider is at work on batches, whose requests engine local would send again."""
    if any((config.out / BATCHES).glob("*.json")):
        raise UserError(
            f"{config.out / BATCHES}: batches are under way, engine local would ask for their answers again",
            hint="engine=batch takes them up; or give this run another folder with --out",
        )
