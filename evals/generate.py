"""Lets one model answer the questions of its tasks through lm-eval, batch after batch into the stores."""

import gc
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evals.completions import Completion, CompletionStore
from evals.conditions import Condition, Subject
from evals.config import EvalConfig, folder_name
from evals.models import LocalModel
from evals.progress import GenerationProgress
from evals.quiet import quiet_libraries
from evals.task import TASKS
from settings import UserError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """One condition of a model, and where its completions go."""

    condition: Condition
    store: CompletionStore


def generate(
    model: LocalModel | None,
    subject: Subject,
    config: EvalConfig,
    jobs: Sequence[Job],
    answers: Sequence[str],
    grammar: str | None,
) -> str | None:
    """Put the completions that the jobs miss into their stores; return the error that ended this early, if one did.

    `model` is None for one behind an endpoint. Such an error (memory, a broken file) is the system's failure and not
    the model's: the questions left stay unscored, and the next model runs. Raises `UserError` when the limit of new
    tokens does not hold one of the reference `answers`, or does not fit into the model's context.
    """
    store_sizes = [(job.store.total, len(job.store.done)) for job in jobs]
    progress = GenerationProgress(subject.entry.name, *map(sum, zip(*store_sizes, strict=True)))
    try:
        quiet_libraries()
        with progress:
            lm = _open(model, subject, config, grammar, progress)
            if model:
                _require_room_for_references(lm.tokenizer, model.name, answers, config.generation.max_new_tokens)
            for job in jobs:
                _answer(lm, job, config, progress)
            return _failures(lm)
    except UserError:
        raise
    except Exception as error:
        log.exception("%s: generation failed", subject.entry.name)
        return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
    finally:
        _release_memory()


def _failures(lm: Any) -> str | None:
    """Say which requests of an endpoint found no answer; a model in this process has none of those."""
    failures: dict[int, str] = getattr(lm, "failures", {})
    reasons = ", ".join(sorted(set(failures.values())))[:300]
    return f"{len(failures)} requests found no answer: {reasons}" if failures else None


def _open(
    model: LocalModel | None, subject: Subject, config: EvalConfig, grammar: str | None, progress: GenerationProgress
) -> Any:
    """Load the model as lm-eval's; the modules that import torch, vllm or openai are imported here."""
    if model is None:
        from evals.engines.endpoint import EndpointLM

        server = subject.entry.endpoint
        assert server
        journal = config.out / folder_name(subject.entry.name) / "journal.jsonl"
        endpoint = server.endpoint(config.generation.max_new_tokens, grammar)
        return EndpointLM(endpoint, journal, opens_thinking=server.opens_thinking)
    if subject.entry.engine == "vllm":
        _require_vllm(model.name)
        from evals.engines.vllm import RecordingVLLM

        return RecordingVLLM(model, config.generation, grammar)
    from evals.engines.hf import RecordingLM

    return RecordingLM(model, config.generation, progress.stepped, grammar)


def _answer(lm: Any, job: Job, config: EvalConfig, progress: GenerationProgress) -> None:
    """Make the completions of one condition, sample after sample."""
    import lm_eval
    from lm_eval.tasks import TaskManager

    def keep(batch: Sequence[Completion]) -> None:
        job.store.append(batch)
        progress.completed(len(batch))

    job.store.open()
    simple_evaluate: Any = lm_eval.simple_evaluate  # its decorator hides the signature from a type checker
    for sample in range(config.generation.samples):
        done = job.store.of_sample(sample)
        if len(done) * config.generation.samples == job.store.total:
            continue
        lm.take_up(done, sample, keep)
        simple_evaluate(
            model=lm,
            tasks=[job.condition.task.name],
            task_manager=TaskManager(include_path=str(TASKS), include_defaults=False, metadata=_metadata(config)),
            apply_chat_template=True,
            fewshot_as_multiturn=True,
            gen_kwargs=_generation_arguments(config),
            bootstrap_iters=0,
            log_samples=False,
        )


def _metadata(config: EvalConfig) -> dict[str, Any]:
    shots = str(config.shots) if config.shots else None
    return {"questions": str(config.questions), "spec": str(config.spec), "limit": config.limit, "shots": shots}


def _generation_arguments(config: EvalConfig) -> dict[str, Any]:
    generation = config.generation
    arguments: dict[str, Any] = {"max_gen_toks": generation.max_new_tokens}
    if generation.repetition_penalty != 1.0:
        arguments["repetition_penalty"] = generation.repetition_penalty
    if generation.temperature:
        arguments |= {"do_sample": True, "temperature": generation.temperature, "top_p": generation.top_p}
    return arguments


def _require_vllm(name: str) -> None:
    from importlib.util import find_spec

    if find_spec("vllm") is None:
        raise UserError(
            f"{name}: engine: vllm needs the package vllm, which is not installed (it runs on a GPU)",
            hint="pip install vllm into an environment of its own and serve the model, or leave `engine` out",
        )


def _require_room_for_references(tokenizer: Any, name: str, answers: Sequence[str], room: int) -> None:
    """Refuse a limit of new tokens that would cut a reference outline (its end token takes one more)."""
    longest = max((len(tokenizer.encode(answer, add_special_tokens=False)) + 1 for answer in answers), default=0)
    if longest > room:
        raise UserError(
            f"generation.max_new_tokens must hold every reference outline: the longest has {longest} tokens "
            f"for {name}, got {room}",
            hint=f"set generation.max_new_tokens={longest} or more",
        )


def _release_memory() -> None:
    """Give a model's memory back before the next one is loaded."""
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
