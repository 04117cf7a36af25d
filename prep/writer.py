"""Conversions onto the disk: failures, Arrow, chat with its card, and the manifest last."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from llm import Endpoint, Journal
from llm.storage import writing
from outline import StructureSpec, check_compliance
from prep import card, manifest
from prep.arrow import write_arrow
from prep.chat import question_row, system_prompt, training_row, write_chat
from prep.config import PrepConfig
from prep.consultation import Consultation
from prep.conversion import Conversion
from prep.duplicates import normal
from prep.lengths import measure
from prep.splits import split
from prep.tally import Tally
from settings import write_jsonl, write_text


@dataclass(frozen=True)
class Inputs:
    """What a run reads, with the hashes that identify it."""

    spec: StructureSpec
    rows: list[Consultation]
    questions: list[Consultation]
    hashes: dict[str, str]


def write_failed(out: Path, conversions: Sequence[Conversion]) -> Path:
    """Write `failed.jsonl`: every row without an outline, with the reason and each attempt."""
    file = out / "failed.jsonl"
    write_jsonl(file, [conversion.failure() for conversion in conversions if conversion.status != "kept"])
    return file


def write_dataset(config: PrepConfig, given: Inputs, conversions: Sequence[Conversion], tally: Tally) -> list[Path]:
    """Write the Arrow datasets and the chat folder, and return what was written, files and folders."""
    kept = [conversion for conversion in conversions if conversion.status == "kept"]
    questions = _distinct(given.questions)
    parts = split([conversion.consultation for conversion in kept], questions, config.chat)
    system = system_prompt(config.chat, given.spec)
    rows = [training_row(conversion, system) for conversion in kept]
    lengths = measure(rows, config.chat.tokenizer)
    # Measured on what is written, not taken from the gate's word.
    outlines = [check_compliance(conversion.outline or "", given.spec) for conversion in kept]
    reports = [conversion.fidelity for conversion in kept if conversion.fidelity]
    files = write_arrow(config.out / "processed", conversions)
    chat = config.out / "chat"
    files += write_chat(chat, rows, parts, [question_row(row, system) for row in questions])
    quality = card.quality(tally, outlines, reports)
    write_text(
        chat / "README.md", card.render(config, given.spec, tally, parts, lengths, quality, questions=len(questions))
    )
    return [*files, chat / "README.md"]


def write_manifest(config: PrepConfig, given: Inputs, tally: Tally, files: Sequence[Path], journal: Journal) -> None:
    """Say what the dataset was made from, by whom, and what all runs together cost."""
    teacher = config.teacher
    hosted = isinstance(teacher, Endpoint)
    content = {
        "source": config.source.name(),
        "teacher": {"name": teacher.name, **(teacher.parameters() | {"base_url": teacher.base_url} if hosted else {})},
        "inputs": given.hashes,
        "rows": tally.as_dict(),
        "usage": journal.usage.as_dict() | {"dollars": journal.usage.cost(teacher.prices) if hosted else 0.0},
    }
    with writing(config.out / manifest.NAME):
        manifest.write_manifest(config.out, content, files, journal.path)


def _distinct(questions: Sequence[Consultation]) -> list[Consultation]:
    """The rows that ask anything, each question once."""
    first: dict[str, Consultation] = {}
    for row in questions:
        if row.question():
            first.setdefault(normal(row.question()), row)
    return list(first.values())
