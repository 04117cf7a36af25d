"""Runs the models of a config through lm-eval, one after the other in this process, and scores what they answered."""

import gc
import logging
import os
from collections.abc import Sequence
from typing import Any

from evals.completions import Completion, CompletionStore
from evals.config import TASKS, EvalConfig, folder_name
from evals.fingerprint import fingerprint
from evals.models import LocalModel, locate
from evals.progress import GenerationProgress
from evals.questions import Question, load_questions
from evals.scoring import Score, score_completion
from evals.summary import Result
from outline import StructureSpec
from settings import UserError, console, write_jsonl

log = logging.getLogger(__name__)


def evaluate(config: EvalConfig) -> tuple[list[Question], list[Result]]:
    """Return the questions and each model's completions and scores, in the order of the config.

    Every check that needs no torch comes first, so that a mistake in the last model costs no time on the first. A
    model that was run before with the same files, arguments, code and questions is not loaded again.
    """
    spec = StructureSpec.load(config.spec)
    questions = load_questions(config.questions, config.limit)
    models = [locate(entry) for entry in config.models]
    return questions, [_evaluate_model(model, config, questions, spec) for model in models]


def _evaluate_model(
    model: LocalModel, config: EvalConfig, questions: Sequence[Question], spec: StructureSpec
) -> Result:
    folder = config.out / folder_name(model.name)
    store = CompletionStore(folder, fingerprint(model, config.generation, config.task), questions)
    error = None
    if missing := store.missing(questions):
        console.print(f"[bold]{model.name}[/]: {len(missing)} of {len(questions)} questions to answer")
        error = _complete(model, config, questions, store)
    else:
        console.print(f"[bold]{model.name}[/]: all {len(questions)} answers are there from an earlier run")
    scores = {id: score_completion(questions[id], made.completion, spec) for id, made in sorted(store.done.items())}
    write_jsonl(folder / "scores.jsonl", [_score_row(store.done[id], score) for id, score in scores.items()])
    return Result(model.name, store.done, scores, error)


def _score_row(completion: Completion, score: Score) -> dict[str, Any]:
    truncated = completion.finish_reason == "length"
    return {"id": completion.id, **score.as_dict(), "tokens": completion.tokens, "truncated": truncated}


def _complete(
    model: LocalModel, config: EvalConfig, questions: Sequence[Question], store: CompletionStore
) -> str | None:
    """Generate what is missing; return the error that ended it early, which is the system's and not the model's."""
    store.open()
    try:
        with GenerationProgress(model.name, len(questions), len(store.done)) as progress:

            def keep(batch: Sequence[Completion]) -> None:
                store.append(batch)
                progress.completed(len(batch))

            _run_lm_eval(model, config, store, keep, progress.stepped)
    except UserError:
        raise
    except Exception as error:
        log.exception("%s: generation failed", model.name)
        return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
    finally:
        _release_memory()
    return None


def _run_lm_eval(model: LocalModel, config: EvalConfig, store: CompletionStore, keep: Any, stepped: Any) -> None:
    _quieten()
    import lm_eval
    from lm_eval.tasks import TaskManager

    from evals.lm import RecordingLM

    metadata = {"questions": str(config.questions), "spec": str(config.spec), "limit": config.limit}
    lm = RecordingLM(model, config.generation, store.done, keep, stepped)
    _require_room_for_references(lm.tokenizer, model.name, config)
    lm_eval.simple_evaluate(
        model=lm,
        tasks=[config.task],
        task_manager=TaskManager(include_path=str(TASKS), include_defaults=False, metadata=metadata),
        apply_chat_template=True,
        gen_kwargs=_generation_arguments(config),
        bootstrap_iters=0,
        log_samples=False,
    )


def _generation_arguments(config: EvalConfig) -> dict[str, Any]:
    generation = config.generation
    arguments: dict[str, Any] = {"max_gen_toks": generation.max_new_tokens}
    if generation.repetition_penalty != 1.0:
        arguments["repetition_penalty"] = generation.repetition_penalty
    return arguments


def _require_room_for_references(tokenizer: Any, name: str, config: EvalConfig) -> None:
    """Refuse a limit of new tokens that would cut a reference outline (its end token takes one more)."""
    answers = load_questions(config.reference_answers or config.questions)
    lengths = [len(tokenizer.encode(row.answer, add_special_tokens=False)) + 1 for row in answers if row.answer]
    if lengths and max(lengths) > config.generation.max_new_tokens:
        raise UserError(
            f"generation.max_new_tokens must hold every reference outline: the longest has {max(lengths)} tokens "
            f"for {name}, got {config.generation.max_new_tokens}",
            hint=f"set generation.max_new_tokens={max(lengths)} or more",
        )


def _quieten() -> None:
    """Leave out the libraries' log lines and progress bars; ours stay. tqdm reads its variable at import."""
    os.environ.setdefault("TQDM_DISABLE", "1")
    import transformers

    logging.getLogger("lm_eval").setLevel(logging.ERROR)
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()


def _release_memory() -> None:
    """Give a model's memory back before the next one is loaded."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
