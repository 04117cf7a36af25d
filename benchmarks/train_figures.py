"""What the measurements of `train-gpu` say: rates, shares of a card's peak, the planner's errors, and the bounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.train_runs import PRODUCTION
from training.plan.cards import Card

GIB = 2**30
PLAIN = "plain"

MFU, AIM_MFU = 0.30, 0.40
RATIO, AIM_RATIO = 2.0, 3.0
"""Least share of the peak of qwen-full, and least conversations a second against the plain Trainer's; and what is aimed
at."""
SMALL, LORA = 21.0, 12e9 / GIB
"""Most GiB of qwen-full on a card of 24 GB, and of qwen-lora (12 GB)."""
MEMORY, TIME = 0.10, 0.25
"""The most that the planner may be off, as shares of what was measured."""


@dataclass(frozen=True)
class Figures:
    """One run. GiB and seconds a step; None where there was nothing to measure or to foretell."""

    tokens: float
    """Tokens of conversations a second, no padding."""
    conversations: float
    """Conversations a second."""
    filled: float
    """Share of the computed positions that hold tokens."""
    step: float
    peak: float
    """Of what PyTorch's allocator handed out, training and evaluation."""
    reserved: float | None
    driver: float | None
    mfu: float | None
    planned_step: float | None
    planned_peak: float | None

    @property
    def step_off(self) -> float | None:
        """Foretold against measured, as a share of the measured; negative where too little was foretold."""
        return None if self.planned_step is None else self.planned_step / self.step - 1

    @property
    def peak_off(self) -> float | None:
        return None if self.planned_peak is None else self.planned_peak / self.peak - 1


def figures(result: Mapping[str, Any], planned: Mapping[str, Any], card: Card | None, plain: bool) -> Figures:
    """Return the figures of one run's `result` (train_runs.train) and plan; a plain run is not planned.

    MFU is the FLOPs that the run's result needs (training/plan/timing.py, `useful_flops`: 2 for each weight and token
    forward, 4 backward, 2 of these where the weight is frozen; attention; the head for trained tokens alone; nothing
    recomputed, no padding) a token, times tokens a second, over the card's dense peak in half precision. The plain run
    is held to the same need: what it computes beyond that is its own affair.
    """
    measured, data = result["measured"], planned["data"]
    seconds = sum(measured["seconds"])
    tokens = measured["tokens"] / seconds
    mean = data["trained_on"] / (data["conversations"] - data["left"])
    segments = planned["memory"]["segments"]
    # On a CPU only a training step is counted.
    seen = [name for name in segments if name != "evaluation" or measured["evaluation"] is not None]
    peak = max(sum(segments[name].values()) for name in seen)
    step = next((on["step_seconds"] for on in planned["cards"]), None)
    need = planned["useful_flops_per_token"]
    return Figures(
        tokens=tokens,
        conversations=tokens / mean,
        filled=measured["tokens"] / measured["positions"],
        step=seconds / len(measured["seconds"]),
        peak=max(measured["peak"], measured["evaluation"] or 0) / GIB,
        reserved=measured["reserved"] and measured["reserved"] / GIB,
        driver=result["driver_mib"] and result["driver_mib"] / 1024,
        mfu=need * tokens / (card.tflops * 1e12) if card else None,
        planned_step=None if plain else step,
        planned_peak=None if plain else peak,
    )


@dataclass(frozen=True)
class Verdict:
    """One bound: what was asked, what was found, and whether it holds."""

    what: str
    bound: str
    found: str
    holds: bool


def verdicts(found: Mapping[str, Figures]) -> list[Verdict]:
    """Hold what was measured against the bounds; a bound whose run is missing is left out."""
    rows: list[Verdict] = []
    for name in PRODUCTION:
        if name in found:
            rows += _planned(name, found[name])
    full, plain = found.get("qwen-full"), found.get(PLAIN)
    if full and full.mfu is not None:
        bound = f"at least {MFU:.0%} (aim {AIM_MFU:.0%})"
        rows.append(Verdict("qwen-full, MFU", bound, f"{full.mfu:.1%}", full.mfu >= MFU))
    if full and plain:
        ratio = full.conversations / plain.conversations
        bound = f"at least {RATIO:g} (aim {AIM_RATIO:g})"
        rows.append(Verdict("qwen-full, conversations a second against plain", bound, f"{ratio:.2f}", ratio >= RATIO))
    for name, most in (("qwen-full-24gb", SMALL), ("qwen-lora", LORA)):
        if name in found:
            peak = found[name].peak
            rows.append(Verdict(f"{name}, peak GiB", f"at most {most:.1f}", f"{peak:.1f}", peak <= most))
    return rows


def _planned(name: str, run: Figures) -> list[Verdict]:
    errors = (("peak", run.peak_off, MEMORY), ("time", run.step_off, TIME))
    return [
        Verdict(f"{name}, {what} foretold", f"within {most:.0%}", f"{off:+.1%}", abs(off) <= most)
        for what, off, most in errors
        if off is not None
    ]


def table(found: Mapping[str, Figures]) -> str:
    """The figures as the Markdown table of docs/training.md."""
    heads = ("run", "tokens/s", "conversations/s", "filled", "MFU", "s a step", "foretold", "peak GiB", "foretold",
             "reserved", "driver")  # fmt: skip
    lines = ["| " + " | ".join(heads) + " |", "| --- |" + " ---: |" * (len(heads) - 1)]
    for name, run in found.items():
        cells = (
            name, f"{run.tokens:,.0f}", f"{run.conversations:.1f}", f"{run.filled:.1%}", _share(run.mfu),
            f"{run.step:.3f}", _foretold(run.planned_step, run.step_off, ".3f"), f"{run.peak:.2f}",
            _foretold(run.planned_peak, run.peak_off, ".2f"), _gib(run.reserved), _gib(run.driver),
        )  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _gib(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _foretold(value: float | None, off: float | None, form: str) -> str:
    return "–" if value is None or off is None else f"{value:{form}} ({off:+.0%})"
