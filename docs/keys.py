"""The keys of a schema in words: what each may be, what it is by default, and what it means."""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from docs.values import allowed, default_of, type_of
from settings import Settings

Nested = tuple[type[Settings], str, str]
"""A schema within another, its dotted place, and its heading."""


@dataclass(frozen=True)
class Key:
    """One key as a reader needs it; `path` is dotted, as an override on the command line has it."""

    path: str
    type: str
    default: str
    allowed: str
    meaning: str


@dataclass(frozen=True)
class Section:
    """The keys of one mapping; without a heading, of the file itself."""

    heading: str
    meaning: str
    keys: tuple[Key, ...]


def sections(schema: type[Settings]) -> list[Section]:
    """Return the file's own keys, then those of every mapping within it; one that comes twice is shown once."""
    return list(_sections(schema, "", "", {}))


def _sections(schema: type[Settings], path: str, heading: str, seen: dict[type, str]) -> Iterator[Section]:
    keys, below = [], []
    told = meanings(schema)
    for name, field in schema.model_fields.items():
        place = f"{path}.{name}" if path else name
        nested = list(_models(field.annotation, place))
        known = [seen[model] for model, _, _ in nested if model in seen]
        keys.append(_key(place, field, told.get(name, ""), nested, known))
        for model, inner, title in nested:
            if seen.setdefault(model, inner) == inner:
                below.append((model, inner, title))
    yield Section(heading, " ".join(_doc(schema).split()) if heading else "", tuple(keys))
    for model, inner, title in below:
        yield from _sections(model, inner, title, seen)


def _key(place: str, field: FieldInfo, meaning: str, nested: list[Nested], known: list[str]) -> Key:
    if known:
        meaning = f"{_sentence(meaning)} Keys as in `{known[0]}`.".strip()
    elif nested:
        meaning = meaning or " ".join(_doc(model).split("\n\n")[0] for model, _, _ in nested)
    return Key(place, type_of(field), default_of(field), ", ".join(allowed(field)), _sentence(meaning))


def _sentence(text: str) -> str:
    """A meaning from a capital letter to a full stop, but that the value which it begins with ("auto: ...") stays."""
    words = text.split()
    if not words:
        return ""
    first = words[0] if words[0].endswith(":") else words[0][0].upper() + words[0][1:]
    return " ".join([first, *words[1:]]).rstrip(".") + "."


def meanings(schema: type[Settings]) -> dict[str, str]:
    """Return what the fields' descriptions and the docstrings beneath them say.

    Pydantic's `use_attribute_docstrings` would do the same, and cost every start of a command a tenth of its imports.
    """
    found = {}
    for model in reversed([each for each in schema.__mro__ if issubclass(each, Settings) and each is not Settings]):
        (described,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
        for field, text in pairwise(getattr(described, "body", ())):
            if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
                found[ast.unparse(field.target)] = str(text.value.value)
    own = {name: field.description for name, field in schema.model_fields.items() if field.description}
    return found | own


def _doc(schema: type[Settings]) -> str:
    return inspect.getdoc(schema) or ""


def _models(annotation: Any, place: str) -> Iterator[Nested]:
    """Every schema in an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        yield annotation, place, f"`{place}`"
        return
    parts = [part for part in get_args(annotation) if part is not type(None)]
    listed = f"{place}[]" if get_origin(annotation) in (tuple, list) else place
    several = sum(isinstance(part, type) and issubclass(part, Settings) for part in parts) > 1
    for part in parts:
        for model, inner, title in _models(part, listed):
            name = model.model_fields.get("name")
            tag = f", `name: {get_args(name.annotation)[0]}`" if several and name else ""
            yield model, inner, f"{title}{tag}"
