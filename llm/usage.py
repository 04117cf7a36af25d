"""Tokens that a provider counted, and what they cost."""

import operator
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from llm.endpoint import Prices

_MILLION = 1_000_000
_COUNTED = ("requests", "prompt", "cached", "completion")


@dataclass(frozen=True)
class Usage:
    """Requests that were answered and their tokens.

    `cached` is the part of `prompt` read from the provider's cache. `uncounted` are the requests whose answer came
    without a count of its tokens; `estimated_prompt` and `estimated_completion` the parts of `prompt` and `completion`
    that `llm.estimate` puts in the place of it.
    """

    requests: int = 0
    prompt: int = 0
    cached: int = 0
    completion: int = 0
    uncounted: int = 0
    estimated_prompt: int = 0
    estimated_completion: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(*map(operator.add, self._values(), other._values()))

    def __sub__(self, other: "Usage") -> "Usage":
        return Usage(*map(operator.sub, self._values(), other._values()))

    def _values(self) -> tuple[int, ...]:
        return tuple(vars(self).values())

    @property
    def tokens(self) -> int:
        return self.prompt + self.completion

    def cost(self, prices: Prices) -> float:
        """Return US dollars."""
        fresh = (self.prompt - self.cached) * prices.input
        return (fresh + self.cached * prices.cached_input + self.completion * prices.output) / _MILLION

    def estimated_cost(self, prices: Prices) -> float:
        """Return the part of `cost` that is estimated, in US dollars."""
        return Usage(prompt=self.estimated_prompt, completion=self.estimated_completion).cost(prices)

    def as_dict(self) -> dict[str, int]:
        """Return the counts by their names; of those of an estimate only what there is."""
        return {name: count for name, count in asdict(self).items() if count or name in _COUNTED}

    @classmethod
    def of_response(cls, usage: object) -> "Usage":
        """Read the `usage` object of a chat completion.

        The cached share is read as OpenAI names it (`prompt_tokens_details.cached_tokens`) and as DeepSeek does
        (`prompt_cache_hit_tokens`). Gemini and xAI count what a model thinks in `total_tokens` alone, and charge for
        it as they do for the answer. A server that counts nothing gives a request without tokens, see
        `llm.estimate.Estimate.fill`.
        """
        counted: Mapping[str, Any] = usage if isinstance(usage, Mapping) else {}
        details = counted.get("prompt_tokens_details")
        cached = details.get("cached_tokens") if isinstance(details, Mapping) else None
        prompt = _count(counted.get("prompt_tokens"))
        hits = _count(counted.get("prompt_cache_hit_tokens") if cached is None else cached)
        thought = _count(counted.get("total_tokens")) - prompt if prompt else 0
        return cls(1, prompt, min(hits, prompt), max(_count(counted.get("completion_tokens")), thought))


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
