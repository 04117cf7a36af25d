"""Micro batch × sequence length × checkpointing: peak memory, packing and time of each."""

from collections.abc import Sequence
from typing import Any

from settings import output
from training.plan.cards import Card
from training.plan.plan import Plan, any_fits, make_plan, on_cards, why_not
from training.plan.prices import Prices
from training.plan.report import figures

MICRO_BATCHES = (1, 2, 4, 8)
LENGTHS = (1024, 2048, 4096)


def sweep(plan: Plan, cards: Sequence[Card], prices: Prices, utilisation: float | None) -> list[dict[str, Any]]:
    """One row for each combination, but for lengths that no conversation fits; the other keys are those of `plan`, so a
    larger batch makes a larger step."""
    rows = []
    for length in (length for length in LENGTHS if any_fits({**plan.config, "sequence_len": length}, plan.lengths)):
        for micro in MICRO_BATCHES:
            for checkpointing in (False, True):
                keys = {"micro_batch_size": micro, "sequence_len": length, "gradient_checkpointing": checkpointing}
                tried = make_plan(plan.name, {**plan.config, **keys}, plan.lengths, plan.gpus)
                times = {on.card.name: on.hours * 60 for on in on_cards(tried, cards, prices, utilisation)}
                row = {**keys, "peak": tried.memory.peak, "at": tried.memory.at, "too_long": tried.schedule.too_long}
                fits = {card.name: not why_not(tried, card) for card in cards}
                rows.append({**row, "efficiency": tried.schedule.efficiency, "minutes": times, "fits": fits})
    return rows


def show_sweep(rows: Sequence[dict[str, Any]], cards: Sequence[Card]) -> None:
    """Print the rows; a time in brackets is on a card where the run does not fit."""
    names = [card.name for card in cards]
    table = figures("length", "micro batch", "checkpointing", "peak GiB", "too long", "filled", *names)
    for row in rows:
        minutes = [f"{row['minutes'][name]:.1f} min" for name in names]
        times = [text if row["fits"][name] else f"({text})" for name, text in zip(names, minutes, strict=True)]
        checkpointing = "on" if row["gradient_checkpointing"] else "off"
        shape = (f"{row['sequence_len']:,}", str(row["micro_batch_size"]), checkpointing)
        table.add_row(*shape, f"{row['peak']:.1f}", str(row["too_long"]), f"{row['efficiency']:.1%}", *times)
    output.print(table)
