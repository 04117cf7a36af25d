"""The schema of `configs/eval*.yml`."""

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from settings import Settings

TASKS = Path(__file__).with_name("tasks")


class ModelEntry(Settings):
    """A model to score: a folder or an id of the hub, with or without a LoRA adapter over it."""

    name: str = Field(min_length=1)
    path: Path | None = None
    """A folder with a Hugging Face model, or with a LoRA adapter that names its base model."""
    hub: str | None = None
    """An id of the Hugging Face hub, in place of `path`."""
    revision: str = "main"
    """Branch, tag or commit of `hub`."""
    adapter: Path | None = None
    """A folder with a LoRA adapter to lay over the model."""

    @model_validator(mode="after")
    def _has_one_origin(self) -> "ModelEntry":
        if (self.path is None) == (self.hub is None):
            raise ValueError("a model is named by either path (a folder) or hub (an id of the hub)")
        return self


class Generation(Settings):
    """How completions are made: greedily, and with the same arguments for every model."""

    max_new_tokens: int = Field(ge=1)
    """The most tokens of one completion; must hold every reference outline."""
    batch_size: int = Field(ge=1)
    """Questions generated at once, sorted by length."""
    dtype: Literal["auto", "native", "float32", "bfloat16", "float16"] = "auto"
    """auto: as the weights were saved; native: bfloat16 where the processor has instructions for it, else float32."""
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    repetition_penalty: float = Field(default=1.0, gt=0)
    """1.0 is none."""

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
    resamples: int = Field(default=10_000, ge=100)
    """Bootstrap resamples of the paired difference."""
    seed: int = 0


class EvalConfig(Settings):
    """One evaluation: which models answer which questions, and where the results go."""

    run: str = Field(pattern=r"^[\w.-]+$")
    """Name of the folder under `results`."""
    title: str = ""
    """Heading of the report; by default the run's name."""
    results: Path = Path("results")
    task: str = "outline"
    questions: Path
    """Chat JSONL; the prompt of a row is everything before its last assistant message."""
    reference_answers: Path | None = None
    """Chat JSONL whose assistant messages `max_new_tokens` must hold; by default `questions` itself."""
    limit: int | None = Field(default=None, ge=1)
    """Take only the first questions."""
    spec: Path = Path("configs/outline.yml")
    models: tuple[ModelEntry, ...] = Field(min_length=1)
    generation: Generation
    statistics: Statistics = Statistics()
    examples: int = Field(default=12, ge=0)
    """Questions shown side by side in the report."""

    @field_validator("task")
    @classmethod
    def _is_shipped(cls, task: str) -> str:
        allowed = sorted(path.stem for path in TASKS.glob("*.yaml"))
        if task not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return task

    @field_validator("models")
    @classmethod
    def _have_names_of_their_own(cls, models: tuple[ModelEntry, ...]) -> tuple[ModelEntry, ...]:
        folders = [folder_name(model.name) for model in models]
        if twice := sorted({name for name in folders if folders.count(name) > 1}):
            raise ValueError(f"every model needs a name of its own; given twice: {', '.join(twice)}")
        return models

    @property
    def out(self) -> Path:
        """The folder of this run."""
        return self.results / self.run


def folder_name(model_name: str) -> str:
    """Return the folder under the run that holds a model's results: letters, digits, `.`, `_` and `-` only."""
    return (
        "".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in model_name).strip(".-") or "model"
    )
