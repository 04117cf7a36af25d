"""What each model answers: taken up from an earlier run or a file, and generated where it is not there."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
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
from evals.models import LocalModel, locate
from evals.questions import Question
from evals.saved import load_completions
from llm import Endpoint
from outline import StructureSpec
from settings import UserError, console, write_jsonl

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
    saved: Mapping[Condition, Completions] | None


def make_ready(subject: Subject, asking: Answering) -> Ready:
    """Find a model's files or read its saved completions; raises `UserError` where that cannot be done."""
    entry = subject.entry
    if entry.completions is None:
        return Ready(subject, locate(entry) if entry.path or entry.hub else None, None)
    samples, limit = asking.config.generation.samples, asking.config.limit
    saved = {}
    for condition in subject.conditions:
        _refuse_generated(asking.config.out / condition.folder, entry)
        questions = asking.questions[condition.task.name]
        saved[condition] = load_completions(entry.completions, questions, samples, limit)
    return Ready(subject, None, saved)


def answer(ready: Ready, asking: Answering) -> tuple[Mapping[Condition, Completions], str | None]:
    """Return what a model answers under each of its conditions, and the error that ended this early, if one did."""
    if ready.saved is not None:
        _keep(ready.saved, asking)
        return ready.saved, None
    jobs = _jobs(ready, asking)
    waiting = [job for job in jobs if job.store.missing()]
    total, missing = sum(job.store.total for job in jobs), sum(job.store.missing() for job in jobs)
    said = f"{missing} of {total} answers to make" if waiting else f"all {total} answers are there from an earlier run"
    console.print(f"[bold]{escape(ready.subject.entry.name)}[/]: {said}")
    error = None
    if waiting:
        grammar = _grammar(ready, asking)
        error = generate(ready.model, ready.subject, asking.config, waiting, asking.references, grammar)
    return {job.condition: job.store.done for job in jobs}, error


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


def _jobs(ready: Ready, asking: Answering) -> list[Job]:
    entry, generation = ready.subject.entry, asking.config.generation
    engine = entry.engine if ready.model else "endpoint"
    what = digests(ready.model) if ready.model else _identity(entry, generation)
    grammar = _grammar(ready, asking)

    def store(condition: Condition) -> CompletionStore:
        parts = fingerprint(what, engine, generation, condition.task, grammar)
        questions = asking.questions[condition.task.name]
        return CompletionStore(asking.config.out / condition.folder, parts, questions, generation.samples)

    return [Job(condition, store(condition)) for condition in ready.subject.conditions]


def _identity(entry: ModelEntry, generation: Generation) -> dict[str, Any]:
    """What decides about the completions of an endpoint, besides the messages."""
    assert entry.endpoint
    opens = {"opens_thinking": True} if entry.endpoint.opens_thinking else {}
    return identity(_endpoint(entry, generation)) | opens


def _grammar(ready: Ready, asking: Answering) -> str | None:
    return asking.spec.grammar() if ready.subject.entry.constrained else None


def _endpoint(entry: ModelEntry, generation: Generation) -> Endpoint:
    assert entry.endpoint
    return entry.endpoint.endpoint(generation.max_new_tokens)
