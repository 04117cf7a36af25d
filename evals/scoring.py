"""The score of one completion; the lm-eval tasks, the metrics, the harness and the report all take it from here."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from evals.agreement import Agreement, check_agreement
from evals.mece.scores import MeceScore
from evals.metrics.rouge import rouge_l
from evals.questions import Question
from evals.red_flags import UrgentCare, urgent_care, urgent_measures
from evals.repetition import repeated_share
from outline import ComplianceReport, StructureSpec, check_compliance, extract_answer, unsupported_numbers

_FAULTS = ("unsupported_numbers", "contradicted", "repetition", "urgent_false_alarm")
"""Of what was said: an answer that never came has none, and is not the better for it."""


@dataclass(frozen=True)
class Score:
    """What one answer is worth. A model's failure (no answer, an empty one) scores 0."""

    structure: ComplianceReport
    repetition: float
    """Share of repeated word 4-grams, 0 to 1."""
    answered: bool
    """False when a think block never closed."""
    unsupported: tuple[str, ...] | None
    """Numbers that neither the patient's text nor the reference holds; None (unchecked) without a reference."""
    agreement: Agreement
    """With the reference; unchecked without one."""
    urgent: UrgentCare
    """Whether the answer sends to urgent care."""
    urgency: Mapping[str, float]
    """Whether it is right to, by measure; empty where the question does not say whether it is an emergency."""
    rouge_l: float | None
    """ROUGE-L F1 with the reference, 0 to 1; None without one."""
    mece: MeceScore | None = None
    """By sentence embeddings, which the harness adds; None without an encoder."""

    @property
    def compliant(self) -> bool:
        """The strict reading: CommonMark as it stands."""
        return self.structure.compliant

    def metrics(self) -> dict[str, float]:
        """Return the numbers that are averaged; what was not checked is left out."""
        report = self.structure
        numbers = {
            "compliance": float(report.compliant),
            "compliance_lenient": float(report.lenient),
            "structure_score": report.score,
            "compliance_per_level": float(report.per_level),
            "compliance_no_root_limit": float(report.no_root_limit),
            "depth": float(report.depth),
            "breadth": float(report.widest),
            "points": float(report.points),
            "repetition": self.repetition,
            "answered": float(self.answered),
            **self.agreement.metrics(),
        }
        if self.unsupported is not None:
            numbers["unsupported_numbers"] = float(bool(self.unsupported))
            numbers["compliant_supported"] = float(report.compliant and not self.unsupported)
        if self.rouge_l is not None:
            numbers["rouge_l"] = self.rouge_l
        numbers |= dict(self.urgency) | (self.mece.metrics() if self.mece else {})
        return {name: value for name, value in numbers.items() if self.answered or name not in _FAULTS}

    def as_dict(self) -> dict[str, Any]:
        """Return what the metrics rest on as JSON values."""
        violations = [asdict(violation) | {"message": violation.message()} for violation in self.structure.violations]
        return {
            "compliant": self.structure.compliant,
            "lenient": self.structure.lenient,
            "criteria": dict(self.structure.criteria),
            "violations": violations,
            "unsupported": self.unsupported,
            "agreement": asdict(self.agreement),
            "urgent": asdict(self.urgent),
            "mece": self.mece.as_dict() if self.mece else None,
        }


def score_completion(question: Question, completion: str, spec: StructureSpec) -> Score:
    """Return the score of a model's whole output, think block included, to a question."""
    answer = extract_answer(completion)
    text = answer or ""
    unsupported = None if question.reference is None else unsupported_numbers(text, question.user, question.reference)
    care, emergency = urgent_care(text), question.metadata.get("urgent")
    return Score(
        structure=check_compliance(text, spec),
        repetition=repeated_share(text),
        answered=answer is not None,
        unsupported=unsupported,
        agreement=check_agreement(question.reference, text, question.user),
        urgent=care,
        urgency={} if emergency is None else urgent_measures(emergency, text, care),
        rouge_l=None if question.reference is None else rouge_l(text, question.reference),
    )
