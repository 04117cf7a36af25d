"""Jinja templates of what people read, and texts that are safe in Markdown."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def templates(folder: Path, **options: Any) -> Environment:
    """Return the templates in a folder, with the filters `plain` and `code`; a variable that is not given is an error.

    `options` are further ones of jinja2's `Environment`; HTML needs `autoescape=True`.
    """
    loader = FileSystemLoader(folder)
    found = Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, **options)
    found.filters.update(plain=plain, code=code)
    return found


def plain(text: str) -> str:
    """Return a text from a config, a model or an exception without what Markdown or HTML would act on."""
    for sign, safe in (("&", "&amp;"), ("<", "&lt;"), ("|", "\\|"), ("[", "\\["), ("*", "\\*"), ("\n", " ")):
        text = text.replace(sign, safe)
    return text


def code(text: str) -> str:
    """Return a text as a code span in a cell of a Markdown table, where all but a bar stands as it is written."""
    written = text.replace("|", r"\|").replace("\n", " ")
    return f"`` {written} ``" if "`" in text else f"`{written}`"
