"""Lets one model answer the questions through lm-eval, batch after batch into its store of completions."""

import gc
import logging
import os
from collections.abc import Sequence
from typing import Any

from evals.completions import Completion, CompletionStore
from evals.config import TASKS, EvalConfig
from evals.models import LocalModel
from evals.progress import GenerationProgress
from settings import UserError

log = logging.getLogger(__name__)


def generate(model: LocalModel, config: EvalConfig, store: CompletionStore, answers: Sequence[str]) -> str | None:
    """Put the completions that `store` misses into it; return the error that ended this early, if one did.

    Such an error (memory, a broken file) is the system's failure and not the model's: the questions left stay
    unscored, and the next model runs. Raises `UserError` when the limit of new tokens does not hold one of the
    reference `answers`, or does not fit into the model's context.
    """
    store.open()
    try:
        with GenerationProgress(model.name, store.total, len(store.done)) as progress:

            def keep(batch: Sequence[Completion]) -> None:
                store.append(batch)
                progress.completed(len(batch))

            _run_lm_eval(model, config, store, answers, keep, progress.stepped)
    except UserError:
        raise
    except Exception as error:
        log.exception("%s: generation failed", model.name)
        return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
    finally:
        _release_memory()
    return None


def _run_lm_eval(
    model: LocalModel, config: EvalConfig, store: CompletionStore, answers: Sequence[str], keep: Any, stepped: Any
) -> None:
    _prepare_libraries()
    import lm_eval
    from lm_eval.tasks import TaskManager

    from evals.lm import RecordingLM

    metadata = {"questions": str(config.questions), "spec": str(config.spec), "limit": config.limit}
    lm = RecordingLM(model, config.generation, store.done, keep, stepped)
    _require_room_for_references(lm.tokenizer, model.name, answers, config.generation.max_new_tokens)
    simple_evaluate: Any = lm_eval.simple_evaluate  # its decorator hides the signature from a type checker
    simple_evaluate(
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


def _require_room_for_references(tokenizer: Any, name: str, answers: Sequence[str], room: int) -> None:
    """Refuse a limit of new tokens that would cut a reference outline (its end token takes one more)."""
    longest = max((len(tokenizer.encode(answer, add_special_tokens=False)) + 1 for answer in answers), default=0)
    if longest > room:
        raise UserError(
            f"generation.max_new_tokens must hold every reference outline: the longest has {longest} tokens "
            f"for {name}, got {room}",
            hint=f"set generation.max_new_tokens={longest} or more",
        )


def _prepare_libraries() -> None:
    """Set what libraries read at import: no log lines and progress bars but ours, and threads that wait asleep."""
    os.environ.setdefault("TQDM_DISABLE", "1")
    # Read when torch loads its OpenMP: threads that wait sleep. Spinning ones take the core from the thread they wait
    # for wherever two virtual cores share a real one, and a run then takes several times as long.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import transformers

    logging.getLogger("lm_eval").setLevel(logging.ERROR)
    logging.getLogger("torch.utils._pytree").setLevel(logging.ERROR)
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()


def _release_memory() -> None:
    """Give a model's memory back before the next one is loaded."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
