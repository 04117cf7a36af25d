"""The score of one completion; the lm-eval task, the metric, the harness and the report all take it from here."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from evals.answers import extract_answer, repeated_share
from evals.questions import Question
from outline import StructureSpec, check_compliance, unsupported_numbers


@dataclass(frozen=True)
class Score:
    """What one answer is worth. A model's failure (no answer, an empty one) scores 0."""

    compliant: bool
    """The strict reading: CommonMark as it stands."""
    lenient: bool
    depth: int
    breadth: int
    """Children of the widest parent."""
    repetition: float
    """Share of repeated word 4-grams, 0 to 1."""
    answered: bool
    """False when a think block never closed."""
    unsupported: tuple[str, ...] | None
    """Numbers that neither the patient's text nor the reference holds; None (unchecked) without a reference."""
    criteria: Mapping[str, bool]
    violations: tuple[Mapping[str, Any], ...]
    """Rule, node path, line (1-based), expected, actual and message of each."""

    def metrics(self) -> dict[str, float]:
        """Return the numbers that lm-eval averages; what was not checked is left out."""
        numbers = {
            "compliance": float(self.compliant),
            "compliance_lenient": float(self.lenient),
            "depth": float(self.depth),
            "breadth": float(self.breadth),
            "repetition": self.repetition,
            "answered": float(self.answered),
        }
        if self.unsupported is not None:
            numbers["unsupported_numbers"] = float(bool(self.unsupported))
        return numbers

    def as_dict(self) -> dict[str, Any]:
        """Return the score as JSON values."""
        return asdict(self)


def score_completion(question: Question, completion: str, spec: StructureSpec) -> Score:
    """Return the score of a model's whole output, think block included, to a question."""
    answer = extract_answer(completion)
    text = answer or ""
    report = check_compliance(text, spec)
    unsupported = None if question.reference is None else unsupported_numbers(text, question.user, question.reference)
    return Score(
        compliant=report.compliant,
        lenient=report.lenient,
        depth=report.depth,
        breadth=report.widest,
        repetition=repeated_share(text),
        answered=answer is not None,
        unsupported=unsupported,
        criteria=dict(report.criteria),
        violations=tuple(asdict(violation) | {"message": violation.message()} for violation in report.violations),
    )
