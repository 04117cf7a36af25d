"""What each model answers: taken up from an earlier run or a file, and generated where it is not there."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rich.markup import escape

from evals.completions import Completion, CompletionStore
from evals.conditions import Condition, Subject
from evals.config import EvalConfig, Generation
from evals.engines.config import identity
from evals.entries import ModelEntry
from evals.fingerprint import fingerprint, question_key
from evals.generate import Job, generate
from evals.hashes import digests
from evals.models import LocalModel, locate, require_system_message
from evals.questions import Question
from evals.saved import load_completions
from llm import Endpoint
from outline import StructureSpec
from settings import UserError, console, write_jsonl

log = logging.getLogger(__name__)

Completions = Mapping[tuple[int, int], Completion]
"""By question and sample."""


@dataclass(frozen=True)
class Answering:
    """What all models are asked."""

    config: EvalConfig
    questions: Mapping[str, Sequence[Question]]
    """By task."""
    references: Sequence[str]
    """Outlines that the limit of new tokens must hold."""
    spec: StructureSpec


@dataclass(frozen=True)
class Ready:
    """A model that was found, or the completions that stand for one."""

    subject: Subject
    model: LocalModel | None
    """None for an endpoint and for saved completions."""
    saved: Mapping[Condition, Completions] | None = None
    jobs: Sequence[Job] = ()
    """Of an endpoint; those of a local model wait for `require_told`."""


@dataclass(frozen=True)
class Answered:
    """What a model answers under each of its conditions."""

    completions: Mapping[Condition, Completions]
    error: str | None = None
    """Why there are no more of them, where that ended early."""
    refusal: UserError | None = None
    """That of an endpoint that goes away: the command ends with it once the other models have answered."""


def make_ready(subject: Subject, asking: Answering) -> Ready:
    """Find a model's files, read its saved completions, or see whether its endpoint has a key where it will be asked.

    Raises `UserError` where that cannot be done.
    """
    entry = subject.entry
    if entry.endpoint:
        jobs = _jobs(subject, None, asking)
        if any(job.store.missing() for job in jobs):
            _require_key(entry, asking.config.generation)
        return Ready(subject, None, jobs=jobs)
    if entry.completions is None:
        return Ready(subject, locate(entry))
    samples, limit = asking.config.generation.samples, asking.config.limit
    saved = {}
    for condition in subject.conditions:
        _refuse_generated(asking.config.out / condition.folder, entry)
        questions = asking.questions[condition.task.name]
        saved[condition] = load_completions(entry.completions, questions, samples, limit)
    return Ready(subject, None, saved)


def require_told(ready: Ready, asking: Answering) -> Ready:
    """Return a local model with what it is to answer, by the digests of its files; any other as it is.

    Raises `UserError` where it would not be told what its questions say in their system message.
    """
    if ready.model is None:
        return ready
    jobs = _jobs(ready.subject, ready.model, asking)
    waiting = (job.condition.task.name for job in jobs if job.store.missing())
    asked = (question for task in waiting for question in asking.questions[task])
    require_system_message(ready.model, next((question.messages() for question in asked if question.system), []))
    return replace(ready, jobs=jobs)


def answer(ready: Ready, asking: Answering) -> Answered:
    """Return what a model answers; raises `UserError` for a local one that cannot be run as the config has it."""
    if ready.saved is not None:
        _keep(ready.saved, asking)
        return Answered(ready.saved)
    waiting = [job for job in ready.jobs if job.store.missing()]
    total, missing = sum(job.store.total for job in ready.jobs), sum(job.store.missing() for job in ready.jobs)
    said = f"{missing} of {total} answers to make" if waiting else f"all {total} answers are there from an earlier run"
    console.print(f"[bold]{escape(ready.subject.entry.name)}[/]: {said}")
    error, refusal = _generate(ready, asking, waiting) if waiting else (None, None)
    return Answered({job.condition: job.store.done for job in ready.jobs}, error, refusal)


def _generate(ready: Ready, asking: Answering, jobs: Sequence[Job]) -> tuple[str | None, UserError | None]:
    """Make what is missing; what an endpoint refuses is returned, so that it is not the end of the other models."""
    entry = ready.subject.entry
    grammar = _grammar(entry, asking)
    try:
        return generate(ready.model, ready.subject, asking.config, jobs, asking.references, grammar), None
    except UserError as refusal:
        if not entry.endpoint:
            raise
        log.error("%s: %s", entry.name, refusal.message)
        return refusal.message, UserError(f"{entry.name}: {refusal.message}", refusal.hint)


def _refuse_generated(folder: Path, entry: ModelEntry) -> None:
    """Raise `UserError` where saved completions would take the place of some that were generated in this run."""
    if (folder / "fingerprint.json").exists():
        raise UserError(
            f"{folder}: completions that {entry.name} generated are kept here; those of {entry.completions} would take "
            "their place",
            hint="give the entry another name, or the run: run=NAME",
        )


def _keep(saved: Mapping[Condition, Completions], asking: Answering) -> None:
    """Write saved completions where those of other models lie, so that the folder of results is whole by itself."""
    for condition, completions in saved.items():
        questions = asking.questions[condition.task.name]
        rows = [
            asdict(made) | {"question": question_key(questions[id]), "key": None}
            for (id, _), made in sorted(completions.items())
        ]
        write_jsonl(asking.config.out / condition.folder / "completions.jsonl", rows)


def _jobs(subject: Subject, model: LocalModel | None, asking: Answering) -> list[Job]:
    entry, generation = subject.entry, asking.config.generation
    engine = entry.engine if model else "endpoint"
    what = digests(model) if model else _identity(entry, generation)
    grammar = _grammar(entry, asking)

    def store(condition: Condition) -> CompletionStore:
        parts = fingerprint(what, engine, generation, condition.task, grammar)
        questions = asking.questions[condition.task.name]
        return CompletionStore(asking.config.out / condition.folder, parts, questions, generation.samples)

    return [Job(condition, store(condition)) for condition in subject.conditions]


def _identity(entry: ModelEntry, generation: Generation) -> dict[str, Any]:
    """What decides about the completions of an endpoint, besides the messages."""
    assert entry.endpoint
    opens = {"opens_thinking": True} if entry.endpoint.opens_thinking else {}
    return identity(_endpoint(entry, generation)) | opens


def _require_key(entry: ModelEntry, generation: Generation) -> None:
    try:
        _endpoint(entry, generation).api_key()
    except UserError as error:
        raise UserError(f"{entry.name}: {error.message}", error.hint) from error


def _grammar(entry: ModelEntry, asking: Answering) -> str | None:
    return asking.spec.grammar() if entry.constrained else None


def _endpoint(entry: ModelEntry, generation: Generation) -> Endpoint:
    assert entry.endpoint
    return entry.endpoint.endpoint(generation.max_new_tokens)
