"""What a clause denies, by the places of its words."""

from dataclasses import dataclass, field

MOST = 3
"""Content words on one side of a cue that it surely denies."""


@dataclass
class Event:
    """One thing that is denied: the places of the words that are, and of those that it may be about."""

    at: int
    """The place of the cue."""
    hard: bool = False
    """Whether it denies by itself: "not" does, "stop" only stands for it."""
    limit: bool = False
    """Whether it only narrows what is said ("only", "until"), so that it may stand for a negation in other words."""
    focus: list[int] = field(default_factory=list)
    around: list[int] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    """The places of the words that "only" leaves."""


@dataclass
class Polarity:
    """What a clause says of each of its words, and what it denies."""

    states: list[int | None]
    """DENIED, UNSURE, STATED, or None: it states nothing, as a question does."""
    events: list[Event] = field(default_factory=list)
