"""What the checkers said, counted against the truth."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from evals.validity.checkers import CHECKERS
from evals.validity.mutations import KINDS, Case
from evals.validity.shapes import Verdict
from outline import CRITERIA, StructureSpec

SHAPE = ("depth", "widest", "roots", "points")
Cells = Counter[tuple[bool, bool]]
"""How often, by (true, said)."""


@dataclass
class Tally:
    """One checker: confusion of the verdict and of each criterion, and wrong verdicts by kind and by surface."""

    verdict: Cells = field(default_factory=Counter)
    criteria: dict[str, Cells] = field(default_factory=lambda: {rule: Counter() for rule in CRITERIA})
    shape: Counter[str] = field(default_factory=Counter)
    """Cases in which that number was not the true one."""
    kinds: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    """Cases of that kind in which a criterion was wrong, whatever the verdict."""
    surfaces: Counter[str] = field(default_factory=Counter)
    disagreements: int = 0
    """Cases in which anything was wrong: the verdict, a criterion or a number."""

    def add(self, case: Case, said: Verdict) -> None:
        """Count what was said of `case`."""
        true = case.truth
        self.verdict[true.compliant, said.compliant] += 1
        for rule in CRITERIA:
            self.criteria[rule][true.criteria[rule], said.criteria[rule]] += 1
        self.shape.update(name for name in SHAPE if getattr(true, name) != getattr(said, name))
        if true.compliant != said.compliant:
            self.kinds[case.kind] += 1
            self.surfaces[case.surface] += 1
        self.reasons[case.kind] += true.criteria != said.criteria
        self.disagreements += said != true

    def as_dict(self) -> dict[str, Any]:
        """Return all counts; a confusion has the keys kept_kept (true, said), kept_broken and so on."""
        return {
            "disagreements": self.disagreements,
            "wrong_verdicts": wrong(self.verdict),
            "verdict": _confusion(self.verdict),
            "criteria": {rule: _confusion(cells) for rule, cells in self.criteria.items()},
            "shape_wrong": {name: self.shape[name] for name in SHAPE},
            "wrong_by_kind": {kind: self.kinds[kind] for kind in KINDS},
            "wrong_criteria_by_kind": {kind: self.reasons[kind] for kind in KINDS},
            "wrong_by_surface": dict(self.surfaces),
        }


@dataclass
class Validity:
    """The tallies of all checkers over the same cases."""

    checkers: dict[str, Tally] = field(default_factory=lambda: {name: Tally() for name in CHECKERS})
    kinds: Counter[str] = field(default_factory=Counter)
    surfaces: Counter[str] = field(default_factory=Counter)
    compliant: int = 0
    first: Case | None = None
    """The first case in which ours was wrong in anything."""

    @property
    def n(self) -> int:
        return self.kinds.total()

    def as_dict(self) -> dict[str, Any]:
        """Return the counts as the one JSON object of `--json`."""
        return {
            "n": self.n,
            "compliant": self.compliant,
            "kinds": {kind: self.kinds[kind] for kind in KINDS},
            "surfaces": dict(self.surfaces),
            "checkers": {name: tally.as_dict() for name, tally in self.checkers.items()},
        }


def measure(cases: Iterable[Case], spec: StructureSpec) -> Validity:
    """Ask every checker about every case."""
    result = Validity()
    for case in cases:
        result.kinds[case.kind] += 1
        result.surfaces[case.surface] += 1
        result.compliant += case.truth.compliant
        for name, check in CHECKERS.items():
            said = check(case.text, spec)
            result.checkers[name].add(case, said)
            if name == "ours" and said != case.truth and result.first is None:
                result.first = case
    return result


def wrong(cells: Cells) -> int:
    """How often what was said is not what is true."""
    return sum(count for (true, said), count in cells.items() if true != said)


def _confusion(cells: Cells) -> dict[str, int]:
    names = {True: "kept", False: "broken"}
    return {f"{names[true]}_{names[said]}": cells[true, said] for true in names for said in names}
