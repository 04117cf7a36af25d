"""Templates in configs: texts with {variables} that a program fills in."""

import string
from collections.abc import Set

_LITERAL = "a literal brace is written twice"


def check_template(text: str, allowed: Set[str], needed: Set[str]) -> str:
    """Return a template; raises ValueError where a variable is none of `allowed`, or one that is `needed` is missing.

    A format or a conversion behind a name ({name:>9}, {name!r}) is taken for a part of it, and so is not allowed.
    """
    try:
        found = {
            name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
            for _, name, form, conversion in string.Formatter().parse(text)
            if name is not None
        }
    except ValueError as error:
        raise ValueError(f"is no template: {error}; {_LITERAL}") from error
    if unknown := sorted(found - allowed):
        known = ", ".join(f"{{{name}}}" for name in sorted(allowed)) or "none"
        raise ValueError(f"holds {{{unknown[0]}}}, which is not known there, allowed: {known}; {_LITERAL}")
    if missing := sorted(needed - found):
        raise ValueError(f"must contain {{{missing[0]}}}")
    return text
