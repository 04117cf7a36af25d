"""Runs the models of a config through lm-eval, one after the other in this process, and scores what they answered."""

from collections.abc import Sequence
from typing import Any

from rich.markup import escape

from evals.completions import Completion, CompletionStore
from evals.config import EvalConfig, folder_name
from evals.fingerprint import fingerprint
from evals.generate import generate
from evals.models import LocalModel, locate
from evals.questions import Question, load_questions
from evals.scoring import Score, score_completion
from evals.summary import Result
from outline import StructureSpec
from settings import console, write_jsonl


def evaluate(config: EvalConfig) -> tuple[list[Question], list[Result]]:
    """Return the questions and each model's completions and scores, in the order of the config.

    Every check that needs no torch comes first, so that a mistake in the last model costs no time on the first. A
    model that was run before with the same files, arguments, code and questions is not loaded again.
    """
    spec = StructureSpec.load(config.spec)
    questions = load_questions(config.questions, config.limit)
    answers = [row.answer for row in load_questions(config.reference_answers or config.questions) if row.answer]
    models = [locate(entry) for entry in config.models]
    return questions, [_evaluate_model(model, config, questions, answers, spec) for model in models]


def _evaluate_model(
    model: LocalModel, config: EvalConfig, questions: Sequence[Question], answers: Sequence[str], spec: StructureSpec
) -> Result:
    folder = config.out / folder_name(model.name)
    store = CompletionStore(folder, fingerprint(model, config.generation, config.task), questions)
    error = None
    if missing := store.missing():
        console.print(f"[bold]{escape(model.name)}[/]: {missing} of {len(questions)} questions to answer")
        error = generate(model, config, store, answers)
    else:
        console.print(f"[bold]{escape(model.name)}[/]: all {len(questions)} answers are there from an earlier run")
    scores = {id: score_completion(questions[id], made.completion, spec) for id, made in sorted(store.done.items())}
    write_jsonl(folder / "scores.jsonl", [_score_row(store.done[id], score) for id, score in scores.items()])
    return Result(model.name, store.done, scores, error)


def _score_row(completion: Completion, score: Score) -> dict[str, Any]:
    truncated = completion.finish_reason == "length"
    return {"id": completion.id, **score.as_dict(), "tokens": completion.tokens, "truncated": truncated}
