"""The models of a config: a folder, an id of the hub, an endpoint, or completions that were saved before."""

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from evals.engines.config import EndpointModel
from evals.task import task_names
from settings import Settings

ORIGINS = ("path", "hub", "endpoint", "completions")


def known_tasks(tasks: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of tasks as they are; raises ValueError for one that is not shipped."""
    for task in tasks:
        if task not in task_names():
            raise ValueError(f"there is no task {task!r}; it must be one of {', '.join(task_names())}")
    return tasks


class ModelEntry(Settings):
    """A model to score, and how it is asked."""

    name: str = Field(min_length=1)
    """As reports have it; the folder of its results is made of it."""
    path: Path | None = None
    """A folder with a Hugging Face model, or with a LoRA adapter that names its base model."""
    hub: str | None = None
    """An id of the Hugging Face hub, in place of `path`."""
    revision: str = "main"
    """Branch, tag or commit of `hub`."""
    endpoint: EndpointModel | None = None
    """An OpenAI-compatible server."""
    completions: Path | None = None
    """JSONL of {id, completion}: answers that exist, to be scored (docs/results.md); nothing is generated."""
    adapter: Path | None = None
    """A folder with a LoRA adapter to lay over the model."""
    engine: Literal["hf", "vllm"] = "hf"
    """What generates for a `path` or `hub`; vllm needs a GPU and the package."""
    constrained: bool = False
    """Whether the structure's grammar is enforced while the model writes."""
    checkpoints: bool = False
    """Whether every `checkpoint-N` of the training run in `path` is scored too, each as a model of its own."""
    tasks: tuple[str, ...] | None = None
    """In place of the config's tasks."""
    family: str | None = None
    """With `tuned`: this model's place in the table of family by tuning."""
    tuned: bool | None = None
    """With `family`: whether it was trained on outlines."""
    seeds_of: str | None = None
    """Models that are the same config trained with other seeds share this name: one row, and one place by family."""

    @field_validator("tasks")
    @classmethod
    def _are_shipped(cls, tasks: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return tasks if tasks is None else known_tasks(tasks)

    def shares_place(self, other: "ModelEntry") -> bool:
        """Whether the two are one family, tuned alike, and not seeds of one config."""
        alike = self.family is not None and (self.family, self.tuned) == (other.family, other.tuned)
        return alike and (self.seeds_of is None or self.seeds_of != other.seeds_of)

    @model_validator(mode="after")
    def _has_one_origin(self) -> "ModelEntry":
        given = [name for name in ORIGINS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                "a model is named by one of path (a folder), hub (an id of the hub), endpoint (a server) and "
                f"completions (a file), got {', '.join(given) or 'none of them'}"
            )
        if (self.family is None) != (self.tuned is None):
            raise ValueError("family and tuned go together")
        return self

    @model_validator(mode="after")
    def _fits_its_origin(self) -> "ModelEntry":
        if self.checkpoints and self.path is None:
            raise ValueError("checkpoints are those of a training run: name its folder by path")
        if self.completions and self.constrained:
            raise ValueError("completions are there already: constrained has no effect on them")
        if self.adapter and not (self.path or self.hub):
            raise ValueError("an adapter is laid over a model that is named by path or hub")
        if self.endpoint and self.constrained and self.endpoint.grammar_field is None:
            raise ValueError("constrained needs endpoint.grammar_field: llama.cpp or vllm, by what the server reads")
        return self
