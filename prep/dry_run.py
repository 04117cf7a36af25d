"""What a run would ask and what that would cost, before anything is sent."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import cast

from rich.table import Table

from llm import Endpoint, Journal, Usage
from llm.batch_files import noted
from llm.estimate import Estimate
from llm.recorded import RecordedClient
from llm.request import Request
from outline import is_english
from prep import rules
from prep.config import PrepConfig, RulesTeacher
from prep.converter import Converter
from prep.engines.folders import BATCHES, FOLDER, JOURNAL, recorded, refuse_batches, refuse_blocks, refuse_journal
from prep.engines.ray_layout import Layout
from prep.engines.ray_shards import all_recorded
from prep.gate import Gate
from prep.inputs import Inputs, read_inputs
from prep.progress import unread
from prep.tally import Tally
from settings import output

_FEEDBACK = 100
"""Tokens that a repair adds to the prompt beside the refused answer: the findings and the instruction."""


class Foreseen:
    """Adds up the requests that the journal has no answer to."""

    def __init__(self, config: PrepConfig, endpoint: Endpoint) -> None:
        self.tally = Tally()
        self.estimate = Estimate(endpoint)
        self.first, self.repair, self.under_way = Usage(), Usage(), Usage()
        """Expected of the requests to be sent, to rows that were never answered and to those that need a repair, and of
        those that batches carry."""
        self.every_try = 0.0
        """US dollars, if each of these rows uses all its tries and each answer is as long as it may be."""
        self.repeated = 0
        """Rows that say the same as one that is to be asked, and share its answers."""
        self._seen: set[str] = set()
        self._sent = {name for batch in noted(config.out / BATCHES) for name in batch.subjects()}
        self._tries = config.gate.tries
        self._endpoint = endpoint

    def missing(self, request: Request) -> None:
        """Count a request that has no answer yet, with all the tries that its row may come to need."""
        if request.fingerprint in self._seen:
            self.repeated += 1
            return
        self._seen.add(request.fingerprint)
        expected = self.estimate.usage(request)
        if request.fingerprint in self._sent:
            self.under_way += expected
        elif request.turn == 1:
            self.first += expected
        else:
            self.repair += expected
        longest = self._endpoint.longest
        for further in range(self._tries - (request.turn - 1) % self._tries):
            prompt = expected.prompt + further * (longest + _FEEDBACK)
            self.every_try += Usage(1, prompt, 0, longest).cost(self._endpoint.prices)


def foresee(config: PrepConfig) -> int:
    """Print rows, requests, tokens and cost of a run with this config, and return 0."""
    if not isinstance(config.teacher, Endpoint):
        return _foresee_offline(config, config.teacher)
    refuse_journal(config) if config.engine == "ray" else refuse_blocks(config)
    if config.engine == "local":
        refuse_batches(config)
    given = read_inputs(config)
    with _recorded(config) as journal:
        foreseen = asyncio.run(_walk(config, config.teacher, given, journal))
        output.print(_table(config, config.teacher, given, foreseen, journal.usage))
    return 0


def _foresee_offline(config: PrepConfig, teacher: RulesTeacher) -> int:
    """An offline teacher asks nobody: there are only rows to tell of, and whether all that it needs can be read."""
    given = read_inputs(config)
    rules.RulesTeacher(teacher.vocabulary, given.spec)
    table = _titled(f"{given.rows.name} through {teacher.name}: nothing was made")
    table.add_row("rows", str(len(given.rows)))
    table.add_row("nothing to convert", str(sum(row.missing() is not None for row in given.rows)))
    _add_other_languages(table, config, given)
    table.add_row("cost", f"none: the {teacher.name} teacher asks nobody")
    output.print(table)
    return 0


def _titled(title: str) -> Table:
    table = Table(title=title, show_header=False)
    table.add_column(justify="left")
    table.add_column(justify="right")
    return table


def _add_other_languages(table: Table, config: PrepConfig, given: Inputs) -> None:
    if others := sum(not is_english(row.reply) for row in given.rows):
        table.add_row("not in English", f"{others}: {unread(config)}")


@contextmanager
def _recorded(config: PrepConfig) -> Iterator[Journal]:
    """What was answered so far; the folder of a run is left as it is, or as missing."""
    with ExitStack() as held:
        spare = Path(held.enter_context(tempfile.TemporaryDirectory()))
        if config.engine == "ray" and recorded(config.out / FOLDER):
            assert config.ray is not None, "the schema asks for it with this engine"
            layout = held.enter_context(Layout(config.out, config.ray.blocks))
            yield cast(Journal, held.enter_context(all_recorded(layout, config.save_every, spare)))
            return
        path = config.out / JOURNAL
        yield held.enter_context(Journal(path if path.exists() else spare / JOURNAL, config.save_every))


async def _walk(config: PrepConfig, endpoint: Endpoint, given: Inputs, journal: Journal) -> Foreseen:
    assert config.prompts is not None, "the schema asks for prompts with this teacher"
    foreseen = Foreseen(config, endpoint)
    # The rules teacher needs no library of a hosted one.
    from prep.prompts import PromptSet
    from prep.teachers.openai import OpenAI

    client = RecordedClient(endpoint, journal, foreseen.missing, foreseen.estimate)
    teacher = OpenAI(client, PromptSet(config.prompts, given.spec), config.gate.tries, rounds={})

    # What is recorded comes first here: the estimate learns from it.
    converter = Converter(teacher, Gate(given.spec, config.gate))
    for wanted in ("lately", "before", "never"):
        for row in given.rows:
            if teacher.asked(row) == wanted:
                foreseen.tally.add(await converter.convert(row))
    return foreseen


def _table(config: PrepConfig, endpoint: Endpoint, given: Inputs, foreseen: Foreseen, paid: Usage) -> Table:
    to_pay = foreseen.first + foreseen.repair + foreseen.under_way
    tally = foreseen.tally
    table = _titled(f"{given.rows.name} through {endpoint.model}: nothing was sent")
    table.add_row("rows", str(tally.total))
    table.add_row("nothing to convert", str(tally.skipped))
    _add_other_languages(table, config, given)
    table.add_row("done, from the journal", str(tally.kept + tally.failed - tally.retriable))
    if foreseen.repeated:
        table.add_row("say the same as another row", f"{foreseen.repeated}: asked once with it")
    if foreseen.under_way.requests:
        table.add_row("under way in batches", f"{foreseen.under_way.requests} requests")
    table.add_row("to be asked", f"{foreseen.first.requests} first answers, {foreseen.repair.requests} repairs")
    table.add_row("tokens expected", f"{to_pay.prompt:,} of prompts, {to_pay.completion:,} of answers")
    table.add_row("cost expected", f"${to_pay.cost(endpoint.prices):.4f} without repairs, nothing cached")
    table.add_row("cost with every try used", f"${foreseen.every_try:.4f}")
    table.add_row("paid so far", f"${paid.cost(endpoint.prices):.4f}")
    limit = "none" if endpoint.max_cost is None else f"${endpoint.max_cost:g} for all runs"
    table.add_row("max_cost", limit)
    learned = foreseen.estimate.learned
    basis = f"{learned} recorded answers" if learned else "4 characters a token, outlines 1.5 times their reply"
    table.add_row("estimated from", basis)
    table.add_row("prices", f"US dollars a million tokens, of {endpoint.prices.date}")
    return table
