"""What a hosted model answered before, whatever it was asked with, for a new look at no cost."""

from collections.abc import Sequence
from typing import Any

from llm import Journal
from llm.journal import Asked
from llm.request import recorded_reply
from prep.consultation import Consultation
from prep.conversion import Turn
from prep.teachers import Answer, NoAnswer, answer_of


class Recorded:
    """Gives the answers that the journal holds about a row, in the order of their turns.

    Of a row that was asked with several models or prompts, those of the last.
    """

    name = "openai"
    concurrency = 1

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def answer(self, row: Consultation, turns: Sequence[Turn]) -> Answer | None:
        """Return the recorded answer after `turns`, None after the last; raises `NoAnswer` where there is none."""
        answers = self._answers(row)
        if not answers:
            raise NoAnswer("not asked", "the journal holds no answer about this row", retriable=True)
        if len(turns) == len(answers):
            return None
        entry = answers[len(turns)]
        return answer_of(recorded_reply(entry), entry["fingerprint"])

    def _answers(self, row: Consultation) -> list[dict[str, Any]]:
        answered = [entry for entry in self.requests(row) if entry["error"] is None]
        last = answered[-1]["made_with"] if answered else None
        turns = {entry["turn"]: entry for entry in answered if entry["made_with"] == last}
        return [turns[turn] for turn in sorted(turns)]

    def asked(self, row: Consultation) -> Asked:
        return "before"

    def settle(self, row: Consultation) -> None:
        """Leaves the journal as it is: it was only read anew."""

    def requests(self, row: Consultation) -> Sequence[dict[str, Any]]:
        return self._journal.about(row.identity())
