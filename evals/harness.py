"""Runs the models of a config through lm-eval, one after the other in this process, and scores what they answered."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.markup import escape

from evals.completions import Completion, CompletionStore
from evals.conditions import Condition, Subject, subjects
from evals.config import EvalConfig, Generation
from evals.engines.config import identity
from evals.entries import ModelEntry
from evals.fingerprint import digests, fingerprint
from evals.generate import Job, generate
from evals.measures import figures
from evals.models import LocalModel, locate
from evals.questions import Question, load_questions
from evals.saved import load_completions
from evals.scoring import score_completion
from evals.summary import Result
from llm import Endpoint
from outline import StructureSpec
from settings import console, write_jsonl, write_text


@dataclass(frozen=True)
class Evaluation:
    """What a run asked and what came of it."""

    questions: Mapping[str, Sequence[Question]]
    """By task."""
    results: Sequence[Result]
    """One a condition, in the order of the config."""


def evaluate(config: EvalConfig) -> Evaluation:
    """Let the models of a config answer, and score them.

    Every check that needs no torch comes first, so that a mistake in the last model costs no time on the first. A
    model that was run before with the same files, arguments, code and questions is not loaded again.
    """
    spec = StructureSpec.load(config.spec)
    found = subjects(config)
    tasks = {condition.task.name: condition.task for subject in found for condition in subject.conditions}
    questions = {
        name: task.questions(config.questions, spec, config.limit, config.shots) for name, task in tasks.items()
    }
    answers = [row.answer for row in load_questions(config.reference_answers or config.questions) if row.answer]
    models = [_located(subject) for subject in found]
    saved = [_saved(subject, questions, config) for subject in found]
    _write_plan(config, found, questions)
    results = []
    for subject, model, ready in zip(found, models, saved, strict=True):
        made, error = (ready, None) if ready else _completions(subject, model, config, questions, answers, spec)
        for condition, completions in made.items():
            asked = questions[condition.task.name]
            results.append(_score(subject, condition, asked, completions, config, spec, error))
    return Evaluation(questions, results)


def _located(subject: Subject) -> LocalModel | None:
    entry = subject.entry
    return locate(entry) if entry.path or entry.hub else None


def _saved(
    subject: Subject, questions: Mapping[str, Sequence[Question]], config: EvalConfig
) -> dict[Condition, Mapping[tuple[int, int], Completion]] | None:
    if subject.entry.completions is None:
        return None
    path, samples = subject.entry.completions, config.generation.samples
    return {
        condition: load_completions(path, questions[condition.task.name], samples) for condition in subject.conditions
    }


def _completions(
    subject: Subject,
    model: LocalModel | None,
    config: EvalConfig,
    questions: Mapping[str, Sequence[Question]],
    answers: Sequence[str],
    spec: StructureSpec,
) -> tuple[dict[Condition, Mapping[tuple[int, int], Completion]], str | None]:
    """What a model answers under each of its conditions, generated where it is not there from an earlier run."""
    entry, generation = subject.entry, config.generation
    grammar = spec.grammar() if entry.constrained else None
    engine = entry.engine if model else "endpoint"
    what = digests(model) if model else identity(_endpoint(entry, generation))
    jobs = [
        Job(
            condition,
            CompletionStore(
                config.out / condition.folder,
                fingerprint(what, engine, generation, condition.task, grammar),
                questions[condition.task.name],
                generation.samples,
            ),
        )
        for condition in subject.conditions
    ]
    waiting = [job for job in jobs if job.store.missing()]
    total, missing = sum(job.store.total for job in jobs), sum(job.store.missing() for job in jobs)
    said = f"{missing} of {total} answers to make" if waiting else f"all {total} answers are there from an earlier run"
    console.print(f"[bold]{escape(entry.name)}[/]: {said}")
    error = generate(model, subject, config, waiting, answers, grammar) if waiting else None
    return {job.condition: job.store.done for job in jobs}, error


def _endpoint(entry: ModelEntry, generation: Generation) -> Endpoint:
    assert entry.endpoint
    return entry.endpoint.endpoint(generation.max_new_tokens)


def _score(
    subject: Subject,
    condition: Condition,
    questions: Sequence[Question],
    completions: Mapping[tuple[int, int], Completion],
    config: EvalConfig,
    spec: StructureSpec,
    error: str | None,
) -> Result:
    scores = {
        (id, sample): score_completion(questions[id], made.completion, spec)
        for (id, sample), made in sorted(completions.items())
    }
    measured = {key: figures(score, completions[key]) for key, score in scores.items()}
    rows = [
        {"id": id, "sample": sample, **score.as_dict(), "metrics": measured[id, sample]}
        for (id, sample), score in scores.items()
    ]
    write_jsonl(config.out / condition.folder / "scores.jsonl", rows)
    return Result(condition, subject, completions, scores, measured, error)


def _write_plan(config: EvalConfig, found: Sequence[Subject], questions: Mapping[str, Sequence[Question]]) -> None:
    """Write what the folder of results needs to be read without this config: the conditions and the questions."""
    for name, rows in questions.items():
        write_jsonl(config.out / "questions" / f"{name}.jsonl", [question.as_row() for question in rows])
    conditions = [condition.as_row() for subject in found for condition in subject.conditions]
    plan = {"run": config.run, "title": config.title or config.run, "conditions": conditions}
    write_text(config.out / "run.json", json.dumps(plan, indent=1, ensure_ascii=False) + "\n")
