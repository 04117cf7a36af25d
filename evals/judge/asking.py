"""Every verdict that is wanted is asked for once, many at a time; what has none says why."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from evals.hashes import key_of
from evals.judge.config import JudgeConfig, Prompt
from evals.judge.fence import render
from evals.judge.progress import JudgeProgress
from evals.judge.verdicts import Preference, Rating, Unscored
from evals.questions import Question
from llm import Endpoint, Journal
from llm.many import ask_all
from llm.request import Reply, Request, RequestFailed

Verdict = TypeVar("Verdict")
Outcome = Reply | RequestFailed
Outcomes = Mapping[str, Outcome]
"""By the fingerprint of the request."""

_EXPECTED = 400
"""Characters of a verdict, for the rate limits before the first one came: two sentences of reasons."""


@dataclass(frozen=True)
class Ask:
    """One verdict to be asked for, and how it is read."""

    request: Request
    read: Callable[[str], Rating | Preference | Unscored]


def make_ask(
    endpoint: Endpoint,
    prompt: Prompt,
    question: Question,
    texts: Mapping[str, str],
    read: Callable[[str], Rating | Preference | Unscored],
) -> Ask:
    """Return the ask for a verdict on answers to a question; the same texts, prompt and parameters are asked once."""
    messages = render(prompt, texts)
    fingerprint = key_of([messages, endpoint.parameters()])
    return Ask(Request(fingerprint, f"question {question.id}", 1, messages, _EXPECTED), read)


async def ask_for(config: JudgeConfig, journal: Journal, key: str | None, asks: Iterable[Ask]) -> Outcomes:
    """Return what came of each ask, under a progress bar; raises `UserError` where the endpoint refuses everything."""
    from llm.client import ChatClient

    wanted = {ask.request.fingerprint: ask for ask in asks}
    outcomes: dict[str, Outcome] = {}
    before = journal.usage

    def spent() -> float:
        return (journal.usage - before).cost(config.endpoint.prices)

    async with ChatClient(config.endpoint, journal, key) as client:
        with JudgeProgress(len(wanted), spent) as progress:

            def keep(request: Request, outcome: Outcome) -> None:
                outcomes[request.fingerprint] = outcome
                progress.advance(not isinstance(read_outcome(outcome, wanted[request.fingerprint].read), Unscored))

            await ask_all(client, (ask.request for ask in wanted.values()), keep)
    return outcomes


def read_outcome(outcome: Outcome, read: Callable[[str], Verdict | Unscored]) -> Verdict | Unscored:
    """Return what a judge's reply says, or why there is no verdict."""
    if isinstance(outcome, RequestFailed):
        return Unscored(outcome.kind, outcome.reason)
    if outcome.choices > 1:
        return Unscored("two answers", f"{outcome.choices} choices came for one")
    verdict = read(outcome.content)
    if isinstance(verdict, Unscored) and outcome.finish_reason == "length":
        return Unscored("cut off at max_tokens", verdict.detail)
    return verdict
