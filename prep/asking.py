"""What a hosted teacher is asked with, and the teacher that the config names."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from llm import Endpoint, Journal
from llm.budget import Budget
from outline import StructureSpec
from prep import fingerprint
from prep.config import PrepConfig
from prep.teachers import Teacher
from settings import UserError, console


def made_with(config: PrepConfig, spec: StructureSpec) -> dict[str, Any]:
    """Return what decides about a request besides the row, prompts as short hashes; empty for an offline teacher."""
    if not isinstance(config.teacher, Endpoint) or config.prompts is None:
        return {}
    texts = {f"prompts.{name}": text for name, text in config.prompts.model_dump().items()}
    texts["structure"] = spec.instruction()
    return config.teacher.parameters() | {name: fingerprint.digest(text)[:12] for name, text in texts.items()}


def begin(journal: Journal, config: PrepConfig, spec: StructureSpec, again: bool) -> None:
    """Note in the journal what requests are made with, and say so where that has changed; see `tell_changes`."""
    now = made_with(config, spec)
    if now:
        tell_changes(journal.made_with, now, again)
        journal.begin(now)


def tell_changes(before: Mapping[str, Any] | None, now: Mapping[str, Any], again: bool) -> None:
    """Say what requests are made with now and were not before; None: nothing was asked before.

    Raises `UserError` where another round was wanted (`again`), since more than the failed rows would be asked about.
    """
    if before is None or before == now:
        return
    names = (name for name in dict.fromkeys([*before, *now]) if before.get(name) != now.get(name))
    changes = ", ".join(_change(name, before, now) for name in names)
    if again:
        raise UserError(
            f"{changes} since the last run: --retry-failed would ask anew about the rows that were kept, too",
            hint="start without --retry-failed if that is what you want, or set it back",
        )
    console.print(
        f"{changes} since the last run: a row that was asked with just this before keeps that answer, the "
        "others are asked anew. All answers stay in the journal (--revalidate judges the last of each row, at no cost)",
        soft_wrap=True,
    )


def _change(name: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    if name.startswith("prompts.") or name == "structure":
        return f"{name} changed"
    return f"{name} changed from {before.get(name)!r} to {now.get(name)!r}"


@asynccontextmanager
async def open_teacher(
    config: PrepConfig,
    spec: StructureSpec,
    journal: Journal,
    key: str | None,
    rounds: Mapping[str, int],
    budget: Budget | None = None,
) -> AsyncIterator[Teacher]:
    """The teacher that the config names. Each brings its libraries with it, so the other's are never imported."""
    if config.teacher.name == "rules":
        from prep.teachers.rules import Rules

        yield Rules(config.teacher.vocabulary, spec)
        return
    from llm.client import ChatClient
    from prep.prompts import PromptSet
    from prep.teachers.openai import OpenAI

    assert config.prompts is not None, "the schema asks for prompts with this teacher"
    prompts = PromptSet(config.prompts, spec)
    async with ChatClient(config.teacher, journal, key, budget) as client:
        yield OpenAI(client, prompts, config.gate.tries, rounds)
