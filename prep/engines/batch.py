"""The converter over a provider's batch API: round by round, all that is to be asked goes out in batches."""

import asyncio
from collections.abc import Callable, Iterator, Sequence

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from llm import Endpoint, Journal
from llm.batch_files import Batch
from llm.batches import BatchClient
from llm.budget import Budget
from llm.estimate import Estimate
from llm.recorded import RecordedClient
from llm.redact import Redactor
from llm.request import NotSent, Reply, Request
from prep import asking
from prep.config import PrepConfig
from prep.consultation import Consultation
from prep.conversion import Conversion
from prep.converter import Converter
from prep.engines import local
from prep.engines.folders import BATCHES, JOURNAL, refuse_blocks
from prep.gate import Gate
from prep.inputs import Inputs
from prep.outcome import Outcome, Task
from prep.progress import summary
from prep.prompts import PromptSet
from prep.sources import Rows
from prep.store import store_writer
from prep.tally import Tally
from prep.teachers.openai import OpenAI
from settings import console, output

_WAITS = "not asked"
"""Kind of a row whose next request has no answer yet (`llm.recorded`)."""


def convert(config: PrepConfig, given: Inputs, task: Task) -> Outcome:
    """Convert all rows; the journal is that of engine local, and each takes up the other's folder.

    The conversions are those that engine local would make of the same answers. An interrupt leaves the batches under
    way to the provider.
    """
    if task.revalidate:
        return local.convert(config, given, task)
    refuse_blocks(config)
    path, conversions = config.out / JOURNAL, config.out / local.CONVERSIONS
    with Journal(path, config.save_every, Redactor([task.key] if task.key else [])) as journal:
        before, tally = journal.usage, Tally()
        with store_writer(conversions) as keep:

            def done(conversion: Conversion) -> None:
                keep(conversion)
                tally.add(conversion)

            try:
                asyncio.run(_run(config, given, task, journal, done))
            except KeyboardInterrupt:
                output.print(summary(config, tally, journal.usage - before, journal.usage))
                output.print(
                    "stopped before the end: the batches under way go on at the provider; the same command takes them "
                    "up, and asks for no answer twice"
                )
                raise
        return Outcome([conversions], tally, journal.usage - before, journal.usage, [path], journal.made_with)


async def _run(
    config: PrepConfig, given: Inputs, task: Task, journal: Journal, done: Callable[[Conversion], None]
) -> None:
    endpoint, limits, prompts = config.teacher, config.batch, config.prompts
    assert isinstance(endpoint, Endpoint), "the schema asks for a hosted teacher with this engine"
    assert limits, "the schema asks for the limits of batches with this engine"
    assert prompts, "the schema asks for prompts with this teacher"
    asking.begin(journal, config, given.spec, task.again)
    client = BatchClient(endpoint, journal, task.key, folder=config.out / BATCHES, **limits.model_dump())
    async with client as batches:
        bar = _Bar(endpoint, journal)
        asked = _Asked(endpoint, journal, batches)
        teacher = OpenAI(asked, PromptSet(prompts, given.spec), config.gate.tries, task.rounds)
        converter = Converter(teacher, Gate(given.spec, config.gate))
        await batches.take_up()
        waiting = await _walk(converter, given.rows, done)
        while waiting:
            _tell(await batches.send())
            with bar:
                await batches.finish(bar.show)
            waiting = await _walk(converter, _Some(given.rows, waiting), done)
        if batches.under_way:
            # An earlier run asked with other prompts or about other rows: that is paid for all the same.
            with bar:
                await batches.finish(bar.show)


async def _walk(converter: Converter, rows: "Rows | _Some", done: Callable[[Conversion], None]) -> set[int]:
    """Take each row as far as the journal goes; return the 0-based rows that wait for an answer."""
    waiting: set[int] = set()

    def sort(conversion: Conversion) -> None:
        if conversion.kind == _WAITS:
            waiting.add(conversion.index)
        else:
            done(conversion)

    await converter.run(rows, sort)
    return waiting


def _tell(sent: Sequence[Batch]) -> None:
    if sent:
        ids = ", ".join(str(batch.batch_id) for batch in sent)
        console.print(f"sent {sum(batch.requests for batch in sent)} requests: {ids}", soft_wrap=True)


class _Some:
    """The rows that are wanted, as often as asked for."""

    def __init__(self, rows: Rows, wanted: set[int]) -> None:
        self._rows = rows
        self._wanted = wanted

    def __iter__(self) -> Iterator[Consultation]:
        return (row for row in self._rows if row.index in self._wanted)


class _Asked(RecordedClient):
    """Answers from the journal, and puts what it does not hold into the next batch."""

    def __init__(self, endpoint: Endpoint, journal: Journal, batches: BatchClient) -> None:
        super().__init__(endpoint, journal, self._missing, Estimate(endpoint))
        self._batches = batches
        self._budget = Budget(endpoint.max_cost, lambda: journal.usage.cost(endpoint.prices) + batches.worst)

    async def complete(self, request: Request) -> Reply:
        # Lets an interrupt through: nothing else here waits.
        await asyncio.sleep(0)
        return await super().complete(request)

    def _missing(self, request: Request) -> None:
        """Raises `RequestFailed` where this run is not to send the request; its row waits otherwise."""
        if request.fingerprint in self._batches.asked:
            return
        if failure := self._batches.answers.final(request.fingerprint):
            raise failure
        worst = self._estimate.worst(request)
        try:
            with self._budget.hold(worst):
                self._batches.add(request, worst)
        except NotSent:
            # What is under way will cost less than the worst, and leave room for more.
            if not self._batches.worst:
                raise


class _Bar:
    """Requests that have ended of those under way, and what this run cost so far; a context manager for each wait."""

    def __init__(self, endpoint: Endpoint, journal: Journal) -> None:
        self._endpoint = endpoint
        self._journal = journal
        self._before = journal.usage

    def __enter__(self) -> None:
        self._bar = Progress(
            BarColumn(bar_width=12),
            MofNCompleteColumn(),
            TextColumn("{task.fields[figures]}"),
            TimeElapsedColumn(),
            console=console,
        )
        self._task = self._bar.add_task("asking", total=None, figures="")
        self._bar.start()

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, ended: int, total: int) -> None:
        """Show so many of the requests under way as ended."""
        spent = (self._journal.usage - self._before).cost(self._endpoint.prices)
        self._bar.update(self._task, completed=ended, total=total, figures=f"requests ended  ${spent:.4f}")
