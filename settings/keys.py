"""What the name of an environment variable is, where a key may have been written by mistake."""

import os
import re

_WORD = r"(?:[A-Z]{1,16}\d{0,2}|[A-Z\d]{1,6})"
_NAME = re.compile(rf"_*{_WORD}(?:_+{_WORD})*_*")
_SAYS_SO = re.compile(r"_(key|token|secret|password)_?\d{0,2}$", re.IGNORECASE)


def is_variable(name: str) -> bool:
    """Return whether `name` is surely a variable's, and no key: what is not must not be shown.

    That is one that is set, or that consists of words as one writes them: `DEEPSEEK_API_KEY`, `GPT4O_KEY_2`, `my_key`.
    """
    if not (name.isascii() and name.isidentifier()):
        return False
    written = _NAME.fullmatch(name) or (_NAME.fullmatch(name.upper()) and _SAYS_SO.search(name))
    return name in os.environ or bool(written)
