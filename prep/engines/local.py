"""The converter in this process, with one journal."""

import asyncio
from collections.abc import Callable

from llm import Endpoint, Journal
from llm.redact import Redactor
from prep import asking
from prep.config import PrepConfig
from prep.conversion import Conversion
from prep.converter import Converter
from prep.engines.folders import JOURNAL, refuse_batches, refuse_blocks
from prep.gate import Gate
from prep.inputs import Inputs
from prep.outcome import Outcome, Task
from prep.progress import Bar, summary
from prep.store import store_writer
from prep.teachers.recorded import Recorded
from settings import output

CONVERSIONS = "conversions.jsonl"


def convert(config: PrepConfig, given: Inputs, task: Task) -> Outcome:
    """Run the converter under a progress bar; an interrupt prints what there is and goes on as an interrupt."""
    if isinstance(config.teacher, Endpoint):
        refuse_blocks(config)
        if not task.revalidate:
            refuse_batches(config)
    path = config.out / JOURNAL
    conversions = config.out / CONVERSIONS
    with Journal(path, config.save_every, Redactor([task.key] if task.key else [])) as journal:
        before = journal.usage
        bar = Bar(len(given.rows), config, lambda: journal.usage - before)
        try:
            with store_writer(conversions) as keep, bar:

                def done(conversion: Conversion) -> None:
                    keep(conversion)
                    bar.advance(conversion)

                asyncio.run(_run(config, given, task, journal, done))
        except KeyboardInterrupt:
            output.print(summary(config, bar.tally, journal.usage - before, journal.usage))
            output.print("stopped before the end: the same command goes on from here, and asks for no answer twice")
            raise
        return Outcome([conversions], bar.tally, journal.usage - before, journal.usage, [path], journal.made_with)


async def _run(
    config: PrepConfig, given: Inputs, task: Task, journal: Journal, on_done: Callable[[Conversion], None]
) -> None:
    gate = Gate(given.spec, config.gate)
    if task.revalidate:
        await Converter(Recorded(journal), gate).run(given.rows, on_done)
        return
    asking.begin(journal, config, given.spec, task.again)
    async with asking.open_teacher(config, given.spec, journal, task.key, task.rounds) as teacher:
        await Converter(teacher, gate).run(given.rows, on_done)
