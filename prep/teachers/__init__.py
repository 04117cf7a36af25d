"""Who turns a reply into an outline: chosen by name in the config, recorded on every row it made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from prep.consultation import Consultation
from prep.conversion import Turn


@dataclass(frozen=True)
class Answer:
    """A teacher's text as it came; `cut` says that it stopped at the token limit."""

    content: str
    fingerprint: str
    cut: bool = False


class NoAnswer(Exception):
    """A teacher gave none for this row; other rows are not concerned. `retriable`: a later run may get one."""

    def __init__(self, kind: str, reason: str, retriable: bool) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason
        self.retriable = retriable


class Teacher(Protocol):
    """`concurrency`: answers under way at once. `repairs`: whether a second answer can differ from the first."""

    name: str
    concurrency: int
    repairs: bool

    async def answer(self, row: Consultation, turns: Sequence[Turn]) -> Answer:
        """Return an outline of the row's reply, given the turns that the gate refused; raises `NoAnswer`."""
        ...
