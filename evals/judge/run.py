"""A judge's whole run: ask, read, write, sum up."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.hashes import key_of
from evals.judge import pairwise, pointwise
from evals.judge.asking import ask_for
from evals.judge.config import JudgeConfig, Prompts, load_prompts
from evals.judge.pointwise import Answers
from evals.judge.summary import JudgeSummary, summarize_models, summarize_pairs
from evals.questions import Question
from llm import Journal
from llm.redact import Redactor
from settings import UserError, console, write_jsonl

JOURNAL = "journal.jsonl"


def judge_all(
    config: JudgeConfig, folder: Path, questions: Sequence[Question], answers: Answers, confidence: float
) -> JudgeSummary:
    """Return what the judge thinks of each model's answers, and of each pair of models.

    `answers` maps a model's name to its answers (without their think blocks) by the id of the question; one that is
    missing is unscored. `confidence` is that of the intervals. In `folder`: `journal.jsonl` with every request, so that
    a run that was killed goes on and a second one asks nothing, and `pointwise.jsonl` and `pairwise.jsonl` with what
    was made of the replies.

    One request that fails, or whose reply cannot be read, is unscored and counted. Raises `UserError` for an endpoint
    that refuses all of them, a missing key, bad prompts.
    """
    prompts, key = load_prompts(config.prompts), config.endpoint.api_key()
    redact = Redactor([key] if key else [])
    redact.install()
    judged = questions[: config.limit]
    pairs = pairwise.choose_pairs(config, list(answers)) if config.pairwise else []
    graded = pointwise.plan(prompts, config.endpoint, judged, answers) if config.pointwise else []
    compared = pairwise.plan(prompts, config.endpoint, judged, answers, pairs)
    asks = [answer.ask for answer in graded if answer.ask] + [ask for pair in compared for ask in pair.asks]
    with Journal(folder / JOURNAL, config.save_every, redact) as journal:
        before = journal.usage
        journal.begin(_made_with(config, prompts))
        outcomes = asyncio.run(ask_for(config, journal, key, asks))
        usage = journal.usage
    rated, results = pointwise.read(graded, outcomes), pairwise.read(compared, outcomes)
    write_jsonl(folder / "pointwise.jsonl", [one.as_row() for one in rated])
    write_jsonl(folder / "pairwise.jsonl", [one.as_row() for one in results])
    prices = config.endpoint.prices
    summary = JudgeSummary(
        model=config.endpoint.model,
        questions=len(judged),
        pointwise=summarize_models(rated),
        pairwise=summarize_pairs(results, confidence),
        usage=usage.as_dict(),
        cost=usage.cost(prices),
        cost_of_this_run=(usage - before).cost(prices),
    )
    _tell(config, summary, folder)
    return summary


def check(config: JudgeConfig, models: Sequence[str]) -> None:
    """Raise `UserError` for bad prompts, and for pairs that name none of the `models` whose answers are judged."""
    load_prompts(config.prompts)
    if config.pairwise and models:
        pairwise.choose_pairs(config, models)


def unavailable(config: JudgeConfig | None) -> str | None:
    """Return why nothing can be judged, for the report; None where it can be tried."""
    if config is None:
        return "not judged: the config has no judge section"
    try:
        config.endpoint.api_key()
    except UserError as error:
        return f"not judged: {error.message}"
    return None


def _made_with(config: JudgeConfig, prompts: Prompts) -> dict[str, Any]:
    return config.endpoint.parameters() | {"prompts": key_of(prompts.model_dump())[:12]}


def _tell(config: JudgeConfig, summary: JudgeSummary, folder: Path) -> None:
    console.print(
        f"judged by {summary.model}: {summary.usage['requests']} answers for ${summary.cost:.4f}, "
        f"${summary.cost_of_this_run:.4f} of it in this run",
        markup=False,
        highlight=False,
    )
    if missing := summary.unscored():
        reasons = ", ".join(f"{count} {reason}" for reason, count in missing.items())
        console.print(f"without a verdict: {reasons}; {folder} says which", markup=False, soft_wrap=True)
    if "over budget" in missing:
        console.print(f"judge.endpoint.max_cost, ${config.endpoint.max_cost:g}, ended it early: raise it to go on")
