"""Train, validation and test: seeded, and no near-duplicates across them."""

from collections.abc import Sequence
from dataclasses import dataclass

from prep import duplicates, fingerprint
from prep.config import Chat
from prep.consultation import Consultation

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True)
class Split:
    """Row positions by split, each in source order, and those left out with the reason by which they were."""

    rows: dict[str, list[int]]
    duplicates: list[int]
    held_out: list[int]


def split(rows: Sequence[Consultation], questions: Sequence[Consultation], chat: Chat) -> Split:
    """Part `rows` for training and its checks.

    Left out: exact duplicates of an earlier row, and whatever nearly equals a held-out question. Two rows are near
    when their questions are, or their questions and replies together. Which group goes where depends on the seed and
    the group's own text alone, so a row more in the source moves few of the others.
    """
    texts = [_texts(row) for row in [*rows, *questions]]
    groups = duplicates.groups(texts, chat.near_duplicate)
    closed = set(groups[len(rows) :])
    held_out = [i for i in range(len(rows)) if groups[i] in closed]
    first: dict[str, int] = {}
    for i in range(len(rows)):
        first.setdefault(duplicates.normal(texts[i][1]), i)
    kept = [i for i in first.values() if groups[i] not in closed]
    repeated = [i for i in range(len(rows)) if groups[i] not in closed and i not in set(kept)]
    return Split(_assign(kept, groups, texts, chat), repeated, held_out)


def _assign(
    kept: Sequence[int], groups: Sequence[int], texts: Sequence[tuple[str, str]], chat: Chat
) -> dict[str, list[int]]:
    members: dict[int, list[int]] = {}
    for i in kept:
        members.setdefault(groups[i], []).append(i)
    order = sorted(members.values(), key=lambda rows: fingerprint.digest([chat.seed, texts[rows[0]]]))
    parts: dict[str, list[int]] = {name: [] for name in SPLITS}
    quotas = {"test": _quota(chat.test, len(kept)), "validation": _quota(chat.validation, len(kept))}
    for group in order:
        # A group too large for what a small split still takes goes to training whole.
        fits = (name for name, quota in quotas.items() if len(parts[name]) + len(group) <= quota)
        parts[next(fits, "train")] += group
    return {name: sorted(part) for name, part in parts.items()}


def _quota(share: float, rows: int) -> int:
    """At least one row where a share is asked for and there are rows enough to leave some for training."""
    return max(1, round(share * rows)) if share and rows >= len(SPLITS) else 0


def _texts(row: Consultation) -> tuple[str, str]:
    return row.question(), f"{row.question()}\n{row.reply}"
