"""The offline teacher."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from llm.journal import Asked
from outline import StructureSpec
from prep import fingerprint
from prep.consultation import Consultation
from prep.conversion import Turn
from prep.rules import NotEnoughContent, RulesTeacher
from prep.teachers import Answer, NoAnswer


class Rules:
    """Outlines by word lists; the same reply always gets the same answer, so there is nothing to repair or record."""

    name = "rules"
    concurrency = 1

    def __init__(self, vocabulary: Path, spec: StructureSpec) -> None:
        self._rules = RulesTeacher(vocabulary, spec)
        self._identity = ["rules", fingerprint.of_file(vocabulary), spec.model_dump()]

    async def answer(self, row: Consultation, turns: Sequence[Turn]) -> Answer | None:
        """Return the one outline of a reply, None after it; raises `NoAnswer` where a reply says too little."""
        if turns:
            return None
        # Lets an interrupt through: nothing else here waits.
        await asyncio.sleep(0)
        try:
            content = self._rules.outline(row.reply)
        except NotEnoughContent as error:
            raise NoAnswer("not enough content", str(error), retriable=False) from error
        return Answer(content, fingerprint.of_request(row, row.reply, self._identity, 1))

    def asked(self, row: Consultation) -> Asked:
        return "never"

    def settle(self, row: Consultation) -> None:
        pass

    def requests(self, row: Consultation) -> Sequence[dict[str, Any]]:
        return ()
