"""What a key of a schema may hold, in words."""

import datetime
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import annotated_types
from pydantic.fields import FieldInfo
from pydantic.types import PathType

from llm.endpoint import Url
from settings import Settings

ROOT = Path(__file__).parent.parent
_PLAIN = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true, false",
    Path: "path",
    datetime.date: "date",
    Any: "anything",
}
_URL = get_args(Url)[1:]
"""What marks a text as an address."""
_BOUNDS = {
    annotated_types.Ge: ("at least", "ge"),
    annotated_types.Gt: ("more than", "gt"),
    annotated_types.Le: ("at most", "le"),
    annotated_types.Lt: ("less than", "lt"),
}


def type_of(field: FieldInfo) -> str:
    """Return what kind of value a key takes."""
    if any(each in field.metadata for each in _URL):
        return "URL or null" if field.default is None else "URL"
    if any(isinstance(each, PathType) for each in field.metadata):
        return "path of an existing file"
    return _named(field.annotation)


def _named(annotation: Any) -> str:
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        return "mapping"
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is typing.Annotated:
        return _named(parts[0])
    if origin is Literal:
        return "text"
    if origin in (typing.Union, types.UnionType):
        named = dict.fromkeys(_named(part) for part in parts if part is not type(None))
        return " or ".join([*named, *(["null"] if type(None) in parts else [])])
    if origin is tuple and parts[-1] is not ...:
        return f"[{', '.join(map(_named, parts))}]"
    if origin is tuple:
        return f"list of {_named(parts[0])}"
    if origin is dict:
        return f"mapping of {_named(parts[0])} to {_named(parts[1])}"
    raise TypeError(f"{annotation}: no words for this type")


def allowed(field: FieldInfo) -> Iterator[str]:
    """Yield the values that a key may have, and the bounds of a number."""
    yield from (f"`{value}`" for value in _literals(field.annotation))
    for each in field.metadata:
        if bound := _BOUNDS.get(type(each)):
            yield f"{bound[0]} {getattr(each, bound[1]):,}"
        elif isinstance(each, annotated_types.MinLen):
            yield "not empty"
        elif pattern := getattr(each, "pattern", None):
            yield f"`{pattern}`"


def _literals(annotation: Any) -> tuple[Any, ...]:
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    if get_origin(annotation) in (typing.Union, types.UnionType):
        return tuple(value for part in get_args(annotation) for value in _literals(part))
    return ()


def default_of(field: FieldInfo) -> str:
    """Return what a key is when it is left out, as YAML."""
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, Settings):
        return "as below"
    return f"`{_yaml(value)}`"


def _yaml(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Path):
        return str(value.relative_to(ROOT) if value.is_absolute() else value)
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(_yaml, value))}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_yaml(item)}" for key, item in value.items()) + "}"
    return str(value) or '""'
