"""An OpenAI-compatible endpoint as a config section, and the key that it takes."""

import datetime
import os
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from settings import Settings, UserError, is_variable, secret

_CHECK = (
    "check model, max_tokens, temperature (null: none is sent) and extra against the provider's documentation; "
    "docs/your-own-domain.md tells what some want"
)
_NO_SYSTEM = re.compile(
    r"system (role|message|prompt)|developer instruction|roles must alternate|only user and assistant roles",
    re.IGNORECASE,
)
"""What chat templates and Gemini say of a system message to a model that takes none."""
_TOO_LONG = re.compile(r"context[ _-]?(length|window|size)|(prompt|input) is too long", re.IGNORECASE)


def remedy(reason: str) -> str:
    """Return what to do about requests that a server calls wrong, by the reason that it gave."""
    if _TOO_LONG.search(reason):  # which may speak of the system prompt as well
        return "prompt and max_tokens must fit together into the model's context: a smaller max_tokens leaves more room"
    if _NO_SYSTEM.search(reason):
        return "this model may take no system message: system_role: false puts ours before the first user message"
    return _CHECK


class Prices(Settings):
    """US dollars per million tokens, and the day on which the provider published them."""

    date: datetime.date = Field(description="day on which the provider published them")
    input: float = Field(ge=0, description="of prompt tokens that were not in the provider's cache")
    cached_input: float = Field(ge=0, description="of prompt tokens that the provider had in its cache")
    output: float = Field(ge=0, description="of completion tokens")


_PATH = "/chat/completions"
"""What the client itself puts behind an address."""
_NO_VARIABLE = (
    "must be the name of the environment variable that holds the key, such as DEEPSEEK_API_KEY, not the key itself "
    "(what stands there is not shown; a name that looks like a key is taken once it is set)"
)


def _plain_http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be a URL that begins with http:// or https://")
    if parts.username or parts.password:
        raise secret("must hold no credentials: name the key's variable in api_key_env")
    if parts.query or parts.fragment:
        raise secret("must end with its path, without ?... or #...: Azure's ends in /openai/v1")
    if value.rstrip("/").endswith(_PATH):
        raise ValueError(f"must be the address of the API, without {_PATH}")
    return value.rstrip("/")


Url = Annotated[str, AfterValidator(_plain_http_url)]
"""Of an endpoint, without credentials, a query, or a slash at its end."""


def _variable(value: str) -> str:
    if not is_variable(value):
        raise secret(_NO_VARIABLE)
    return value


KeyVariable = Annotated[str, AfterValidator(_variable)]
"""The name of the environment variable that holds a key."""


_OF_ITS_OWN = ("model", "messages", "temperature", "max_tokens", "system_role", "n", "stream")
"""Fields of a request's body that `extra` must not hold: they have a key of their own, or change what is answered."""

_OTHER_LIMIT = "max_completion_tokens"
"""What some models want in the place of `max_tokens`."""


def _extra(value: dict[str, Any]) -> dict[str, Any]:
    if taken := [name for name in _OF_ITS_OWN if name in value]:
        raise ValueError(
            f"must not hold {', '.join(taken)}: model, temperature, max_tokens and system_role are keys of their "
            "own, and what is counted and paid rests on one whole answer a request"
        )
    longest = value.get(_OTHER_LIMIT, 1)
    if isinstance(longest, bool) or not isinstance(longest, int) or longest < 1:
        raise ValueError(f"{_OTHER_LIMIT} must be a whole number of at least 1, got {longest!r}")
    return value


Extra = Annotated[dict[str, Any], AfterValidator(_extra)]
"""Further fields of a request's body."""


class Endpoint(Settings):
    """Where requests go, what they ask for, how many at once, and how often they are tried."""

    base_url: Url = Field(description="of the API, without /chat/completions")
    model: str = Field(min_length=1, description="as the provider names it")
    api_key_env: KeyVariable | None = Field(
        description="environment variable that holds the key; null: the server wants none"
    )
    temperature: float | None = Field(
        ge=0, le=2, description="0 is greedy; null: none is sent, for a model that refuses one"
    )
    max_tokens: int = Field(ge=1, description="tokens of one completion at most")
    system_role: bool = Field(
        default=True,
        description="false: the system message is put before the first user message, for a model that takes none",
    )
    extra: Extra = Field(
        description="further fields of the request body; max_completion_tokens goes in max_tokens' place"
    )
    concurrency: int = Field(ge=1, description="requests in flight at most; lowered while the server refuses")
    requests_per_minute: float | None = Field(gt=0, description="sent at most; null: no limit")
    tokens_per_minute: float | None = Field(gt=0, description="of prompts and answers, at most; null: no limit")
    max_cost: float | None = Field(gt=0, description="US dollars for all runs on one journal; null: no limit")
    timeout: float = Field(gt=0, description="seconds for one request, keep-alive lines or not")
    attempts: int = Field(ge=1, description="times that one request is sent before its failure is final")
    first_wait: float = Field(ge=0, description="seconds before the first retry at most; doubles with each")
    longest_wait: float = Field(ge=0, description="seconds between retries at most; a Retry-After of up to an hour too")
    prices: Prices

    def parameters(self) -> dict[str, Any]:
        """Return what, besides the messages, decides about an answer: part of a request's fingerprint."""
        limit = {} if _OTHER_LIMIT in self.extra else {"max_tokens": self.max_tokens}
        warmth = {} if self.temperature is None else {"temperature": self.temperature}
        role = {} if self.system_role else {"system_role": False}
        return {"model": self.model, **warmth, **limit, **role, **self.extra}

    def body(self, messages: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return the body of a request as it is sent."""
        parameters = self.parameters()
        parameters.pop("system_role", None)
        return {"messages": list(messages) if self.system_role else _without_system(messages), **parameters}

    @property
    def longest(self) -> int:
        """Tokens that an answer may have, by whichever name the limit goes."""
        return self.extra.get(_OTHER_LIMIT, self.max_tokens)

    def api_key(self) -> str | None:
        """Return the key from the environment, None where none is wanted; raises `UserError` where it is missing."""
        return None if self.api_key_env is None else read_api_key(self.api_key_env, self.base_url)


def _without_system(messages: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    if len(messages) < 2 or messages[0]["role"] != "system":
        return list(messages)
    system, first, *rest = messages
    return [{**first, "content": f"{system['content']}\n\n{first['content']}"}, *rest]


def read_api_key(variable: str, url: str) -> str:
    """Return the key of the server at `url` from an environment variable; raises `UserError` where it is missing."""
    if not is_variable(variable):
        raise UserError(f"what is to hold the API key of {url} {_NO_VARIABLE}")
    key = os.environ.get(variable, "").strip()
    if not key:
        raise UserError(
            f"the environment variable {variable} is not set: {url} needs an API key",
            hint=f"export {variable}=..., or leave the variable out (api_key_env: null) where the server wants none",
        )
    if not key.isascii() or not key.isprintable():
        raise UserError(f"the API key in {variable} holds characters that no HTTP header can carry")
    return key
