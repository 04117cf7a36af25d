"""Preference pairs for DPO: the outline that was kept against the first answer, which the gate had refused."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from prep.chat import ChatRow
from prep.conversion import Conversion
from prep.splits import SPLITS
from settings import open_jsonl


def pair(conversion: Conversion, row: ChatRow) -> dict[str, Any] | None:
    """Return the pair of a kept row, given its conversation; None where no other answer than the kept one was given.

    The shape is what Axolotl's DPO strategy `chat_template.default` reads: `messages` (the prompt), `chosen` and
    `rejected` (one message each). The rejected one is as it came, but for the white space around it: Axolotl looks for
    the text in what the chat template makes of it, and some templates trim. Blank answers are left out.
    """
    first, last = conversion.turns[0], conversion.turns[-1]
    rejected = first.answer.strip()
    if first is last or not rejected or rejected == last.outline:
        return None
    return {
        "messages": row["messages"][:-1],
        "chosen": row["messages"][-1],
        "rejected": {"role": "assistant", "content": rejected},
        "metadata": {
            "index": conversion.index,
            "status": conversion.consultation.status,
            "teacher": conversion.teacher,
            "findings": [f"{finding.kind}: {finding.message}" for finding in first.findings],
            "fingerprint": last.fingerprint,
            "rejected_fingerprint": first.fingerprint,
        },
    }


class Pairs:
    """Writes pairs, a file a split: all three from the first pair on, and none where there is no pair."""

    def __init__(self, folder: Path) -> None:
        self.count = 0
        self.files: list[Path] = []
        """What was written; empty without a pair."""
        self._places = [folder / f"{name}.jsonl" for name in SPLITS]
        self._add: list[Callable[[Mapping[str, Any]], None]] = []
        self._stack = ExitStack()

    def __enter__(self) -> "Pairs":
        return self

    def __exit__(self, *raised: Any) -> None:
        self._stack.__exit__(*raised)
        if raised[0] is None and not self.count:
            self._remove_old()

    def add(self, conversion: Conversion, row: ChatRow, split: int) -> None:
        """Write the pair of a row that stands in a split (its number in `SPLITS`), if it has one."""
        found = pair(conversion, row)
        if found is None:
            return
        if not self._add:
            self._add = [self._stack.enter_context(open_jsonl(file)) for file in self._places]
            self.files = self._places
        self._add[split](found)
        self.count += 1

    def _remove_old(self) -> None:
        for file in self._places:
            file.unlink(missing_ok=True)
        with suppress(OSError):  # it is not there, or holds files of the user's
            self._places[0].parent.rmdir()
