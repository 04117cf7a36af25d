"""Questions made of sentences with slots: offline, and the same for the same seed."""

import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from prep import fingerprint
from prep.questions.config import Templates
from prep.questions.plan import Cell, Draft
from settings import UserError, load_config

_SLOT = re.compile(r"\{(\w+)\}")
_SPARE = 3
"""Questions for each that is wanted: many are too near to another one."""
_DEEPEST = 4
"""Slots within phrases within slots: deeper than this they go round in a circle."""

Phrases = Mapping[str, Sequence[str]]


class FromTemplates:
    """Fills slots by chance: each phrase may come again, but not in the same company."""

    name = "templates"

    def __init__(self, path: Path, cells: Sequence[Cell], seed: int) -> None:
        """Raises `UserError` for a file that lacks a topic, a severity of one, or a slot that a sentence has."""
        self.unanswered: dict[str, int] = {}
        templates = load_config(path, Templates)
        self._forms = templates.forms
        self._phrases = {cell: {**templates.shared, **_own(templates, cell, path)} for cell in cells}
        self._seed = seed
        for cell, phrases in self._phrases.items():
            for text in (*self._forms, *(phrase for slot in phrases.values() for phrase in slot)):
                _check(text, phrases, f"{path}: {cell.topic}, {cell.severity}")

    async def write(
        self, wanted: Mapping[Cell, int], known: Mapping[Cell, Sequence[str]], number: int
    ) -> Mapping[Cell, Sequence[Draft]]:
        return {cell: self._drafts(cell, count, number) for cell, count in wanted.items()}

    def _drafts(self, cell: Cell, count: int, number: int) -> list[Draft]:
        chance = random.Random(fingerprint.digest([self._seed, cell.severity, cell.topic, number]))
        phrases = self._phrases[cell]
        return [Draft(_fill(chance.choice(self._forms), phrases, chance)) for _ in range(_SPARE * count)]


def _own(templates: Templates, cell: Cell, path: Path) -> Phrases:
    severities = templates.topics.get(cell.topic)
    if severities is None:
        raise UserError(
            f"{path}: topics has no {cell.topic!r}, which the config's topics name; "
            f"it has {', '.join(templates.topics)}"
        )
    if cell.severity not in severities:
        raise UserError(
            f"{path}: topics.{cell.topic} has no {cell.severity!r}, which the config's severities name; "
            f"it has {', '.join(severities)}"
        )
    return severities[cell.severity]


def _fill(text: str, phrases: Phrases, chance: random.Random) -> str:
    for _ in range(_DEEPEST):
        text = _SLOT.sub(lambda slot: chance.choice(phrases[slot[1]]), text)
    return text


def _check(text: str, phrases: Phrases, where: str) -> None:
    for slot in _SLOT.findall(text):
        if not phrases.get(slot):
            raise UserError(f"{where}: there is no phrase for {{{slot}}}, allowed: {', '.join(sorted(phrases))}")
