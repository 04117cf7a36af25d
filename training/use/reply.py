"""What every engine is asked with, and what it gives back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from outline import opens_thinking
from settings import UserError
from training.use.prompt import Message

OnText = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """How an answer is to be made."""

    max_new_tokens: int
    temperature: float
    """0 is greedy, as evaluation generates."""
    grammar: str | None
    """A grammar that the answer is held to, token by token; None leaves it free."""


@dataclass(frozen=True)
class Reply:
    """An answer; `cut` says that the limit of new tokens ended it, not the model."""

    text: str
    cut: bool


class Engine(Protocol):
    """Something that answers: in this process, or over HTTP."""

    def answer(self, messages: list[Message], asked: Asked, on_text: OnText) -> Reply:
        """Return the answer to a conversation; `on_text` gets it piece by piece as it is made."""
        ...

    def close(self) -> None:
        """Give back what the engine holds."""
        ...


def grammar_fields(grammar: str) -> dict[str, Any]:
    """Return the fields of a chat request that hold its answer to a grammar: llama.cpp's and vLLM's.

    Each server leaves the other's alone.
    """
    return {"grammar": grammar, "structured_outputs": {"grammar": grammar}}


def refuse_inside_thinking(prompt: str) -> None:
    """Raise `UserError` for a prompt that ends inside a think block: a grammar would hold the thoughts to it."""
    if opens_thinking(prompt):
        raise UserError(
            "the chat template opens a think block, in which a grammar has no place",
            hint="ask without --grammar, or take a model that was trained here: its template has no think block",
        )
