"""Counts over conversions: one place for the progress bar, the summary, the card and the manifest."""

from bisect import insort
from dataclasses import dataclass, field
from typing import Any

from llm import Usage
from prep.conversion import Conversion

_NOTHING = Usage()


@dataclass
class Tally:
    """How many rows were kept, failed or skipped, and which of them for which reason."""

    kept: int = 0
    first_try: int = 0
    """Kept rows whose first answer passed the gate."""
    not_english: int = 0
    """Kept rows of whose reply only the figures could be compared."""
    retriable: int = 0
    indices: dict[str, dict[str, list[int]]] = field(default_factory=lambda: {"failed": {}, "skipped": {}})
    """By status, by kind: the 0-based rows of the source, in its order."""
    first_pass: Usage = _NOTHING
    """Of the first answers of kept rows."""
    repair: Usage = _NOTHING
    """Of the further answers of kept rows. What else was paid for rows of this run brought nothing."""
    _billed: set[int] = field(default_factory=set)
    """Rows that say the same share their answers, which are paid once."""

    def add(self, conversion: Conversion) -> None:
        """Count one row."""
        if conversion.status == "kept":
            self.kept += 1
            self.first_try += len(conversion.turns) == 1
            self.not_english += conversion.fidelity is not None and not conversion.fidelity.english
            self._bill(conversion)
        else:
            kinds = self.indices[conversion.status]
            insort(kinds.setdefault(conversion.kind, []), conversion.index)
        self.retriable += conversion.retriable

    def merge(self, other: "Tally") -> None:
        """Add the counts of rows that none of this tally's says the same as."""
        self.kept += other.kept
        self.first_try += other.first_try
        self.not_english += other.not_english
        self.retriable += other.retriable
        self.first_pass += other.first_pass
        self.repair += other.repair
        for status, kinds in other.indices.items():
            for kind, rows in kinds.items():
                mine = self.indices[status].setdefault(kind, [])
                mine[:] = sorted([*mine, *rows])

    def _bill(self, conversion: Conversion) -> None:
        row = hash(conversion.turns[0].fingerprint)
        if row in self._billed:
            return
        self._billed.add(row)
        self.first_pass += conversion.turns[0].usage
        for turn in conversion.turns[1:]:
            self.repair += turn.usage

    @property
    def failed(self) -> int:
        return sum(map(len, self.indices["failed"].values()))

    @property
    def skipped(self) -> int:
        return sum(map(len, self.indices["skipped"].values()))

    @property
    def total(self) -> int:
        return self.kept + self.failed + self.skipped

    @property
    def success(self) -> float:
        """Share of the rows with a reply that were kept; 1 before the first."""
        return self.kept / (self.kept + self.failed) if self.kept + self.failed else 1.0

    def as_dict(self) -> dict[str, Any]:
        """Return the counts of rows as the manifest holds them, failures and skips by kind."""
        return {
            "total": self.total,
            "kept": self.kept,
            "kept_at_first_try": self.first_try,
            "kept_not_english": self.not_english,
            "failed": {kind: len(rows) for kind, rows in sorted(self.indices["failed"].items())},
            "skipped": {kind: len(rows) for kind, rows in sorted(self.indices["skipped"].items())},
            "retriable": self.retriable,
        }
