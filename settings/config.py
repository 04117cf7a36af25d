"""One way to load a config: YAML, then `key=value` overrides, then a pydantic schema that refuses unknown keys."""

import difflib
import re
import types
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from settings.errors import UserError
from settings.loader import Loader


class Settings(BaseModel):
    """Base of every config schema: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*")
    @classmethod
    def _at_home(cls, value: Any) -> Any:
        """A shell reads `~/data` so; without this a config would make a folder that is called ~."""
        return value.expanduser() if isinstance(value, Path) and value.parts[:1] == ("~",) else value


S = TypeVar("S", bound=Settings)

_SUBJECT = re.compile(r"^(Input|String|URL) should")
_SHOWN = 120
"""Characters of a wrong value that a message shows."""
_SECRET = "secret"
"""Type of a mistake in a value that must not be shown."""
_OVERRIDE = re.compile(r"[A-Za-z_][\w-]*(\.[\w-]+)*=")


def split_overrides(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Part the `dotted.key=value` arguments from the rest; the order within each is kept."""
    overrides = [argument for argument in arguments if _OVERRIDE.match(argument)]
    return overrides, [argument for argument in arguments if not _OVERRIDE.match(argument)]


def read_yaml(path: str | Path) -> dict[str, Any]:
    """Return the mapping that a YAML file holds; an unreadable or malformed file is a `UserError`."""
    try:
        loaded = yaml.load(Path(path).read_text(encoding="utf-8"), Loader)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UserError(f"{path}: the config cannot be read: {reason}") from error
    except yaml.YAMLError as error:
        raise UserError(f"{path}: this is not valid YAML: {' '.join(str(error).split())}") from error
    if not isinstance(loaded, dict):
        raise UserError(f"{path}: a config is a mapping of keys, got {type(loaded).__name__}")
    return loaded


def apply_overrides(values: dict[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """Return `values` with each `dotted.key=value` put in; a value is read as YAML (`64`, `true`, `[a, b]`).

    In a list a key is the place of an entry, from 0: `datasets.0.path=mine.jsonl`.
    """
    merged = dict(values)
    for override in overrides:
        key, _, text = override.partition("=")
        try:
            value = yaml.load(text, Loader)
        except yaml.YAMLError as error:
            raise UserError(f"{override}: the value is not valid YAML: {' '.join(str(error).split())}") from error
        nested: Any = value
        for part in reversed(key.split(".")):
            nested = {part: nested}
        merged = merge(merged, nested)
    return merged


def merge(base: Mapping[Any, Any], over: Mapping[Any, Any], place: str = "") -> dict[Any, Any]:
    """Lay `over` on `base`: mappings are merged key by key, everything else is replaced.

    A mapping of places (0, 1, ...) over a list changes these entries; a place that the list lacks is a `UserError`,
    which names it behind `place`, the dotted key of `base` with its dot.
    """
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        if (
            isinstance(below, list)
            and isinstance(value, Mapping)
            and value
            and all(str(at).isdecimal() for at in value)
        ):
            merged[key] = _merge_entries(f"{place}{key}", below, {int(at): entry for at, entry in value.items()})
        elif isinstance(below, Mapping) and isinstance(value, Mapping):
            merged[key] = merge(below, value, f"{place}{key}.")
        else:
            merged[key] = value
    return merged


def _merge_entries(key: str, entries: Sequence[Any], over: Mapping[int, Any]) -> list[Any]:
    for at in over:
        if at >= len(entries):
            raise UserError(
                f"{key}.{at}: there is no such entry, the list holds {len(entries)} (the first is {key}.0)",
                hint=f"give the whole list to add one: {key}=[...]",
            )
    merged = merge(dict(enumerate(entries)), over, f"{key}.")
    return [merged[at] for at in range(len(entries))]


def load_config(path: str | Path, schema: type[S], overrides: Sequence[str] = ()) -> S:
    """Return the validated, frozen config of a YAML file with overrides laid over it.

    Raises `UserError` that names the file, the key, what was got and what is allowed; all mistakes at once.
    """
    values = apply_overrides(read_yaml(path), overrides)
    try:
        return schema.model_validate(values)
    except ValidationError as error:
        found = error.errors()
        # A list of which an entry is wrong, or any key within one, is also told to be too short.
        problems = [_describe(problem, schema) for problem in found if not _only_follows(problem, found)]
        raise UserError("\n".join(f"{path}: {problem}" for problem in problems)) from error


def secret(message: str) -> Exception:
    """Return what a validator raises for a wrong value that may hold a secret, and is not shown."""
    return PydanticCustomError(_SECRET, "{message}", {"message": message})


def _only_follows(problem: ErrorDetails, found: Sequence[ErrorDetails]) -> bool:
    place = problem["loc"]
    below = (other["loc"] for other in found if len(other["loc"]) > len(place))
    return problem["type"] == "too_short" and any(other[: len(place)] == place for other in below)


def _describe(problem: ErrorDetails, schema: type[BaseModel]) -> str:
    key = ".".join(_path(schema, problem["loc"]))
    if problem["type"] == "extra_forbidden":
        allowed = _known_keys(schema, problem["loc"][:-1])
        near = difflib.get_close_matches(str(problem["loc"][-1]), allowed, n=1)
        remedy = f"did you mean {near[0]}?" if near else f"allowed: {', '.join(allowed)}"
        return f"{key} is not a known key; {remedy}"
    if problem["type"] == "missing":
        return f"{key} is missing"
    got, message = problem["input"], _message(problem)
    if problem["type"] == _SECRET:
        return f"{key} {message}"
    if problem["type"] in ("string_type", "path_type") and isinstance(got, bool | int | float):
        return f"{key} must be text, got {got!r}: put it in quotes, in a shell in both kinds: {key}='\"...\"'"
    return f"{key} {message}, got {_short(repr(got))}" if key else message


def _short(text: str) -> str:
    """A whole prompt or table would hide what is said about it."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _message(problem: ErrorDetails) -> str:
    """What pydantic says, without its names of Python's types."""
    if problem["type"] == "too_short":
        least = problem.get("ctx", {})["min_length"]
        return f"must have at least {least} {'entry' if least == 1 else 'entries'}"
    return _SUBJECT.sub("must", problem["msg"].removeprefix("Value error, "))


def _known_keys(schema: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The keys that the models at `location` allow, by name."""
    models = [schema]
    for part in location:
        models = _below(models, part) or models
    return sorted({name for model in models for name in model.model_fields})


def _path(schema: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The keys as they stand in the file: a discriminated union adds its tag to the location, which is left out."""
    models, path = [schema], []
    for part in location[:-1]:
        if isinstance(part, int):  # a place in a list, whose models are those of the list's own key
            path.append(str(part))
        elif not models or any(part in model.model_fields for model in models):
            path.append(part)
            models = _below(models, part)
    return [*path, *(str(part) for part in location[-1:])]


def _below(models: list[type[BaseModel]], part: int | str) -> list[type[BaseModel]]:
    annotations = [model.model_fields[str(part)].annotation for model in models if str(part) in model.model_fields]
    return [found for annotation in annotations for found in _models_in(annotation)]


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if typing.get_origin(annotation) in (typing.Annotated, typing.Union, types.UnionType, list, tuple, dict):
        return [model for part in typing.get_args(annotation) for model in _models_in(part)]
    return []
