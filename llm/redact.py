"""Keeps secrets out of everything that is written or printed."""

import json
import logging
from collections.abc import Iterable

_MASK = "[redacted]"
_SHORTEST = 8
"""Characters. Less is no secret but a stand-in ("none", "x") for a server that wants none; a mask would eat words."""


class Redactor(logging.Filter):
    """Replaces secrets by a mask, in strings and, as a logging filter, in messages and tracebacks.

    A "secret" of fewer than 8 characters is left alone.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        given = [secret for secret in secrets if len(secret) >= _SHORTEST]
        # The second form is how a secret with a quote or a backslash stands in a JSON line.
        forms = {form for secret in given for form in (secret, json.dumps(secret)[1:-1])}
        self._forms = sorted(forms, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """Return `text` with every secret masked."""
        for form in self._forms:
            text = text.replace(form, _MASK)
        return text

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the secrets of a log record in place; no record is dropped."""
        record.msg, record.args = self(record.getMessage()), ()
        if record.exc_info:
            record.exc_text = self(logging.Formatter().formatException(record.exc_info))
        return True

    def install(self) -> None:
        """Filter whatever the handlers of the root logger write from now on."""
        for handler in logging.getLogger().handlers:
            handler.addFilter(self)
