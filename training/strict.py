"""What a JSON schema has against a value, in the words of someone who wrote the YAML by hand."""

import difflib
import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError


def find_problems(config: Mapping[str, Any], schema: dict[str, Any]) -> list[str]:
    """Return one line for each key that `schema` does not know, at any depth, and each value that it refuses."""
    strict = _closed(schema)
    errors = Draft202012Validator(strict).iter_errors(dict(config))
    return list(dict.fromkeys(line for error in errors for leaf in _leaves(error) for line in _describe(leaf)))


def _closed(schema: Any) -> Any:
    """The schema with `additionalProperties: false` wherever an object names its properties and does not say."""
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    if isinstance(closed.get("properties"), dict) and closed.get("type") == "object":
        closed.setdefault("additionalProperties", False)
    return closed


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """The mistakes behind an error: of the branches of an `anyOf`, those of the branch that fits best."""
    if not error.context:
        yield error
        return
    branches = [
        [leaf for inner in group for leaf in _leaves(inner)]
        for _, group in itertools.groupby(error.context, key=lambda inner: inner.relative_schema_path[0])
    ]
    best = min(branches, key=_distance)
    # Every branch wants another sort of value: no single one tells what is allowed.
    yield from [error] if _distance(best) >= _WRONG_TYPE else best


_WRONG_TYPE = 100


def _distance(leaves: list[ValidationError]) -> int:
    return sum(_weight(leaf) for leaf in leaves)


def _weight(leaf: ValidationError) -> int:
    if leaf.validator in ("type", "enum", "const", "pattern") and len(leaf.relative_path) == 0:
        return _WRONG_TYPE
    return len(_unknown(leaf)) if leaf.validator == "additionalProperties" else 1


def _unknown(leaf: ValidationError) -> list[str]:
    return [key for key in _instance(leaf) if key not in _schema(leaf).get("properties", {})]


def _instance(leaf: ValidationError) -> Any:
    return leaf.instance


def _schema(leaf: ValidationError) -> dict[str, Any]:
    """The part of the schema that the value broke; never a bare `true` or `false`, which Axolotl's does not hold."""
    return leaf.schema if isinstance(leaf.schema, dict) else {}


def _describe(leaf: ValidationError) -> list[str]:
    path = [str(part) for part in leaf.absolute_path]
    if leaf.validator == "additionalProperties":
        return [_unknown_key(path, key, _schema(leaf)["properties"]) for key in _unknown(leaf)]
    if leaf.validator == "required":
        missing = [key for key in _schema(leaf)["required"] if key not in _instance(leaf)]
        return [f"{'.'.join([*path, key])} is missing" for key in missing]
    return [f"{'.'.join(path)} must be {_allowed(_schema(leaf))}, got {leaf.instance!r}"]


def _unknown_key(path: list[str], key: str, known: Mapping[str, Any]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    remedy = f"; did you mean {near[0]}?" if near else ", and none of its keys is spelled nearly so"
    return f"{'.'.join([*path, key])} is not a key of Axolotl{remedy}"


def _allowed(schema: Mapping[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_allowed(branch) for branch in schema["anyOf"]))
    if "enum" in schema:
        return "one of " + ", ".join(str(value) for value in schema["enum"])
    if "const" in schema:
        return repr(schema["const"])
    limits = {"minimum": "at least", "maximum": "at most", "exclusiveMinimum": "above", "exclusiveMaximum": "below"}
    bounds = [f"{words} {schema[key]}" for key, words in limits.items() if key in schema]
    kind = schema.get("$ref", "").rsplit("/", 1)[-1] or schema.get("type", "something else")
    return " ".join([str(kind), *bounds])
