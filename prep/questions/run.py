"""A whole run: ask, leave out what was trained on or repeats another, write; nothing where that was done before."""

import asyncio
from collections.abc import Mapping

from llm import Endpoint, Journal, Usage
from llm.redact import Redactor
from llm.storage import held
from outline import StructureSpec
from prep.questions import files
from prep.questions.collect import Collection, collect
from prep.questions.config import QuestionsConfig
from prep.questions.plan import Cell, spread
from settings import console, output


def make(config: QuestionsConfig) -> int:
    """Make the questions of a config and return the exit status: 1 where fewer than were wanted were found."""
    spec, avoid = StructureSpec.load(config.spec), files.read_avoided(config.avoid)
    if files.finished(config, files.made_from(config, spec)):
        output.print(f"{config.out}: {config.n} questions, made before from the same", soft_wrap=True)
        return 0
    order = spread(config.n, config.severities, config.topics, config.seed)
    found = collection(config, order, avoid)
    with held(config.out.parent):
        unanswered, usage = _fill(config, found, order)
        files.write(config, spec, order, found, unanswered, usage)
    return _tell(config, found, unanswered, usage)


def collection(config: QuestionsConfig, order: list[Cell], avoid: list[str]) -> Collection:
    """Return an empty collection for the plan, none of which may be near to what is to be avoided."""
    return Collection(order, avoid, config.near_duplicate, config.min_words, config.out.parent)


def _fill(config: QuestionsConfig, found: Collection, order: list[Cell]) -> tuple[dict[str, int], Usage]:
    """Let the config's teacher fill the collection; return what came to nothing, and the cost of all runs."""
    teacher = config.teacher
    if not isinstance(teacher, Endpoint):
        from prep.questions.templates import FromTemplates

        writer = FromTemplates(teacher.templates, list(found.taken), config.seed)
        asyncio.run(collect(found, writer, config.rounds, lambda number: None))
        return writer.unanswered, Usage()
    key = teacher.api_key()
    redact = Redactor([key] if key else [])
    redact.install()
    with Journal(files.journal_path(config), config.save_every, redact) as journal:
        journal.begin(files.made_with(config, teacher))
        return asyncio.run(_ask(config, teacher, found, journal, key)), journal.usage


async def _ask(
    config: QuestionsConfig, endpoint: Endpoint, found: Collection, journal: Journal, key: str | None
) -> dict[str, int]:
    from llm.client import ChatClient
    from prep.questions.hosted import Hosted

    def tell(number: int) -> None:
        spent = journal.usage.cost(endpoint.prices)
        console.print(f"round {number}: {found.count} of {config.n} questions, ${spent:.4f}", highlight=False)

    async with ChatClient(endpoint, journal, key) as client:
        writer = Hosted(client, config.prompts, config.per_request)
        await collect(found, writer, config.rounds, tell)
    return writer.unanswered


def _tell(config: QuestionsConfig, found: Collection, unanswered: Mapping[str, int], usage: Usage) -> int:
    cost = f", ${usage.cost(config.teacher.prices):.4f} for all runs" if isinstance(config.teacher, Endpoint) else ""
    output.print(f"{config.out}: {found.count} of {config.n} questions{cost}", soft_wrap=True, highlight=False)
    counts = {**found.left_out, **{f"requests {kind}": count for kind, count in unanswered.items()}}
    if said := ", ".join(f"{count} {reason}" for reason, count in counts.items() if count):
        output.print(f"left out: {said}", soft_wrap=True, highlight=False)
    if found.count == config.n:
        return 0
    lacking = ", ".join(f"{count} of {cell.topic}, {cell.severity}" for cell, count in found.wanted().items())
    output.print(
        f"missing: {lacking}\n\nhint: the same command asks again for what failed; more rounds=, a lower n= or a "
        "higher near_duplicate= fill the rest",
        soft_wrap=True,
        highlight=False,
    )
    return 1
