"""One row of a source."""

import hashlib
import json
from dataclasses import astuple, dataclass


@dataclass(frozen=True)
class Consultation:
    """A patient's question and a doctor's reply; `index` is the 0-based row of the source.

    `doctor` is None where the source has no reply. Texts are as the source has them.
    """

    index: int
    description: str
    patient: str
    doctor: str | None
    status: str

    @property
    def reply(self) -> str:
        """The doctor's reply; for rows that were found to have one."""
        return self.doctor or ""

    def identity(self) -> str:
        """Return a hash of what the row says, by which it is known again wherever it stands in the source."""
        content = json.dumps(astuple(self)[1:], ensure_ascii=False)
        return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()

    def question(self) -> str:
        """Return what a model is asked: the patient's message, under the description where it adds words of its own."""
        parts = [self.description.strip(), self.patient.strip()]
        if parts[0].lower() in parts[1].lower():
            parts = parts[1:]
        return "\n".join(part for part in parts if part)

    def missing(self) -> str | None:
        """Return why the row cannot be converted at all; None when it can."""
        if self.doctor is None:
            return "null reply"
        if not self.doctor.strip():
            return "blank reply"
        if not self.question():
            return "no patient text"
        return None
