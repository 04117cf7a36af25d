"""A whole run: read, convert, write; and nothing at all where that was done before."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from llm import Endpoint, Journal, Usage
from llm.redact import Redactor
from llm.storage import writing
from outline import StructureSpec
from prep import manifest
from prep.config import PrepConfig
from prep.conversion import Conversion
from prep.converter import Converter
from prep.gate import Gate
from prep.progress import Bar, summary
from prep.sources import load
from prep.tally import Tally
from prep.teachers import Teacher
from prep.writer import Inputs, write_dataset, write_failed, write_manifest
from settings import console, output

JOURNAL = "journal.jsonl"


def prepare(config: PrepConfig) -> int:
    """Make the dataset of a config and return the exit status: 0, or 1 when no row was kept."""
    fresh = not (config.out / manifest.NAME).exists()
    # Asked for before a source is fetched in vain, but not where everything may be done already.
    key = _key(config) if fresh else None
    given = read_inputs(config)
    done = manifest.finished(config.out, given.hashes)
    if done:
        kept, total = done["rows"]["kept"], done["rows"]["total"]
        output.print(f"already done: {kept} of {total} rows are in {config.out}, made from what is given now")
        return 0
    key = key or _key(config)
    redact = Redactor([key] if key else [])
    redact.install()
    with Journal(config.out / JOURNAL, config.save_every, redact) as journal:
        with writing(config.out):
            (config.out / manifest.NAME).unlink(missing_ok=True)
        before = journal.usage
        bar = Bar(len(given.rows), config, lambda: journal.usage - before)
        conversions = convert(config, given, journal, key, bar)
        return finish(config, given, conversions, bar.tally, journal, journal.usage - before)


def _key(config: PrepConfig) -> str | None:
    return config.teacher.api_key() if isinstance(config.teacher, Endpoint) else None


def read_inputs(config: PrepConfig) -> Inputs:
    """Read spec, source and questions; raises `UserError` for whatever of it cannot be read."""
    spec = StructureSpec.load(config.spec)
    rows = load(config.source, config.raw, config.limit)
    questions = load(config.questions, config.raw) if config.questions else []
    return Inputs(spec, rows, questions, manifest.inputs(config, spec, rows, questions))


def convert(config: PrepConfig, given: Inputs, journal: Journal, key: str | None, bar: Bar) -> list[Conversion]:
    """Run the converter under a progress bar; an interrupt prints what there is and goes on as an interrupt."""

    async def run() -> list[Conversion]:
        async with open_teacher(config, given.spec, journal, key) as teacher:
            return await Converter(teacher, Gate(given.spec, config.gate)).run(given.rows, bar.advance)

    before = journal.usage
    try:
        with bar:
            return asyncio.run(run())
    except KeyboardInterrupt:
        output.print(summary(config, bar.tally, journal.usage - before, journal.usage))
        output.print("stopped before the end: the same command goes on from here, and asks for no answer twice")
        raise


@asynccontextmanager
async def open_teacher(
    config: PrepConfig, spec: StructureSpec, journal: Journal, key: str | None
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
    async with ChatClient(config.teacher, journal, key) as client:
        yield OpenAI(client, prompts)


def finish(
    config: PrepConfig, given: Inputs, conversions: list[Conversion], tally: Tally, journal: Journal, spent: Usage
) -> int:
    """Write what there is to write, print the summary, and return the exit status."""
    failed = write_failed(config.out, conversions)
    if tally.kept:
        console.print("writing the datasets")
        files = write_dataset(config, given, conversions, tally)
        write_manifest(config, given, tally, [failed, *files], journal)
    output.print(summary(config, tally, spent, journal.usage))
    if tally.retriable:
        output.print(f"{tally.retriable} rows got no answer; the same command asks for them again")
    if not tally.kept:
        output.print(f"no row was kept, so there is no dataset; {failed} says why, row by row")
        return 1
    output.print(f"in {config.out}: chat/ processed/ {failed.name} {JOURNAL} {manifest.NAME}", soft_wrap=True)
    return 0
