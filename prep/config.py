"""The schema of `configs/prep.yml`: what every key means and what it may be."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, FilePath, ValidationInfo, field_validator, model_validator

from llm import Endpoint
from outline import DEFAULT_SPEC
from settings import Settings, UserError
from settings.templates import check_template


class Columns(Settings):
    """Where a source keeps each field; null for one that it does not have."""

    description: str | None = Field(description="what the consultation is about, in a line")
    patient: str = Field(description="the question")
    doctor: str | None = Field(description="the reply that is rewritten; null for questions alone")
    status: str | None = Field(description="how grave the case is, such as low, medium or high")


class Source(Settings):
    """A dataset of a hub, or a local .jsonl, .csv, .parquet or Arrow folder."""

    hub: str | None = Field(default=None, description="id of a hub's dataset; either this or `path`")
    revision: str | None = Field(default=None, description="branch, tag or commit of the hub's dataset")
    split: str | None = Field(default=None, description="split of the hub's dataset, such as train")
    path: Path | None = Field(default=None, description="a local file or Arrow folder, from where the command is run")
    columns: Columns

    @model_validator(mode="after")
    def _one_place(self) -> "Source":
        if (self.hub is None) == (self.path is None):
            raise ValueError("needs either hub or path")
        if self.hub is not None and not (self.revision and self.split):
            raise ValueError("needs revision and split beside hub")
        return self

    def name(self) -> str:
        return str(self.path) if self.path else f"{self.hub}@{self.revision}"


class OpenAITeacher(Endpoint):
    """A hosted model behind an OpenAI-compatible endpoint."""

    name: Literal["openai"] = Field(description="which teacher this is")


class RulesTeacher(Settings):
    """Offline, deterministic, extractive."""

    name: Literal["rules"] = Field(description="which teacher this is")
    vocabulary: FilePath = Field(description="the word lists and headings that it sorts sentences by")


Teacher = Annotated[OpenAITeacher | RulesTeacher, Field(discriminator="name")]
_TEACHERS: dict[str, type[Settings]] = {"openai": OpenAITeacher, "rules": RulesTeacher}


def of_the_named(value: Any, teachers: Mapping[str, type[Settings]]) -> Any:
    """Leave out of a `teacher` section what belongs to another teacher, so that `--teacher` needs no other edit."""
    if not isinstance(value, dict):
        raise ValueError("must be a mapping with a name")
    name = value.get("name")
    chosen = teachers.get(str(name))
    if chosen is None:
        raise UserError(f"teacher.name must be one of {', '.join(teachers)}, got {name!r}")
    others = {key for schema in teachers.values() for key in schema.model_fields} - set(chosen.model_fields)
    return {key: item for key, item in value.items() if key not in others}


_ROW = frozenset({"structure", "description", "patient", "reply", "status"})
_ALLOWED = {"system": frozenset({"structure"}), "user": _ROW, "repair": frozenset({"structure", "findings"})}
_NEEDED = {"system": "structure", "user": "reply", "repair": "findings"}


class Prompts(Settings):
    """Templates: `{structure}` is the spec's instruction, the others are fields of the row."""

    system: str = Field(description="the teacher's instructions, the same for every row")
    user: str = Field(description="one row")
    repair: str = Field(description="what follows an answer that the gate refused; `{findings}` says why")

    @field_validator("system", "user", "repair")
    @classmethod
    def _is_a_template(cls, text: str, info: ValidationInfo) -> str:
        """Seen here, whichever teacher is chosen: a journal must not begin with a prompt that cannot be sent."""
        name = str(info.field_name)
        return check_template(text, _ALLOWED[name], {_NEEDED[name]})


class Gate(Settings):
    """What an outline must be, beyond compliant, to be kept."""

    tries: int = Field(ge=1, description="answers a row: the first, then repairs")
    min_coverage: float = Field(ge=0, le=1, description="share of the reply's content words in the outline")
    max_expansion: float = Field(gt=0, description="words of the outline per word of the reply")
    min_success: float = Field(
        ge=0, le=1, description="share of the rows with a reply that must be kept; below it the exit status is 1"
    )
    negations: tuple[Annotated[str, Field(pattern=r"\w")], ...] = Field(
        default=(),
        description="words that deny in a language other than English, such as nicht or 不: the outline must have as "
        "many of them as the reply; of English texts more is read without any",
    )


