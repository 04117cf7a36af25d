"""Tokens that a provider counted, and what they cost."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from llm.endpoint import Prices

_MILLION = 1_000_000


@dataclass(frozen=True)
class Usage:
    """Requests that were answered and their tokens; `cached` is the part of `prompt` read from the provider's cache."""

    requests: int = 0
    prompt: int = 0
    cached: int = 0
    completion: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.requests + other.requests,
            self.prompt + other.prompt,
            self.cached + other.cached,
            self.completion + other.completion,
        )

    def __sub__(self, other: "Usage") -> "Usage":
        return Usage(
            self.requests - other.requests,
            self.prompt - other.prompt,
            self.cached - other.cached,
            self.completion - other.completion,
        )

    @property
    def tokens(self) -> int:
        return self.prompt + self.completion

    def cost(self, prices: Prices) -> float:
        """Return US dollars."""
        fresh = (self.prompt - self.cached) * prices.input
        return (fresh + self.cached * prices.cached_input + self.completion * prices.output) / _MILLION

    def as_dict(self) -> dict[str, int]:
        return asdict(self)

    @classmethod
    def of_response(cls, usage: object) -> "Usage":
        """Read the `usage` object of a chat completion.

        The cached share is read as OpenAI names it (`prompt_tokens_details.cached_tokens`) and as DeepSeek does
        (`prompt_cache_hit_tokens`). A server that counts nothing gives a request without tokens.
        """
        counted: Mapping[str, Any] = usage if isinstance(usage, Mapping) else {}
        details = counted.get("prompt_tokens_details")
        cached = details.get("cached_tokens") if isinstance(details, Mapping) else None
        prompt = _count(counted.get("prompt_tokens"))
        hits = _count(counted.get("prompt_cache_hit_tokens") if cached is None else cached)
        return cls(1, prompt, min(hits, prompt), _count(counted.get("completion_tokens")))


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
