"""The schema of `configs/questions.yml`, of the templates that it names, and of its prompts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, FilePath, field_validator

from outline import DEFAULT_SPEC
from prep.config import OpenAITeacher, SystemMessage, of_the_named
from settings import Settings
from settings.templates import check_template

_MAY_HOLD = {"system": frozenset[str](), "user": frozenset({"count", "severity", "topic", "known"})}
_MUST_HOLD = {"system": frozenset[str](), "user": frozenset({"count", "severity", "topic"})}


class TemplatesTeacher(Settings):
    """Offline, seeded: sentences with slots."""

    name: Literal["templates"] = Field(description="which teacher this is")
    templates: FilePath = Field(description="YAML of sentences with slots, and of the phrases that fill them")


Teacher = Annotated[OpenAITeacher | TemplatesTeacher, Field(discriminator="name")]
_TEACHERS: dict[str, type[Settings]] = {"openai": OpenAITeacher, "templates": TemplatesTeacher}


class Prompts(Settings):
    """What a hosted teacher is asked with: a template holds {count}, {severity}, {topic} and {known}, the questions
    that are there already; a literal brace is written twice."""

    system: str = Field(description="fixed instructions")
    user: str = Field(description="template of the message, for one severity of one topic")

    @field_validator("system", "user")
    @classmethod
    def _is_a_template(cls, text: str, info: Any) -> str:
        return check_template(text, _MAY_HOLD[info.field_name], _MUST_HOLD[info.field_name])


class QuestionsConfig(Settings):
    """One set of synthetic questions."""

    spec: FilePath = Field(default=DEFAULT_SPEC, description="the structure contract")
    system: SystemMessage = Field(description="what the model is told: the `chat.system` that it was trained with")
    out: Path = Field(description="the chat JSONL; its journal and its manifest stand beside it")
    n: int = Field(ge=1, description="questions, spread evenly over severities and topics")
    severities: tuple[str, ...] = Field(min_length=1, description="kept as `status` of a question")
    topics: tuple[str, ...] = Field(min_length=1, description="kept as `topic` of a question")
    avoid: tuple[Path, ...] = Field(description="chat JSONL: what nearly equals a question of these is left out")
    near_duplicate: float = Field(gt=0, le=1, description="Jaccard similarity from which two questions are one")
    min_words: int = Field(ge=1, description="of a question; a shorter one is left out")
    seed: int = Field(description="of the order, and of the templates' choices")
    per_request: int = Field(ge=1, description="questions that one request asks for at most")
    rounds: int = Field(ge=1, description="times that what is missing is asked for")
    save_every: float = Field(gt=0, description="seconds between two forced writes of the journal to the disk")
    teacher: Teacher = Field(description="who writes the questions: `openai`, a hosted model, or `templates`, offline")
    prompts: Prompts

    @field_validator("teacher", mode="before")
    @classmethod
    def _of_the_named(cls, value: Any) -> Any:
        return of_the_named(value, _TEACHERS)

    @field_validator("severities", "topics")
    @classmethod
    def _are_distinct(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"given twice: {', '.join(twice)}")
        return names


class Templates(Settings):
    """The file that `teacher.templates` names: sentences with slots, and the phrases that fill them."""

    forms: tuple[str, ...] = Field(min_length=1, description="whole questions, with {slots}")
    shared: Mapping[str, tuple[str, ...]] = Field(description="slot to phrases, for every topic and severity")
    topics: Mapping[str, Mapping[str, Mapping[str, tuple[str, ...]]]] = Field(
        description="topic to severity to slot to phrases"
    )
