"""Runs made by hand: results without a model, and their report."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.comparisons import compare_all
from evals.completions import Completion
from evals.conditions import Condition, Subject
from evals.config import EvalConfig
from evals.entries import ModelEntry
from evals.harness import Evaluation
from evals.measures import figures
from evals.questions import Question
from evals.report import write_report
from evals.report.contents import Contents
from evals.scoring import score_completion
from evals.summary import Result, Row, summarize
from evals.task import load_task
from outline import StructureSpec

SPEC = StructureSpec.load()
BROKEN = "no list"
COMPLIANT = "- rest\n  - the ankle\n    - for two days\n"
HOSTILE = "<script>alert(1)</script>\n\n"
HOSTILE += "- [x](javascript:alert(1)) **bold** <img src=x onerror=alert(1)>\n  - ]]>'\"</script>\n"

Texts = Sequence[str | Sequence[str] | None]


def asked(count: int, reference: str | None = "rest") -> list[Question]:
    """Questions that differ in a number."""
    return [Question(id, f"ankle {id}", reference=reference) for id in range(count)]


def config(out: Path = Path("nowhere"), **changed: Any) -> EvalConfig:
    """A config whose run lies in `out`."""
    generation = {"max_new_tokens": 9, "batch_size": 1} | changed.pop("generation", {})
    models = [{"name": "x", "path": "x"}]
    given = {"run": out.name, "results": str(out.parent), "questions": "questions.jsonl", "models": models}
    statistics = {"resamples": 200}
    return EvalConfig.model_validate(given | {"generation": generation, "statistics": statistics} | changed)


def result(
    name: str,
    texts: Texts,
    questions: Sequence[Question],
    finish: str = "stop",
    task: str = "outline",
    subject: Mapping[str, Any] | None = None,
    **entry: Any,
) -> Result:
    """The result of a model that answered `texts`: None for an answer that is missing, a list for several samples."""
    named = load_task(task)
    label = named.options.label
    condition = Condition(f"{name}, {label}" if label else name, name, named, f"{name}/{task}")
    made = {}
    for question, given in zip(questions, texts, strict=True):
        for sample, text in enumerate([given] if isinstance(given, str) else given or ()):
            made[question.id, sample] = Completion(question.id, sample, "p", text, finish, 9, 1.0)
    scores = {key: score_completion(questions[key[0]], each.completion, SPEC) for key, each in made.items()}
    given_subject = {"error": None, **(subject or {})}
    error = given_subject.pop("error")
    whole = Subject(ModelEntry.model_validate({"name": name, "path": "x"} | entry), (condition,), **given_subject)
    measured = {key: figures(score, made[key]) for key, score in scores.items()}
    return Result(condition, whole, made, scores, measured, error)


def rows_of(results: Sequence[Result], questions: Mapping[str, Sequence[Question]], settings: EvalConfig) -> list[Row]:
    """The figures of results."""
    samples, options = settings.generation.samples, settings.statistics
    return [summarize(each, len(questions[each.condition.task.name]), samples, options) for each in results]


def contents(
    results: Sequence[Result],
    questions: Sequence[Question] | Mapping[str, Sequence[Question]],
    settings: EvalConfig | None = None,
    **also: Any,
) -> Contents:
    """A run as its report takes it; questions of one list are those of every task."""
    settings = settings or config()
    by_task = _by_task(results, questions)
    rows = rows_of(results, by_task, settings)
    compared = compare_all(results, settings.statistics)
    return Contents(settings, SPEC, Evaluation(by_task, results), rows, compared, **also)


def write(
    out: Path,
    results: Sequence[Result],
    questions: Sequence[Question] | Mapping[str, Sequence[Question]],
    judge: Mapping[str, Any] | None = None,
    **changed: Any,
) -> Path:
    """Write the report of a run into `out`."""
    settings = config(out, **changed)
    found = contents(results, questions, settings)
    write_report(settings, found.evaluation, list(found.rows), found.compared, judge=judge)
    return out


def embedded(html: str) -> Any:
    """The data of a page, as a browser would read them."""
    start = html.index('<script type="application/json" id="data">')
    return json.loads(html[start:].partition(">")[2].partition("</script>")[0])


def _by_task(
    results: Sequence[Result], questions: Sequence[Question] | Mapping[str, Sequence[Question]]
) -> Mapping[str, Sequence[Question]]:
    if isinstance(questions, Mapping):
        return questions
    return {each.condition.task.name: questions for each in results}