def _has_structure(value: str) -> str:
    if "{structure}" not in value:
        raise ValueError("must contain {structure}")
    return value


SystemMessage = Annotated[str, AfterValidator(_has_structure)]
"""Holds `{structure}`; other braces are text."""


class Chat(Settings):
    """The training set and its splits."""

    system: SystemMessage = Field(
        description="system message of every conversation; `{structure}` is the spec's instruction"
    )
    seed: int = Field(description="draws which rows are validation and test")
    validation: float = Field(ge=0, lt=1, description="share of the rows")
    test: float = Field(ge=0, lt=1, description="share of the rows")
    near_duplicate: float = Field(gt=0, le=1, description="Jaccard similarity from which two texts are one")
    tokenizer: str | None = Field(description="folder or hub id, for the lengths in the card; null: words only")

    @model_validator(mode="after")
    def _something_to_train_on(self) -> "Chat":
        if self.validation + self.test >= 1:
            raise ValueError("validation and test together must be below 1")
        return self


class Ray(Settings):
    """`engine: ray`: the cluster that RAY_ADDRESS names, or this machine."""

    actors: int | None = Field(ge=1, description="processes that convert; null: one for each `cpus` of the cluster")
    cpus: float = Field(gt=0, description="cores that one actor is given")
    blocks: int = Field(ge=1, le=1000, description="parts, of one journal each; fixed by the first run into a folder")
    together: int = Field(ge=1, description="blocks that one actor works on at once")


class Batch(Settings):
    """`engine: batch`: a provider's batch API, in OpenAI's format."""

    requests: int = Field(ge=1, le=50_000, description="requests of one batch at most")
    megabytes: float = Field(gt=0, le=200, description="size of one batch's file at most")
    poll: float = Field(gt=0, description="seconds between two looks at the batches under way")


class PrepConfig(Settings):
    """A whole run: source, teacher, gate, splits, and where the result goes."""

    spec: FilePath = Field(default=DEFAULT_SPEC, description="the structure contract")
    source: Source
    questions: Source | None = Field(description="held-out rows, never trained on; null for none")
    raw: Path = Field(description="folder that keeps what was fetched from a hub")
    out: Path = Field(description="folder of the datasets, the journal and the manifest")
    limit: int | None = Field(ge=1, description="take the first rows only; null takes all")
    save_every: float = Field(gt=0, description="seconds between two forced writes of the journal to the disk")
    engine: Literal["local", "ray", "batch"] = Field(
        description="where the converter runs: here, as Ray Data actors, or by a provider's batch API"
    )
    ray: Ray | None = Field(default=None, description="for engine: ray")
    batch: Batch | None = Field(default=None, description="for engine: batch")
    teacher: Teacher = Field(description="who writes the outlines: `openai`, a hosted model, or `rules`, offline")
    prompts: Prompts | None = None
    gate: Gate
    chat: Chat

    @field_validator("teacher", mode="before")
    @classmethod
    def _of_the_named(cls, value: Any) -> Any:
        return of_the_named(value, _TEACHERS)

    @field_validator("source")
    @classmethod
    def _has_replies(cls, value: Source) -> Source:
        if value.columns.doctor is None:
            raise ValueError("columns.doctor must name the column of the replies that are converted")
        return value

    @model_validator(mode="after")
    def _what_the_engine_needs(self) -> "PrepConfig":
        if self.engine != "local" and getattr(self, self.engine) is None:
            raise ValueError(f"{self.engine} is missing: engine {self.engine} needs it")
        if self.engine == "batch" and self.teacher.name != "openai":
            raise ValueError("engine batch sends requests to a provider: it needs the openai teacher")
        return self

    @model_validator(mode="after")
    def _prompts_for_a_model(self) -> "PrepConfig":
        if self.teacher.name == "openai" and self.prompts is None:
            raise ValueError("prompts is missing: the openai teacher needs it")
        return self
