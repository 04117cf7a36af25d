"""Counts over conversions: one place for the progress bar, the summary, the card and the manifest."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import mean, median
from typing import Any

from outline import FidelityReport
from prep.conversion import Conversion


@dataclass
class Tally:
    """How many rows were kept, failed or skipped, and which of them for which reason."""

    kept: int = 0
    first_try: int = 0
    """Kept rows whose first answer passed the gate."""
    retriable: int = 0
    indices: dict[str, dict[str, list[int]]] = field(default_factory=lambda: {"failed": {}, "skipped": {}})
    """By status, by kind: the 0-based rows of the source."""

    @classmethod
    def of(cls, conversions: Sequence[Conversion]) -> "Tally":
        tally = cls()
        for conversion in conversions:
            tally.add(conversion)
        return tally

    def add(self, conversion: Conversion) -> None:
        if conversion.status == "kept":
            self.kept += 1
            self.first_try += len(conversion.turns) == 1
        else:
            kinds = self.indices[conversion.status]
            kinds.setdefault(conversion.kind, []).append(conversion.consultation.index)
        self.retriable += conversion.retriable

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
            "failed": {kind: len(rows) for kind, rows in sorted(self.indices["failed"].items())},
            "skipped": {kind: len(rows) for kind, rows in sorted(self.indices["skipped"].items())},
            "retriable": self.retriable,
        }


def fidelity_figures(reports: Sequence[FidelityReport]) -> dict[str, float]:
    """Return the mean and the lowest coverage, and the median expansion, of kept rows."""
    coverage = [report.coverage for report in reports if report.coverage is not None]
    expansion = [report.expansion for report in reports if report.expansion is not None]
    if not coverage or not expansion:
        return {}
    return {"coverage_mean": mean(coverage), "coverage_lowest": min(coverage), "expansion_median": median(expansion)}
