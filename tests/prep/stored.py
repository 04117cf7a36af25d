"""Conversions as an engine leaves them on the disk."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from outline import check_fidelity
from prep.consultation import Consultation
from prep.conversion import Conversion, Finding, Turn
from prep.store import Store, store_writer
from tests.prep.conftest import make_rows, outline_of


def consultations(count: int, seed: int = 1) -> list[Consultation]:
    rows = make_rows(count, seed)
    return [
        Consultation(i, row["Description"], row["Patient"], row["Doctor"], row["Status"]) for i, row in enumerate(rows)
    ]


def kept(row: Consultation, *refused: str) -> Conversion:
    """Return a row with a good outline, after the answers that the gate refused."""
    outline = outline_of(row.reply)
    turns = [
        Turn(f"{row.index}-{i}", answer, answer, (Finding("depth", "too flat"),), None)
        for i, answer in enumerate(refused)
    ]
    report = check_fidelity(row.reply, outline, context=row.question())
    turns.append(Turn(f"{row.index}-good", outline, outline, (), report))
    return Conversion(row, "kept", "openai", tuple(turns))


def failed(row: Consultation) -> Conversion:
    return Conversion(row, "failed", "openai", (), "no answer", "the server did not answer", retriable=True)


@contextmanager
def stored(folder: Path, conversions: Sequence[Conversion], order: int | None = None) -> Iterator[Store]:
    """Open a store of the conversions in two files; shuffled by a seed, if one is given."""
    mixed = list(conversions)
    if order is not None:
        random.Random(order).shuffle(mixed)
    files = [folder / "stored/one.jsonl", folder / "stored/two.jsonl"]
    for start, file in enumerate(files):
        with store_writer(file) as keep:
            for conversion in mixed[start::2]:
                keep(conversion)
    with Store(files) as store:
        yield store
