"""What a run reads."""

from dataclasses import dataclass

from outline import StructureSpec
from prep import manifest
from prep.config import PrepConfig
from prep.consultation import Consultation
from prep.sources import Rows


@dataclass(frozen=True)
class Inputs:
    """The spec, the rows (read anew each time), the held-out questions, and the hashes that identify it all."""

    spec: StructureSpec
    rows: Rows
    questions: list[Consultation]
    hashes: dict[str, str | None]


def read_inputs(config: PrepConfig) -> Inputs:
    """Read spec, source and questions; raises `UserError` for whatever of it cannot be read."""
    spec = StructureSpec.load(config.spec)
    rows = Rows(config.source, config.raw, config.limit)
    questions = Rows(config.questions, config.raw) if config.questions else None
    hashes = manifest.inputs(config, spec, rows.hash, questions.hash if questions else None)
    return Inputs(spec, rows, list(questions or ()), hashes)
