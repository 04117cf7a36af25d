"""What happens to a request, drawn from a seed: the same request meets the same fate in whatever order they come."""

import dataclasses
import hashlib
import json
import math
from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import Any

from pydantic import Field, model_validator

from benchmarks.teacher_server import outlines
from benchmarks.teacher_server.act import Act, Seen
from settings import Settings

_NORMAL = NormalDist()
_BITS = 64
_CHARACTERS_A_TOKEN = 4


class Latency(Settings):
    """A log-normal distribution; a median of 0 answers at once."""

    median: float = Field(default=0.0, ge=0, description="seconds")
    sigma: float = Field(default=0.5, ge=0, description="standard deviation of the logarithm")

    def at(self, quantile: float) -> float:
        """Return the latency in seconds below which this share (0 to 1) of the requests lies."""
        z = _NORMAL.inv_cdf(min(max(quantile, 1e-9), 1 - 1e-9))
        return self.median * math.exp(self.sigma * z)


class Shares(Settings):
    """Shares of the requests (0 to 1) that meet each fault; together at most 1, the rest is answered well.

    The faults of the wire, `empty` among them, come before those of the content, from `length` on, which are shares
    of what is answered at all. Wrong shapes, from `flat` on, meet first requests only: a repair is always answered
    with a good outline.
    """

    rate_limit: float = Field(default=0.0, ge=0, description="status 429 with a Retry-After, at once")
    server_error: float = Field(default=0.0, ge=0, description="status 500")
    reset: float = Field(default=0.0, ge=0, description="the connection is reset instead of an answer")
    hang: float = Field(default=0.0, ge=0, description="no answer ever")
    truncated: float = Field(default=0.0, ge=0, description="the first half of the JSON")
    malformed: float = Field(default=0.0, ge=0, description="text that is no JSON")
    keep_alive: float = Field(default=0.0, ge=0, description="blank lines before a good answer")
    empty: float = Field(default=0.0, ge=0, description="an answer without content")
    length: float = Field(default=0.0, ge=0, description="an outline cut in the middle, finish_reason length")
    flat: float = Field(default=0.0, ge=0, description="an outline of one level")
    wide: float = Field(default=0.0, ge=0, description="six points under one")
    prose: float = Field(default=0.0, ge=0, description="paragraphs around the outline")
    fence: float = Field(default=0.0, ge=0, description="the outline in a code fence")
    invented: float = Field(default=0.0, ge=0, description="an amount that the reply does not hold")
    negation: float = Field(default=0.0, ge=0, description="the first negation dropped, where there is one")

    @model_validator(mode="after")
    def _at_most_everything(self) -> "Shares":
        if sum(self.model_dump().values()) > 1 + 1e-9:
            raise ValueError("the shares together must be at most 1")
        return self


class Fates:
    """A script that draws an `Act` from the seed, the hash of the messages, and how often these have come.

    Faults of the content depend on seed and messages alone: a model at temperature 0 says the same thing twice.
    `marker`: what stands before the reply in a prompt, see `outlines.reply_of`.
    """

    def __init__(
        self,
        seed: int = 0,
        latency: Latency | None = None,
        shares: Shares | None = None,
        retry_after: int = 1,
        marker: str | None = None,
    ) -> None:
        self.seed = seed
        self._marker = marker
        self.latency = latency or Latency()
        self.retry_after = retry_after
        given = (shares or Shares()).model_dump()
        self._wire = {name: share for name, share in given.items() if share and name not in _OF_THE_CONTENT}
        self._content = {name: share for name, share in given.items() if share and name in _OF_THE_CONTENT}

    def __call__(self, seen: Seen, times: int) -> Act:
        messages = seen.body["messages"]
        on_the_wire, how_long = self._draw(seen.key, times)
        fault = _pick(self._wire, on_the_wire)
        if not fault and self._content:
            fault = _pick(self._content, self._draw(seen.key, 0)[0])
        if fault == "rate_limit":
            wait = {"Retry-After": str(self.retry_after)}
            return Act(status=429, headers=wait, raw=_error("rate limit reached"), name=fault)
        reply = outlines.reply_of(messages, self._marker)
        act = make(fault, reply, repair=any(said["role"] == "assistant" for said in messages))
        usage = (_tokens(messages), len(act.content or "") // _CHARACTERS_A_TOKEN, _tokens(messages[:1]))
        act = dataclasses.replace(act, delay=self.latency.at(how_long), usage=usage)
        return dataclasses.replace(act, raw=_half(act)) if fault == "truncated" else act

    def _draw(self, key: str, times: int) -> tuple[float, float]:
        drawn = hashlib.blake2b(f"{self.seed}:{key}:{times}".encode(), digest_size=_BITS // 4).digest()
        half = _BITS // 8
        return int.from_bytes(drawn[:half]) / 2**_BITS, int.from_bytes(drawn[half:]) / 2**_BITS


def _pick(shares: dict[str, float], drawn: float) -> str:
    for name, share in shares.items():
        if drawn < share:
            return name
        drawn -= share
    return ""


def make(fault: str, reply: str, repair: bool) -> Act:
    """Return the act of any fault of `Shares` but `rate_limit` ("" for none); `repair` undoes the wrong shapes."""
    if fault in _WRONG_SHAPES:
        content = None if repair else _WRONG_SHAPES[fault](reply)
        return Act(content=content, name=fault) if content else Act(content=outlines.outline_of(reply))
    good = Act(content=outlines.outline_of(reply))
    if not fault:
        return good
    return dataclasses.replace(good, name=fault, **_BROKEN[fault](good))


_BROKEN: dict[str, Callable[[Act], dict[str, Any]]] = {
    "server_error": lambda good: {"status": 500, "raw": _error("internal server error")},
    "reset": lambda good: {"reset": True},
    "hang": lambda good: {"hang": True},
    "truncated": lambda good: {"raw": _half(good)},
    "malformed": lambda good: {"raw": "<html><body>Bad gateway: try again</body></html>"},
    "keep_alive": lambda good: {"keep_alive": 3},
    "empty": lambda good: {"content": ""},
    "length": lambda good: {"content": (good.content or "")[: len(good.content or "") // 2], "finish_reason": "length"},
}
_WRONG_SHAPES: dict[str, Callable[[str], str | None]] = {
    "flat": outlines.flat,
    "wide": outlines.wide,
    "prose": outlines.prose_around,
    "fence": outlines.fenced,
    "invented": outlines.invented,
    "negation": outlines.without_a_negation,
}
_OF_THE_CONTENT = frozenset({"length", *_WRONG_SHAPES})


def _half(act: Act) -> str:
    whole = json.dumps(act.completion())
    return whole[: len(whole) // 2]


def _error(message: str) -> str:
    return json.dumps({"error": {"message": message, "type": "loopback"}})


def _tokens(messages: Sequence[dict[str, Any]]) -> int:
    return sum(len(str(message.get("content"))) for message in messages) // _CHARACTERS_A_TOKEN
