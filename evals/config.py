"""The schema of `configs/eval*.yml`."""

from itertools import combinations
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from evals.entries import ModelEntry, known_tasks
from evals.judge.config import JudgeConfig
from evals.knowledge import KnowledgeConfig
from evals.mece.encoder import EncoderConfig
from settings import Settings


class Generation(Settings):
    """How completions are made, with the same arguments for every model; greedily unless a temperature is set."""

    max_new_tokens: int = Field(ge=1)
    """The most tokens of one completion; must hold every reference outline."""
    batch_size: int = Field(ge=1)
    """Questions generated at once, sorted by length."""
    dtype: Literal["auto", "native", "float32", "bfloat16", "float16"] = "auto"
    """auto: as the weights were saved; native: bfloat16 where the processor has instructions for it, else float32."""
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    """auto: a card of CUDA where there is one, else the CPU."""
    repetition_penalty: float = Field(default=1.0, gt=0)
    """1.0 is none."""
    samples: int = Field(default=1, ge=1)
    """Completions of one question; more than one give pass@k and need a temperature."""
    temperature: float = Field(default=0.0, ge=0)
    """0 is greedy."""
    top_p: float = Field(default=1.0, gt=0, le=1)
    """Sample from the likeliest tokens that together have this probability."""
    seed: int = 0
    """Of the sampling."""

    @model_validator(mode="after")
    def _samples_differ(self) -> "Generation":
        if self.samples > 1 and not self.temperature:
            raise ValueError(f"{self.samples} greedy samples would all be the same: set a temperature, say 0.7")
        return self

    def device_name(self) -> str | None:
        """Return the device as lm-eval takes it; None: the first card of CUDA."""
        if self.device != "auto":
            return self.device
        import torch

        return None if torch.cuda.is_available() else "cpu"

    @field_validator("dtype")
    @classmethod
    def _resolve_native(cls, dtype: str) -> str:
        """Reports and the keys of completions hold the type that was used, not how it was asked for."""
        if dtype != "native":
            return dtype
        return "bfloat16" if _has_bfloat16() else "float32"


def _has_bfloat16() -> bool:
    """Whether the processor multiplies in bfloat16 (AVX512-BF16 or AMX); without those it is slower than float32."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False
    return "avx512_bf16" in flags or "amx_bf16" in flags


class Statistics(Settings):
    """Intervals and paired comparisons."""

    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    """Of every interval; a difference is shown where its corrected p-value is below 1 minus this."""
    resamples: int = Field(default=10_000, ge=100)
    """Resamples of a bootstrap, and of a permutation test too large to be exact, which has more in a large family."""
    seed: int = 0
    """Of the resampling."""
    power: float = Field(default=0.8, gt=0.5, lt=1)
    """The chance with which a true difference shall be found: what a minimum detectable effect is computed for."""


class EvalConfig(Settings):
    """One evaluation: which models answer which questions, and where the results go."""

    run: str = Field(pattern=r"^[\w.-]+$")
    """Name of the folder under `results`."""
    title: str = ""
    """Heading of the report; by default the run's name."""
    results: Path = Path("results")
    """Folder of all runs, and of the embeddings that they share."""
    tasks: tuple[str, ...] = Field(default=("outline",), min_length=1)
    """Of `evals/tasks`; a model may name its own."""
    questions: Path
    """Chat JSONL; the prompt of a row is everything before its last assistant message."""
    shots: Path | None = None
    """Chat JSONL of worked examples for the tasks that show some; by default those beside the tasks."""
    reference_answers: Path | None = None
    """Chat JSONL whose assistant messages `max_new_tokens` must hold; by default `questions` itself."""
    limit: int | None = Field(default=None, ge=1)
    """Take only the first questions."""
    spec: Path = Path("configs/outline.yml")
    """The structure contract that answers are held against."""
    models: tuple[ModelEntry, ...] = Field(min_length=1)
    generation: Generation
    statistics: Statistics = Statistics()
    encoder: EncoderConfig | None = EncoderConfig()
    """Whose sentence embeddings the Pyramid and MECE scores go by; null: no such scores."""
    judge: JudgeConfig | None = None
    """A hosted model that grades the answers; without one they are not judged."""
    knowledge: KnowledgeConfig | None = None
    """Multiple-choice tasks that tell whether tuning cost knowledge; most need a hub."""

    @field_validator("run")
    @classmethod
    def _is_below_results(cls, run: str) -> str:
        if run in (".", ".."):
            raise ValueError("must name a folder below `results`")
        return run

    @field_validator("tasks")
    @classmethod
    def _are_shipped(cls, tasks: tuple[str, ...]) -> tuple[str, ...]:
        return known_tasks(tasks)

    @field_validator("models")
    @classmethod
    def _have_names_of_their_own(cls, models: tuple[ModelEntry, ...]) -> tuple[ModelEntry, ...]:
        # Some file systems (macOS) take a and A for one folder.
        folders = [folder_name(model.name).casefold() for model in models]
        if twice := sorted({name for name in folders if folders.count(name) > 1}):
            said = "every model needs a name of its own, which names its folder, capitals or not"
            raise ValueError(f"{said}; given twice: {', '.join(twice)}")
        return models

    @model_validator(mode="after")
    def _have_places_of_their_own(self) -> "EvalConfig":
        """The table of family by tuning has one place for each, task by task."""
        for one, other in combinations(self.models, 2):
            shared = [task for task in one.tasks or self.tasks if task in (other.tasks or self.tasks)]
            if shared and one.shares_place(other):
                place = f"family {one.family}, tuned {str(one.tuned).lower()}"
                raise ValueError(
                    f"models: {one.name} and {other.name} are both {place}, under the task {shared[0]}; such a place "
                    "takes one model, or seeds of one config: give them the same seeds_of, or leave family and tuned "
                    "out of one"
                )
        return self

    @model_validator(mode="after")
    def _have_one_limit(self) -> "EvalConfig":
        """The limit of new tokens is told once, for all models, whatever a server calls it."""
        for model in self.models:
            limit = model.endpoint and model.endpoint.extra.get("max_completion_tokens")
            if limit is not None and limit != self.generation.max_new_tokens:
                raise ValueError(
                    f"models: {model.name}: endpoint.extra.max_completion_tokens takes the place of "
                    f"generation.max_new_tokens, {self.generation.max_new_tokens}, and must be the same, got {limit}"
                )
        return self

    @property
    def out(self) -> Path:
        """The folder of this run."""
        return self.results / self.run


def folder_name(model_name: str) -> str:
    """Return the folder under the run that holds a model's results: letters, digits, `.`, `_` and `-` only."""
    return (
        "".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in model_name).strip(".-") or "model"
    )
