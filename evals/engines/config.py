"""The schema of a model that is evaluated through an OpenAI-compatible endpoint."""

import datetime
from typing import Any, Literal

from pydantic import Field, model_validator

from llm import Endpoint, Prices
from llm.endpoint import Extra, KeyVariable, Url
from settings import Settings, UserError

GrammarField = Literal["llama.cpp", "vllm"]

_FREE = Prices(date=datetime.date.min, input=0, cached_input=0, output=0)
"""Of a server of one's own."""


class EndpointModel(Settings):
    """A server and the model on it; `base_url` and `model` are enough for a server of one's own."""

    base_url: Url
    """Of the API, without `/chat/completions`."""
    model: str = Field(min_length=1)
    """As the server names it."""
    api_key_env: KeyVariable | None = None
    """Environment variable that holds the key; null: the server wants none."""
    temperature: float | None = Field(default=0, ge=0, le=2)
    """0 is greedy; null: none is sent, for a model that refuses one. The generation arguments of a task, where it names
    a temperature, come before a number here."""
    top_p: float | None = Field(default=None, gt=0, le=1)
    """Sample from the likeliest tokens that together have this probability; null: the server's own."""
    seed: int | None = None
    """Of a question's first sample; each further one is asked with the next number. Whether the same seed gives the
    same answer is up to the server."""
    system_role: bool = True
    """False: the system message is put before the first user message, for a model that takes none."""
    extra: Extra = Field(default_factory=dict)
    """Further fields of the request body. max_completion_tokens goes in max_tokens' place, and must be
    generation.max_new_tokens."""
    grammar_field: GrammarField | None = None
    """What the server reads a grammar from: `grammar` (llama.cpp) or `structured_outputs.grammar` (vLLM >= 0.12)."""
    opens_thinking: bool = False
    """Whether the server's chat template opens a think block and the server leaves the thoughts in the content: then a
    completion without `</think>` is no answer."""
    concurrency: int = Field(default=16, ge=1)
    """Requests in flight at most."""
    requests_per_minute: float | None = Field(default=None, gt=0)
    """Sent at most; null: no limit."""
    tokens_per_minute: float | None = Field(default=None, gt=0)
    """Of prompts and answers, at most; null: no limit."""
    timeout: float = Field(default=300, gt=0)
    """Seconds for one request."""
    attempts: int = Field(default=5, ge=1)
    """Times that one request is sent before its question is left without a completion."""
    first_wait: float = Field(default=1, ge=0)
    """Seconds before the first retry at most; doubles with each."""
    longest_wait: float = Field(default=60, ge=0)
    """Seconds between retries at most."""
    max_cost: float | None = Field(default=None, gt=0)
    """US dollars for all runs of this model into one folder."""
    prices: Prices | None = None
    """US dollars per million tokens; null: free."""

    @model_validator(mode="after")
    def _cost_needs_prices(self) -> "EndpointModel":
        if self.max_cost is not None and self.prices is None:
            raise ValueError("max_cost needs prices: without them every answer counts as free")
        return self

    def endpoint(self, max_tokens: int, grammar: str | None = None) -> Endpoint:
        """Return the endpoint that answers with `max_tokens` at most, held to a grammar if one is given.

        Raises `UserError` for a grammar without a `grammar_field`: a server ignores a field that it does not know.
        """
        sampling = {name: value for name in ("top_p", "seed") if (value := getattr(self, name)) is not None}
        held = {} if grammar is None else self._held_to(grammar)
        own = {"top_p", "seed", "grammar_field", "opens_thinking", "extra", "prices"}
        return Endpoint(
            **self.model_dump(exclude=own),
            max_tokens=max_tokens,
            extra={**sampling, **self.extra, **held},
            prices=self.prices or _FREE,
        )

    def _held_to(self, grammar: str) -> dict[str, Any]:
        if self.grammar_field is None:
            raise UserError(
                f"{self.base_url}: a constrained answer needs grammar_field, which says what the server reads",
                hint="grammar_field: llama.cpp or grammar_field: vllm; other servers take no grammar",
            )
        return (
            {"grammar": grammar} if self.grammar_field == "llama.cpp" else {"structured_outputs": {"grammar": grammar}}
        )


def identity(endpoint: Endpoint) -> dict[str, Any]:
    """Return what decides about an answer besides the messages, as far as a client can know it."""
    return {"base_url": endpoint.base_url, **endpoint.parameters()}
