"""Puts texts that nobody vouches for into a prompt, so that none of them can end the place it stands in."""

import hashlib
import json
from collections.abc import Mapping

from evals.judge.config import Prompt

_LENGTH = 16
"""Hexadecimal digits of a mark."""


def mark_of(texts: Mapping[str, str], length: int = _LENGTH) -> str:
    """Return a mark that occurs in none of the texts; the same for the same texts, so that a request is known again.

    Whoever wrote one of the texts cannot have put its mark there, since the mark is a hash of them all.
    """
    seed = json.dumps(texts, sort_keys=True)
    while True:
        mark = hashlib.sha256(seed.encode()).hexdigest()[:length]
        if not any(mark in text for text in texts.values()):
            return mark
        seed = mark + seed


def render(prompt: Prompt, texts: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the system and the user message; braces in a text are plain characters."""
    message = prompt.user.format(mark=mark_of(texts), **texts)
    return [{"role": "system", "content": prompt.system}, {"role": "user", "content": message}]
