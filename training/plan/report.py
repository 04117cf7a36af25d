"""A plan as tables for a person, and as one JSON object."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from settings import output
from training.plan.cards import CONTEXT, FRAGMENTATION
from training.plan.plan import OnCard, Plan
from training.plan.prices import Prices
from training.plan.timing import useful_flops
from training.render import on_cpu

_KINDS = ("weights", "gradients", "optimizer", "activations", "logits", "temporaries")


def as_dict(plan: Plan, cards: Sequence[OnCard], remedies: Mapping[str, str], prices: Prices) -> dict[str, Any]:
    """Everything that `show` prints; memory in GiB, time in seconds and hours."""
    steps = plan.schedule
    return {
        "config": plan.name,
        "gpus": plan.gpus,
        "parameters": {"all": plan.weights.parameters, "trained": plan.trained},
        "memory": {
            "peak": plan.memory.peak,
            "at": plan.memory.at,
            "host": plan.memory.host,
            "segments": plan.memory.segments,
        },
        "data": {**asdict(steps), "efficiency": steps.efficiency, "tokens": plan.lengths.source},
        "flops": plan.work.flops,
        "useful_flops_per_token": useful_flops(plan.architecture, plan.weights, plan.setup, steps) / steps.trained_on,
        "cards": [
            {
                "gpu": on.card.name,
                "fits": on.fits,
                "why_not": on.why_not,
                "remedy": remedies.get(on.card.name, ""),
                "usable": on.card.usable,
                "step_seconds": on.step_seconds,
                "hours": on.hours,
                "dollars": on.dollars,
                "utilisation": on.utilisation,
            }
            for on in cards
        ],
        "prices": {"date": str(prices.date), "source": prices.source},
    }


def show(plan: Plan, cards: Sequence[OnCard], remedies: Mapping[str, str], prices: Prices) -> None:
    """Print the plan; without `cards` that of a run on the CPU."""
    output.print(_heading(plan), highlight=False)
    output.print(_memory(plan))
    if not cards:
        output.print(_data(plan), highlight=False)
        output.print("a run on the CPU: Python and its libraries come on top, and its time is not predicted")
        return
    output.print(
        f"host: {plan.memory.host:.0f} GiB. On the card {CONTEXT} GiB for CUDA and {FRAGMENTATION:.0%} for "
        "fragmentation come on top (assumed; taken off what a card has below).",
        soft_wrap=True,
        highlight=False,
    )
    output.print(_data(plan), highlight=False)
    output.print(_cards(plan, cards))
    for on in cards:
        if not on.fits:
            output.print(f"{on.card.name}: {on.why_not}. What would do: {remedies[on.card.name]}", soft_wrap=True)
    if plan.setup.zero and plan.setup.zero.offload_optimizer:
        output.print("time: what travels to the host, and its optimizer, are not in it: expect several times as long")
    output.print(
        f"time: {plan.work.flops:.3g} FLOPs (formula: training/plan/timing.py) at {cards[0].utilisation:.0%} of the "
        "card's peak, assumed; without start, evaluation and saving.\n"
        f"prices of {prices.date}: {prices.source}. Check before you rely on it.",
        soft_wrap=True,
        highlight=False,
    )


def _heading(plan: Plan) -> str:
    setup = plan.setup
    parts = [
        f"{plan.weights.parameters / 1e6:,.1f} M parameters, {plan.trained / 1e6:,.1f} M trained",
        setup.dtype,
        f"attention {setup.attention}",
        f"checkpointing {setup.checkpointing or 'off'}",
        f"ZeRO {setup.zero.stage}{' with offload' if setup.zero.offload_optimizer else ''}"
        if setup.zero
        else "no DeepSpeed",
        f"liger: {', '.join(setup.liger) or 'none'}",
        *(["loss of the answers alone"] if setup.answers is not None else []),
        *([f"LoRA kernels: {', '.join(setup.kernels)}"] if setup.kernels else []),
        "on the CPU" if on_cpu(plan.config) else f"{plan.gpus} GPU{'s' * (plan.gpus > 1)}",
    ]
    return f"{plan.name}: " + "; ".join(parts)


def figures(name: str, *headings: str, title: str | None = None) -> Table:
    """An empty table of figures that a terminal of 80 columns holds whole: `name` heads what each row is of."""
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(name, no_wrap=True)
    for heading in headings:
        table.add_column(heading, justify="right")
    return table


def _memory(plan: Plan) -> Table:
    place = "the CPU" if on_cpu(plan.config) else "one GPU"
    title = f"peak memory {plan.memory.peak:.1f} GiB, in {plan.memory.at}; GiB on {place}:"
    table = figures("", *_KINDS, "sum", title=title)
    for name, kinds in plan.memory.segments.items():
        table.add_row(name, *(f"{kinds[kind]:.2f}" for kind in _KINDS), f"{sum(kinds.values()):.2f}")
    return table


def _data(plan: Plan) -> str:
    steps = plan.schedule
    lengths = plan.lengths.tokens
    word = "packing efficiency" if steps.packed else "filled (padded to the longest of a batch)"
    lines = [
        f"data: {steps.conversations:,} conversations, {sum(lengths):,} tokens ({plan.lengths.source}); "
        f"longest {max(lengths):,}, mean {sum(lengths) / len(lengths):.0f}",
        _too_long(plan),
        f"{word} {steps.efficiency:.1%}, padding waste {1 - steps.efficiency:.1%}; the incomplete last batch of an "
        f"epoch leaves out {steps.left}{', others each time' if steps.left else ''}",
        f"{steps.steps:,} steps of {steps.step_tokens:,} tokens in {steps.epochs:g} epochs: "
        f"{round(steps.trained_on * steps.epochs):,} tokens, {steps.answers / max(steps.trained_on, 1):.0%} trained",
    ]
    return "\n".join(lines)


def _too_long(plan: Plan) -> str:
    limit, steps = plan.config["sequence_len"], plan.schedule
    if not steps.too_long:
        return f"none is dropped or cut at sequence_len {limit:,}"
    what = {"truncate": "would be cut", "raise": "stop the run (excess_length_strategy: raise)"}
    return f"{steps.too_long} conversations over sequence_len {limit:,} {what.get(steps.strategy, 'would be dropped')}"


def _cards(plan: Plan, cards: Sequence[OnCard]) -> Table:
    table = figures("GPU", "usable GiB", "fits", "s a step", "minutes", "tokens/s", "US $")
    for on in cards:
        rate = plan.schedule.trained_on * plan.schedule.epochs / (on.hours * 3600)
        cost = "no price" if on.dollars is None else f"{on.dollars:.2f}"
        fits = "yes" if on.fits else "no"
        row = (f"{on.card.usable:.1f}", fits, f"{on.step_seconds:.3f}", f"{on.hours * 60:.1f}", f"{rate:,.0f}", cost)
        table.add_row(f"{plan.gpus} x {on.card.name}" if plan.gpus > 1 else on.card.name, *row)
    return table
