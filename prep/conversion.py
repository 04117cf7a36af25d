"""What became of one row."""

from dataclasses import dataclass
from typing import Any, Literal

from outline import FidelityReport
from prep.consultation import Consultation

Status = Literal["kept", "failed", "skipped"]


@dataclass(frozen=True)
class Finding:
    """One reason against an outline; `kind` is for counting, `message` for a teacher who is to mend it."""

    kind: str
    message: str


@dataclass(frozen=True)
class Turn:
    """One answer of a teacher and what the gate found in it; `outline` is its normal form."""

    fingerprint: str
    answer: str
    outline: str
    findings: tuple[Finding, ...]
    fidelity: FidelityReport | None

    def feedback(self) -> str:
        return "\n".join(finding.message for finding in self.findings)


@dataclass(frozen=True)
class Conversion:
    """A row with every answer that it got.

    `kept`: the last turn passed the gate. `failed`: none did, or no answer came (`retriable`: a later run may get
    one). `skipped`: nothing to convert. `kind` and `reason` are empty for a kept row.
    """

    consultation: Consultation
    status: Status
    teacher: str
    turns: tuple[Turn, ...] = ()
    kind: str = ""
    reason: str = ""
    retriable: bool = False

    @property
    def outline(self) -> str | None:
        return self.turns[-1].outline if self.status == "kept" else None

    @property
    def fidelity(self) -> FidelityReport | None:
        return self.turns[-1].fidelity if self.turns else None

    def failure(self) -> dict[str, Any]:
        """Return the row of `failed.jsonl`: index, reason, and every attempt with what was wrong with it."""
        return {
            "index": self.consultation.index,
            "status": self.status,
            "kind": self.kind,
            "reason": self.reason,
            "teacher": self.teacher,
            "doctor": self.consultation.doctor,
            "attempts": [
                {
                    "fingerprint": turn.fingerprint,
                    "answer": turn.answer,
                    "violations": [f"{finding.kind}: {finding.message}" for finding in turn.findings],
                }
                for turn in self.turns
            ],
        }
