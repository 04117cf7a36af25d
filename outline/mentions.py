"""Where a text states something: the spans by which a page marks its findings."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mention:
    """A statement in a text: 0-based character offsets, the end exclusive, and its normal forms ("500", "500mg")."""

    start: int
    end: int
    forms: frozenset[str]
