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
from settings import console


def made_with(config: PrepConfig, spec: StructureSpec) -> dict[str, Any]:
    """Return what decides about a request besides the row, prompts as short hashes; empty for an offline teacher."""
    if not isinstance(config.teacher, Endpoint) or config.prompts is None:
        return {}
    texts = {f"prompts.{name}": text for name, text in config.prompts.model_dump().items()}
    texts["structure"] = spec.instruction()
    return config.teacher.parameters() | {name: fingerprint.digest(text)[:12] for name, text in texts.items()}


def begin(journal: Journal, config: PrepConfig, spec: StructureSpec) -> None:
    """Note in the journal what requests are made with, and say so where that has changed."""
    now = made_with(config, spec)
    tell_changes(journal.begin(now) if now else None, now)


def tell_changes(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> None:
    """Say what requests are made with now and were not before; None: nothing was asked before."""
    if before is None or before == now:
        return
    changes = [
        _change(name, before, now) for name in dict.fromkeys([*before, *now]) if before.get(name) != now.get(name)
    ]
    console.print(
        f"{', '.join(changes)} since the last run: a row that was asked with just this before keeps that answer, the "
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
