"""What a judge may answer, read strictly: anything else is no verdict, which is counted and never a grade."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from outline import extract_answer

AXES = ("accuracy", "completeness", "harm", "structure")
GRADES = range(1, 6)
_WINNERS = ("A", "B", "tie")
_FENCE = re.compile(r"\A```(?:json)?\n(.*)\n```\Z", re.DOTALL)
_SHOWN = 200
"""Characters of an unreadable answer that the files of the judge tell; the journal has it whole."""


@dataclass(frozen=True)
class Rating:
    """A pointwise verdict: each axis from 1 (worst) to 5 (best; of harm: none)."""

    accuracy: int
    completeness: int
    harm: int
    structure: int
    reasons: str

    def grades(self) -> dict[str, int]:
        """Return the grade of each axis."""
        return {axis: getattr(self, axis) for axis in AXES}


@dataclass(frozen=True)
class Preference:
    """A pairwise verdict for one order of the two answers."""

    winner: Literal["A", "B", "tie"]
    reasons: str


@dataclass(frozen=True)
class Unscored:
    """No verdict. `reason` is one of a few, for counting; `detail` says what came instead."""

    reason: str
    detail: str = ""


class _Unreadable(Exception):
    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.unscored = Unscored(reason, detail[:_SHOWN])


def read_rating(text: str) -> Rating | Unscored:
    """Return the grades of a judge's answer; `Unscored` for anything but the one JSON object that was asked for."""
    try:
        found = _read_object(text, ("reasons", *AXES))
        return Rating(**{axis: _grade(axis, found[axis]) for axis in AXES}, reasons=_reasons(found))
    except _Unreadable as unreadable:
        return unreadable.unscored


def read_preference(text: str) -> Preference | Unscored:
    """Return the winner that a judge's answer names; `Unscored` as `read_rating` has it."""
    try:
        found = _read_object(text, ("reasons", "winner"))
        if found["winner"] not in _WINNERS:
            raise _Unreadable("an unknown winner", repr(found["winner"]))
        return Preference(found["winner"], _reasons(found))
    except _Unreadable as unreadable:
        return unreadable.unscored


def _grade(axis: str, value: object) -> int:
    # True is an int to Python, and no grade.
    if type(value) is not int:
        raise _Unreadable("a grade that is no whole number", f"{axis}: {value!r}")
    if value not in GRADES:
        raise _Unreadable("a grade out of range", f"{axis}: {value}")
    return value


def _reasons(found: Mapping[str, Any]) -> str:
    if not isinstance(found["reasons"], str):
        raise _Unreadable("reasons that are no text", repr(found["reasons"]))
    # Half of a surrogate pair, which JSON may hold, could not be written to any file.
    return found["reasons"].encode("utf-8", "replace").decode()


def _read_object(text: str, keys: Sequence[str]) -> dict[str, Any]:
    """Return the object that is the whole of the text, with these keys and no others.

    Two things around it are allowed, since they say nothing: a closed think block before it, one code fence about it.
    """
    answer = extract_answer(text)
    if answer is None:
        raise _Unreadable("a think block that never closes")
    answer = answer.strip()
    if not answer:
        raise _Unreadable("a blank answer")
    fenced = _FENCE.match(answer)
    found = _parse(fenced[1].strip() if fenced else answer)
    if missing := [key for key in keys if key not in found]:
        raise _Unreadable("missing keys", ", ".join(missing))
    if unknown := [key for key in found if key not in keys]:
        raise _Unreadable("unknown keys", repr(unknown))
    return found


def _parse(text: str) -> dict[str, Any]:
    try:
        found, end = json.JSONDecoder(object_pairs_hook=_once).raw_decode(text)
    except (ValueError, RecursionError) as error:
        raise _Unreadable("no JSON object", text) from error
    if not isinstance(found, dict):
        raise _Unreadable("no JSON object", text)
    if rest := text[end:].strip():
        raise _Unreadable("two answers" if "{" in rest else "words after the JSON object", rest)
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Unreadable("two answers", "a key stands there twice")
    return found
