"""Jinja templates of what people read, and texts that are safe in Markdown."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def templates(folder: Path, **options: Any) -> Environment:
    """Return the templates in a folder, with the filter `plain`; a variable that is not given is an error.

    `options` are further ones of jinja2's `Environment`; HTML needs `autoescape=True`.
    """
    loader = FileSystemLoader(folder)
    found = Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, **options)
    found.filters["plain"] = plain
    return found


def plain(text: str) -> str:
    """Return a text from a config, a model or an exception without what Markdown or HTML would act on."""
    for sign, safe in (("&", "&amp;"), ("<", "&lt;"), ("|", "\\|"), ("[", "\\["), ("*", "\\*"), ("\n", " ")):
        text = text.replace(sign, safe)
    return text
