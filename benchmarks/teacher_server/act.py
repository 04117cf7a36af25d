"""A request as the server saw it, and what the server does with it."""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Act:
    """What the server does with one request.

    `delay` is in seconds; `reset` breaks the connection, `hang` never answers, `raw` replaces the whole body,
    `keep_alive` sends so many blank lines first, 0.05 s apart. `usage` is what the answer says it cost: tokens of
    the prompt, of the completion, and of the prompt's cached part. `name` is the fault's name in the statistics.
    """

    content: str | None = "fine"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    reset: bool = False
    hang: bool = False
    raw: str | None = None
    keep_alive: int = 0
    finish_reason: str = "stop"
    usage: tuple[int, int, int] = (100, 20, 60)
    name: str = ""

    @property
    def fault(self) -> str:
        """The name to count this under; empty for a plain answer."""
        if self.name:
            return self.name
        if self.status != 200:
            return str(self.status)
        broken = "reset" if self.reset else "hang" if self.hang else "raw" if self.raw is not None else ""
        return broken or ("" if (self.content or "").strip() else "empty")

    @property
    def usable(self) -> bool:
        """Whether a client that gets it has no reason to send the same messages again."""
        whole = self.status == 200 and not self.reset and not self.hang and self.raw is None
        return whole and bool((self.content or "").strip())

    @property
    def wasted(self) -> bool:
        """Whether the provider did the work, and on purpose nothing comes of it."""
        return self.hang or (self.status == 200 and not self.reset and not self.usable)

    def completion(self) -> dict[str, Any]:
        """Return the body of the answer, as OpenAI and DeepSeek write it."""
        prompt, completion, cached = self.usage
        message = {"role": "assistant", "content": self.content}
        return {
            "id": "1",
            "object": "chat.completion",
            "created": 0,
            "model": "loopback",
            "choices": [{"index": 0, "message": message, "finish_reason": self.finish_reason}],
            "usage": {
                "prompt_tokens": prompt,
                "completion_tokens": completion,
                "total_tokens": prompt + completion,
                "prompt_cache_hit_tokens": cached,
            },
        }

    def text(self) -> str:
        """Return the body as it goes over the wire."""
        return self.raw if self.raw is not None else json.dumps(self.completion())


@dataclass(frozen=True)
class Seen:
    """A request as it arrived.

    `text` is its last user message, `key` the hash of its messages, `time` in seconds of the monotonic clock, which
    all processes of one machine share.
    """

    text: str
    body: dict[str, Any]
    authorization: str
    time: float
    key: str


def see(body: dict[str, Any], authorization: str) -> Seen:
    """Return a request's body as it was seen, now."""
    messages = body["messages"]
    # Clients order a message's fields in different ways.
    said = json.dumps([[message.get("role"), message.get("content")] for message in messages])
    key = hashlib.blake2b(said.encode(), digest_size=16).hexdigest()
    return Seen(str(messages[-1].get("content")), body, authorization, time.monotonic(), key)


Script = Callable[[Seen, int], Act]
"""Says what to do with a request; the number counts the requests with the same messages, from 1."""
