"""How well the fidelity check agrees with labelled cases; "unfaithful" is the positive class."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from outline.fidelity import check_fidelity
from settings import UserError

LABELS = ("faithful", "unfaithful")


@dataclass(frozen=True)
class Counts:
    """Cases by label and verdict; "flagged" means that the check found something."""

    flagged: int = 0
    """Unfaithful and flagged."""
    missed: int = 0
    """Unfaithful and not flagged."""
    false_alarms: int = 0
    """Faithful and flagged."""
    passed: int = 0
    """Faithful and not flagged."""

    def __add__(self, other: "Counts") -> "Counts":
        """Return the counts of both."""
        return Counts(
            self.flagged + other.flagged,
            self.missed + other.missed,
            self.false_alarms + other.false_alarms,
            self.passed + other.passed,
        )

    @property
    def precision(self) -> float | None:
        """Share (0 to 1) of the flagged cases that are unfaithful; None when none was flagged."""
        return _share(self.flagged, self.flagged + self.false_alarms)

    @property
    def recall(self) -> float | None:
        """Share (0 to 1) of the unfaithful cases that were flagged; None when there is none."""
        return _share(self.flagged, self.flagged + self.missed)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall; None when nothing is unfaithful or flagged."""
        return _share(2 * self.flagged, 2 * self.flagged + self.missed + self.false_alarms)

    def as_dict(self) -> dict[str, Any]:
        """Return the counts and what they come to as a JSON-ready object."""
        n = self.flagged + self.missed + self.false_alarms + self.passed
        rates = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {"n": n, **rates, **vars(self)}


def measure_agreement(cases: Iterable[Mapping[str, Any]]) -> dict[str, Counts]:
    """Return the counts of each kind of case, in the order of the kinds' first cases.

    A case has `source`, `outline`, `label` ("faithful" or "unfaithful"), and may have `context` and `kind`. Raises
    `UserError` for a case without them, and where there is no case at all.
    """
    kinds: dict[str, Counts] = {}
    for number, case in enumerate(cases):
        if case.get("label") not in LABELS or not all(
            isinstance(case.get(name), str) for name in ("source", "outline")
        ):
            raise UserError(
                f"case {number} (0-based) must have texts as source and outline, and a label of: {', '.join(LABELS)}"
                f"; got label {case.get('label')!r}"
            )
        kind = str(case.get("kind") or "all")
        kinds[kind] = kinds.get(kind, Counts()) + _judge(case)
    if not kinds:
        raise UserError("there is nothing to measure: the file holds no case", hint="give a file with at least one")
    return kinds


def _judge(case: Mapping[str, Any]) -> Counts:
    report = check_fidelity(case["source"], case["outline"], case.get("context") or "")
    if case["label"] == "unfaithful":
        return Counts(flagged=1) if report.found else Counts(missed=1)
    return Counts(false_alarms=1) if report.found else Counts(passed=1)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
