"""Conversions onto the disk: failures, Arrow, preference pairs, chat with its card."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from llm.storage import writing
from prep import card
from prep.arrow import write_arrow
from prep.card import Quality
from prep.chat import question_row, system_prompt, training_row, write_questions
from prep.config import PrepConfig
from prep.consultation import Consultation
from prep.duplicates import normal
from prep.inputs import Inputs
from prep.lengths import Measure
from prep.preferences import Pairs
from prep.splits import SPLITS, split
from prep.store import Store
from prep.tally import Tally
from settings import open_jsonl, write_text

FAILED = "failed.jsonl"


def write_failed(out: Path, store: Store) -> Path:
    """Write `failed.jsonl`: every row without an outline, with the reason and each attempt."""
    file = out / FAILED
    with open_jsonl(file) as add:
        for conversion in store:
            if conversion.status != "kept":
                add(conversion.failure())
    return file


def write_dataset(config: PrepConfig, given: Inputs, store: Store, tally: Tally) -> list[Path]:
    """Write the Arrow datasets, the chat folder and the preference pairs; return what was written, files and folders.

    The rows are read from the store several times and never all held: memory grows by some 150 bytes a row.
    """
    lengths, quality = Measure(config.chat.tokenizer), Quality()
    questions = _distinct(given.questions)
    system = system_prompt(config.chat.system, given.spec)
    with writing(config.out):
        parts = split(store, questions, config.chat, config.out)
    files = write_arrow(config.out / "processed", store)
    chat = config.out / "chat"
    splits = [chat / f"{name}.jsonl" for name in SPLITS]
    with ExitStack() as stack:
        add = [stack.enter_context(open_jsonl(file)) for file in splits]
        pairs = stack.enter_context(Pairs(config.out / "preferences"))
        for conversion, place in zip(store.kept(), parts.codes, strict=True):
            row = training_row(conversion, system)
            lengths.add(row)
            quality.add(conversion.fidelity)
            if place < len(SPLITS):
                add[place](row)
                pairs.add(conversion, row, place)
    files += splits + write_questions(chat, [question_row(row, system) for row in questions]) + pairs.files
    figures = quality.figures(tally)
    write_text(
        chat / "README.md",
        card.render(config, given.spec, tally, parts, lengths.lengths(), figures, len(questions), pairs.count),
    )
    return [*files, chat / "README.md"]


def _distinct(questions: Sequence[Consultation]) -> list[Consultation]:
    """The rows that ask anything, each question once."""
    first: dict[str, Consultation] = {}
    for row in questions:
        if row.question():
            first.setdefault(normal(row.question()), row)
    return list(first.values())
