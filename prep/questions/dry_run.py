"""What a run would ask and what that would cost, before anything is sent."""

import asyncio
import tempfile
from contextlib import ExitStack
from pathlib import Path

from rich.table import Table

from llm import Endpoint, Journal, Usage
from llm.estimate import Estimate
from llm.recorded import RecordedClient
from llm.request import Request
from prep.questions import files
from prep.questions.collect import collect
from prep.questions.config import QuestionsConfig
from prep.questions.hosted import Hosted
from prep.questions.plan import spread
from prep.questions.run import collection
from settings import UserError, output


def foresee(config: QuestionsConfig) -> int:
    """Print the requests, tokens and cost of a run with this config, and return 0."""
    teacher = config.teacher
    if not isinstance(teacher, Endpoint):
        raise UserError(f"the {teacher.name} teacher asks nobody: a run costs nothing")
    missing: list[Request] = []
    estimate = Estimate(teacher)
    with ExitStack() as held:
        spare = Path(held.enter_context(tempfile.TemporaryDirectory()))
        path = files.journal_path(config)
        journal = held.enter_context(Journal(path if path.exists() else spare / path.name, config.save_every))
        order = spread(config.n, config.severities, config.topics, config.seed)
        beside = config.model_copy(update={"out": spare / config.out.name})
        found = collection(beside, order, files.read_avoided(config.avoid))
        client = RecordedClient(teacher, journal, missing.append, estimate)
        asyncio.run(collect(found, Hosted(client, config.prompts, config.per_request), config.rounds, lambda _: None))
        output.print(_table(config, teacher, estimate, found.count, _first(missing), journal.usage))
    return 0


def _first(missing: list[Request]) -> list[Request]:
    """The requests of the first round that lacks any: what a later one asks hangs on their answers."""
    return [request for request in missing if request.turn == missing[0].turn]


def _table(
    config: QuestionsConfig, endpoint: Endpoint, estimate: Estimate, there: int, asked: list[Request], paid: Usage
) -> Table:
    expected = sum((estimate.usage(request) for request in asked), Usage())
    left = config.rounds - asked[0].turn + 1 if asked else 0
    table = Table(title=f"{config.n} questions by {endpoint.model}: nothing was sent", show_header=False)
    table.add_column(justify="left")
    table.add_column(justify="right")
    table.add_row("there, from the journal", str(there))
    table.add_row("to be asked", f"{len(asked)} requests, {config.n - there} questions")
    table.add_row("tokens expected", f"{expected.prompt:,} of prompts, {expected.completion:,} of answers")
    table.add_row("cost expected", f"${expected.cost(endpoint.prices):.4f} if none is left out")
    table.add_row("cost at the most", f"${left * sum(map(estimate.worst, asked)):.4f}, {left} rounds of them")
    table.add_row("paid so far", f"${paid.cost(endpoint.prices):.4f}")
    limit = "none" if endpoint.max_cost is None else f"${endpoint.max_cost:g} for all runs"
    table.add_row("max_cost", limit)
    table.add_row("prices", f"US dollars a million tokens, of {endpoint.prices.date}")
    return table
