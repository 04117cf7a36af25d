"""Runs the models of a config through lm-eval, one after the other in this process, and scores what they answered."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from evals.answering import Answering, Completions, answer, make_ready, require_told
from evals.conditions import Condition, Subject, subjects
from evals.config import EvalConfig, folder_name
from evals.knowledge import Knowledge, measure_knowledge
from evals.measures import figures
from evals.mece.scorer import MeceScorer
from evals.questions import Question, load_questions
from evals.scoring import score_completion
from evals.summary import Result
from outline import StructureSpec, extract_answer
from settings import UserError, write_jsonl, write_text


@dataclass(frozen=True)
class Evaluation:
    """What a run asked and what came of it."""

    questions: Mapping[str, Sequence[Question]]
    """By task."""
    results: Sequence[Result]
    """One a condition, in the order of the config."""
    knowledge: Mapping[str, Knowledge] = field(default_factory=dict)
    """By model, of those in folders or from the hub; empty without a `knowledge` section."""
    refusals: Sequence[UserError] = ()
    """Of the endpoints that went away; the models behind them have the answers that came before."""


def evaluate(config: EvalConfig) -> Evaluation:
    """Let the models of a config answer, and score them.

    Every check that loads no model comes first, so that a mistake in the last one costs no time on the first. A model
    that was run before with the same files, arguments, code and questions is not loaded again.
    """
    spec = StructureSpec.load(config.spec)
    _require_questions(config)
    found = subjects(config)
    tasks = {condition.task.name: condition.task for subject in found for condition in subject.conditions}
    questions = {
        name: task.questions(config.questions, spec, config.limit, config.shots) for name, task in tasks.items()
    }
    references = [row.answer for row in load_questions(config.reference_answers or config.questions) if row.answer]
    asking = Answering(config, questions, references, spec)
    models = [make_ready(subject, asking) for subject in found]
    models = [require_told(ready, asking) for ready in models]
    mece = MeceScorer(config.encoder, config.results) if config.encoder else None
    _write_plan(config, found, questions)
    results, knowledge, refusals = [], {}, []
    for ready in models:
        made = answer(ready, asking)
        refusals += [made.refusal] if made.refusal else []
        for condition, completions in made.completions.items():
            results.append(_score(ready.subject, condition, completions, asking, mece, made.error))
        if config.knowledge and ready.model:
            folder = config.out / folder_name(ready.model.name)
            device_name, size = config.generation.device_name, config.generation.batch_size
            knowledge[ready.model.name] = measure_knowledge(ready.model, config.knowledge, device_name, size, folder)
    return Evaluation(questions, results, knowledge, refusals)


def _score(
    subject: Subject,
    condition: Condition,
    completions: Completions,
    asking: Answering,
    mece: MeceScorer | None,
    error: str | None,
) -> Result:
    """Score the completions of one condition, and write scores.jsonl beside them."""
    questions = asking.questions[condition.task.name]
    keys = sorted(completions)
    scores = [score_completion(questions[id], completions[id, sample].completion, asking.spec) for id, sample in keys]
    if mece:
        texts = [extract_answer(completions[key].completion) or "" for key in keys]
        asked = [(questions[id].user, questions[id].reference) for id, _ in keys]
        found = mece.score_many([(text, *each) for text, each in zip(texts, asked, strict=True)])
        scores = [replace(score, mece=one) for score, one in zip(scores, found, strict=True)]
    by_key = dict(zip(keys, scores, strict=True))
    measured = {key: figures(score, completions[key]) for key, score in by_key.items()}
    rows = [
        {"id": key[0], "sample": key[1], **score.as_dict(), "metrics": measured[key]} for key, score in by_key.items()
    ]
    write_jsonl(asking.config.out / condition.folder / "scores.jsonl", rows)
    return Result(condition, subject, completions, by_key, measured, error)


def _require_questions(config: EvalConfig) -> None:
    for key in ("questions", "reference_answers"):
        path = getattr(config, key)
        if path is not None and not path.exists():
            raise UserError(
                f"{path}: the file cannot be read: there is none ({key} of the config)",
                hint="`just prep` makes data/chat, with --config configs/prep-sample.yml data/quickstart; "
                "`just questions` makes data/questions",
            )


def _write_plan(config: EvalConfig, found: Sequence[Subject], questions: Mapping[str, Sequence[Question]]) -> None:
    """Write what the folder of results needs to be read without this config: the conditions and the questions."""
    for name, rows in questions.items():
        write_jsonl(config.out / "questions" / f"{name}.jsonl", [question.as_row() for question in rows])
    conditions = [condition.as_row() for subject in found for condition in subject.conditions]
    plan = {"run": config.run, "title": config.title or config.run, "conditions": conditions}
    write_text(config.out / "run.json", json.dumps(plan, indent=1, ensure_ascii=False) + "\n")
