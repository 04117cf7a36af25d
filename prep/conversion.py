"""What became of one row."""

import dataclasses
from dataclasses import asdict, dataclass
from typing import Any, Literal

from llm import Usage
from outline import FidelityReport
from prep.consultation import Consultation

_NOTHING = Usage()
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
    usage: Usage = _NOTHING

    def feedback(self) -> str:
        return "\n".join(finding.message for finding in self.findings)


@dataclass(frozen=True)
class Conversion:
    """A row with every answer that it got.

    `kept`: the last turn passed the gate. `failed`: none did, or no answer came (`retriable`: a later run may get
    one). `skipped`: nothing to convert. `kind` and `reason` are empty for a kept row. `requests`, of a failed row,
    are the journal's lines about it.
    """

    consultation: Consultation
    status: Status
    teacher: str
    turns: tuple[Turn, ...] = ()
    kind: str = ""
    reason: str = ""
    retriable: bool = False
    requests: tuple[dict[str, Any], ...] = ()

    @property
    def index(self) -> int:
        return self.consultation.index

    @property
    def outline(self) -> str | None:
        return self.turns[-1].outline if self.status == "kept" else None

    @property
    def fidelity(self) -> FidelityReport | None:
        return self.turns[-1].fidelity if self.turns else None

    def failure(self) -> dict[str, Any]:
        """Return the row of `failed.jsonl`: the reason, every answer with what was wrong with it, every request."""
        return {
            "index": self.index,
            "row": self.consultation.identity(),
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
            "requests": list(self.requests),
        }

    def as_dict(self) -> dict[str, Any]:
        """Return everything as a JSON-ready object, from which `of_dict` makes the conversion again."""
        return {"index": self.index, **asdict(self)}

    @classmethod
    def of_dict(cls, values: dict[str, Any]) -> "Conversion":
        """Return the conversion that `as_dict` made an object of."""
        given = {field.name: values[field.name] for field in dataclasses.fields(cls)}
        given["consultation"] = Consultation(**values["consultation"])
        given["turns"] = tuple(_turn(turn) for turn in values["turns"])
        given["requests"] = tuple(values["requests"])
        return cls(**given)


def _turn(values: dict[str, Any]) -> Turn:
    report: dict[str, Any] | None = values["fidelity"]
    if report is not None:
        report = {name: tuple(value) if isinstance(value, list) else value for name, value in report.items()}
    fidelity = FidelityReport(**report) if report is not None else None
    findings = tuple(Finding(**finding) for finding in values["findings"])
    return Turn(**{**values, "findings": findings, "fidelity": fidelity, "usage": Usage(**values["usage"])})
