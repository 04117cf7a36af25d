"""Who turns a reply into an outline: chosen by name in the config, recorded on every row it made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from llm import Usage
from llm.journal import Asked
from llm.request import Reply
from outline import extract_answer
from prep.consultation import Consultation
from prep.conversion import Turn

_FREE = Usage()


@dataclass(frozen=True)
class Answer:
    """A teacher's answer, thoughts aside; `cut` says in words what ended it too early, and is empty if nothing did."""

    content: str
    fingerprint: str
    cut: str = ""
    usage: Usage = _FREE


_CUT = {
    "length": "at the token limit: say the same in fewer words",
    "content_filter": "by a filter of the provider",
    "insufficient_system_resource": "for want of resources at the provider",
}
"""By the finish reason; the last one, DeepSeek's, only in journals of before it was a failed request."""


def answer_of(reply: Reply, fingerprint: str) -> Answer:
    """Return a hosted model's reply as the answer of a teacher: what stands behind its think block, if it wrote one."""
    return Answer(extract_answer(reply.content) or "", fingerprint, _CUT.get(reply.finish_reason, ""), reply.usage)


class NoAnswer(Exception):
    """A teacher gave none for this row; other rows are not concerned. `retriable`: a later run may get one."""

    def __init__(self, kind: str, reason: str, retriable: bool) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason
        self.retriable = retriable


class Teacher(Protocol):
    """`concurrency`: rows that are worked on at once."""

    name: str
    concurrency: int

    async def answer(self, row: Consultation, turns: Sequence[Turn]) -> Answer | None:
        """Return an outline of the row's reply, given the turns that the gate refused; None: it has no more to say.

        Raises `NoAnswer`; at the first turn there is always an answer or that.
        """
        ...

    def asked(self, row: Consultation) -> Asked:
        """Tell whether an earlier run asked about this row (`llm.journal.Journal.asked`)."""
        ...

    def settle(self, row: Consultation) -> None:
        """Note that nothing more is to be asked about this row, where the teacher keeps a journal."""
        ...

    def requests(self, row: Consultation) -> Sequence[dict[str, Any]]:
        """Return every request about a row, as the journal has it."""
        ...
