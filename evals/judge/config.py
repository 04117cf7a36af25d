"""The schema of the `judge:` section: who judges, what, and with which words."""

from pathlib import Path

from pydantic import Field, model_validator

from llm import Endpoint
from settings import Settings, UserError, load_config
from settings.templates import check_template

PROMPTS = Path(__file__).with_name("prompts.yml")


class JudgeConfig(Settings):
    """A judge behind an OpenAI-compatible endpoint."""

    endpoint: Endpoint
    pointwise: bool = Field(default=True, description="grade every answer by the rubric")
    pairwise: bool = Field(default=True, description="compare the models' answers two by two, in both orders")
    pairs: tuple[tuple[str, str], ...] | None = Field(
        default=None, description="names of the models that are compared; null: every pair, which grows fast"
    )
    prompts: Path = Field(default=PROMPTS, description="file with the words that it is asked with")
    limit: int | None = Field(default=None, ge=1, description="judge the first questions only; null: all")
    save_every: float = Field(default=5, gt=0, description="seconds between two forced writes of the journal")

    @model_validator(mode="after")
    def _asks_for_something(self) -> "JudgeConfig":
        if not (self.pointwise or self.pairwise):
            raise ValueError("needs pointwise or pairwise: with both false there is nothing to judge")
        return self


class Prompt(Settings):
    """What one kind of verdict is asked with: fixed instructions, and the template of the message with the texts."""

    system: str
    """The instructions, sent as they are."""
    user: str
    """The template of the message: {mark} and the texts of the case."""


class Prompts(Settings):
    """The file that `JudgeConfig.prompts` names."""

    no_reference: str
    """What stands in the place of a reply that is not known."""
    pointwise: Prompt
    """For the grades of one answer."""
    pairwise: Prompt
    """For the better one of two answers."""


_TEXTS = {
    "pointwise": {"mark", "question", "reference", "answer"},
    "pairwise": {"mark", "question", "reference", "answer_a", "answer_b"},
}


def load_prompts(path: Path) -> Prompts:
    """Return the prompts of a file; raises `UserError` for a template with a wrong or a missing variable."""
    prompts = load_config(path, Prompts)
    for kind, texts in _TEXTS.items():
        try:
            check_template(getattr(prompts, kind).user, texts, texts)
        except ValueError as error:
            raise UserError(f"{path}: {kind}.user {error}") from error
    return prompts
