"""What is asked and what comes back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from llm.usage import Usage

Message = dict[str, Any]


ENDED = ("stop", "eos", "eos_token", "end_turn", "stop_sequence")
"""What servers say of an answer that the model ended, in small letters."""


@dataclass(frozen=True)
class Request:
    """One chat completion to ask for.

    `fingerprint`: the same for the same question to the same model, and for no other. `subject`: what it is about;
    all requests about one subject are found again by it. `turn`: 1 for the first pass, more for repairs. `expected`:
    characters that the answer is thought to have, 0 where nothing is known of it.
    """

    fingerprint: str
    subject: str
    turn: int
    messages: Sequence[Message]
    expected: int = 0

    @property
    def characters(self) -> int:
        """Of the whole prompt; a tokenizer of the provider's is rarely at hand."""
        return sum(len(message["content"]) for message in self.messages)


@dataclass(frozen=True)
class Reply:
    """A completion: its text, and why it ended ("stop", "length", ...).

    `choices`: answers that came for the one that was asked for; `content` is the first.
    """

    content: str
    finish_reason: str
    usage: Usage
    choices: int = 1


_BROKEN_OFF = "insufficient_system_resource"
"""The finish reason that DeepSeek gives."""


FLAGGED = "flagged"
"""Kind of the failure of a text that the provider's filter stopped, and said so."""


class RequestFailed(Exception):
    """One request without a usable answer.

    `retriable` says whether the same request can succeed later, `wait` how many seconds the server asked for,
    `unreachable` that no connection came about, `status` the HTTP status or 0, `body` what came with it as it came.
    `kind` is for counting.
    """

    kind = "no answer"
    body: str | None = None

    @property
    def may_be_billed(self) -> bool:
        """Whether the server may have answered, and charge for it, though nothing usable came back."""
        return not self.status and not self.unreachable

    def __init__(
        self, reason: str, *, retriable: bool, wait: float | None = None, unreachable: bool = False, status: int = 0
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retriable = retriable
        self.wait = wait
        self.unreachable = unreachable
        self.status = status


def require_whole(reply: Reply) -> Reply:
    """Return a reply; raises `RequestFailed` for one that the provider broke off for its own sake, not the model's."""
    if reply.finish_reason == _BROKEN_OFF:
        raise RequestFailed("the provider broke off its answer for want of resources", retriable=True)
    return reply


class NotSent(RequestFailed):
    """A request that was not even sent; a later run may send it."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason, retriable=True)
        self.kind = kind


def recorded_reply(entry: Mapping[str, Any]) -> Reply:
    """Read the journal's line of an answered request, whose usage may have been estimated."""
    reply = read_reply(entry["response"])
    return replace(reply, usage=Usage(**entry["usage"])) if entry["usage"] else reply


def read_reply(body: Any) -> Reply:
    """Read the body of a chat completion.

    Blank content is an answer, if a poor one; a body without a choice is none and raises `RequestFailed`.
    """
    try:
        choice = body["choices"][0]
        reason = choice.get("finish_reason")
        # Gemini leaves the message out where the model came to nothing but thoughts.
        message = choice["message"] if reason is None else choice.get("message") or {}
        content = _text(message.get("content"))
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        said = json.dumps(body, ensure_ascii=False)[:200]
        raise RequestFailed(f"the answer is no chat completion: {said}", retriable=True) from error
    # Half of a surrogate pair, which JSON may hold, could not be written to any file.
    text = content.encode("utf-8", "replace").decode()
    return Reply(text, str(reason), Usage.of_response(body.get("usage")), len(body["choices"]))


def _text(content: Any) -> str:
    """Return a message's text, which Mistral gives in parts where the model thinks; the thoughts are no part of it."""
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, Mapping) and part.get("type") == "text"]
        return "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""
