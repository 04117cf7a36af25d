"""How a dataset falls into steps: packed as Axolotl packs it, or padded."""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_BIN = 200
"""Axolotl's `sample_packing_bin_size`: conversations in one packed row at most."""

_MULTIPLE = 64


@dataclass(frozen=True)
class Schedule:
    """The run in numbers. `trained_on` counts the tokens of the conversations, `answers` those of them that are
    trained; `computed` the positions that a GPU works on, padding included; `squares` is the sum of squared lengths
    that attention sees. These and `left` are for one epoch and all GPUs; `most_answers` is the most trained tokens of
    one micro batch."""

    conversations: int
    too_long: int
    strategy: str
    epochs: float
    steps: int
    step_tokens: int
    trained_on: int
    answers: int
    most_answers: int
    computed: int
    squares: int
    longest: int
    left: int
    packed: bool

    @property
    def efficiency(self) -> float:
        """Share of the computed positions that hold a conversation's tokens."""
        return self.trained_on / self.computed if self.computed else 0.0


def schedule(
    config: Mapping[str, Any], lengths: Sequence[int], gpus: int, answers: Sequence[int] | None = None
) -> Schedule:
    """Pack or pad `lengths` as the run would, in a random order drawn from the run's seed.

    `answers` are the trained tokens of each conversation; without them all are.

    Axolotl packs anew each epoch, so a real epoch has a batch more or less; it leaves out the last batch where it is
    not full (`drop_last`), other conversations each epoch: `left` counts these.
    """
    limit = int(config["sequence_len"])
    kept = _kept(config, lengths, answers or lengths)
    pack = _packed if config.get("sample_packing") else _padded
    batches = pack(kept, config, limit, int(config.get("micro_batch_size") or 1))
    accumulation = int(config.get("gradient_accumulation_steps") or 1)
    epochs, steps = _steps(config, math.ceil(math.ceil(len(batches) / gpus) / accumulation))
    used = batches[: len(batches) - len(batches) % gpus] or batches
    width = sum(batch.positions for batch in used) / max(len(used), 1)
    return Schedule(
        conversations=len(lengths),
        too_long=sum(length > limit for length in lengths),
        strategy=_strategy(config),
        epochs=epochs,
        steps=steps,
        step_tokens=round(width * gpus * accumulation),
        trained_on=sum(batch.tokens for batch in used),
        answers=sum(batch.answers for batch in used),
        most_answers=max((batch.answers for batch in used), default=0),
        computed=sum(batch.positions for batch in used),
        squares=sum(batch.squares for batch in used),
        longest=limit if config.get("sample_packing") else _width(config, limit, max(kept, default=(1, 1))[0]),
        left=len(kept) - sum(batch.conversations for batch in used),
        packed=bool(config.get("sample_packing")),
    )


@dataclass(frozen=True)
class _Batch:
    conversations: int
    tokens: int
    answers: int
    positions: int
    squares: int


_Pairs = Sequence[tuple[int, int]]
"""Tokens of each conversation, and how many of them are trained."""


def _strategy(config: Mapping[str, Any]) -> str:
    return str(config.get("excess_length_strategy") or "drop")


def _kept(config: Mapping[str, Any], lengths: Sequence[int], answers: Sequence[int]) -> list[tuple[int, int]]:
    """What is not dropped for its length, cut where the run cuts, in the order of the run's seed."""
    limit, cut = int(config["sequence_len"]), _strategy(config) == "truncate"
    pairs = zip(lengths, answers, strict=True)
    kept = [(min(length, limit), min(trained, limit)) for length, trained in pairs if length <= limit or cut]
    # Axolotl's own default.
    seed = 42 if config.get("seed") is None else int(config["seed"])
    random.Random(seed).shuffle(kept)
    return kept


def _packed(kept: _Pairs, config: Mapping[str, Any], limit: int, rows: int) -> list[_Batch]:
    """Axolotl's `pack_group`: first fit in the order given, `rows` bins a batch, less the last one that is not full.

    With flash_attention_2, or `multipack_real_batches: false`, a batch is one bin of `rows` times the length.
    """
    real = config.get("multipack_real_batches")
    if real is False or (real is None and config.get("attn_implementation") == "flash_attention_2"):
        limit, rows = limit * rows, 1
    bins = first_fit([length for length, _ in kept], limit)
    groups = [bins[start : start + rows] for start in range(0, len(bins), rows)]
    whole = [group for group in groups if len(group) == rows] or groups
    held = [[kept[index] for row in group for index in row] for group in whole]
    return [_batch(pairs, rows * limit, sum(length**2 for length, _ in pairs)) for pairs in held]


def _batch(pairs: _Pairs, positions: int, squares: int) -> _Batch:
    tokens, answers = (sum(counts) for counts in zip(*pairs, strict=True))
    return _Batch(len(pairs), tokens, answers, positions, squares)


def first_fit(lengths: Sequence[int], limit: int) -> list[list[int]]:
    """Put each conversation into the first bin with room for it (and fewer than 200 others), else into a new one.

    Returns the places in `lengths` of each bin's conversations.
    """
    import numpy

    room = numpy.zeros(len(lengths), dtype=numpy.int64)
    bins: list[list[int]] = []
    for index, length in enumerate(lengths):
        fits = room[: len(bins)] >= length
        place = int(fits.argmax()) if fits.any() else len(bins)
        if place == len(bins):
            bins.append([])
            room[place] = limit
        bins[place].append(index)
        room[place] = room[place] - length if len(bins[place]) < _BIN else -1
    return bins


def _padded(kept: _Pairs, config: Mapping[str, Any], limit: int, rows: int) -> list[_Batch]:
    """Each batch as wide as its longest conversation, rounded as the run's collator does it."""
    groups = [kept[start : start + rows] for start in range(0, len(kept), rows)]
    widths = [_width(config, limit, max(group)[0]) for group in groups]
    return [_batch(g, len(g) * width, len(g) * width**2) for g, width in zip(groups, widths, strict=True)]


def _width(config: Mapping[str, Any], limit: int, longest: int) -> int:
    pad = config.get("pad_to_sequence_len")
    if pad:
        return limit
    return longest if pad is False else _MULTIPLE * math.ceil(longest / _MULTIPLE)


def _steps(config: Mapping[str, Any], per_epoch: int) -> tuple[float, int]:
    if config.get("max_steps"):
        return int(config["max_steps"]) / max(per_epoch, 1), int(config["max_steps"])
    epochs = float(config.get("num_epochs") or 1)
    return epochs, math.ceil(epochs * per_epoch)
