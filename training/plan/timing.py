"""Time and cost from the arithmetic of the run and the speed of a card: a roofline with a stated utilisation.

A token costs 2 FLOPs for each weight that it is multiplied with going forward and 4 going back (2 where the weight is
frozen: no gradient of it), 2 more where checkpointing computes its layer again, and for attention 4 × layers × heads ×
head width × length / 2 (causal) forward, 2.5 times that back (FlashAttention-2 computes the scores again). No step is
faster than the optimizer's traffic: weights, gradients, master weights and moments read and written once at the card's
bandwidth. Time on start, evaluation and saving is not in it.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.plan.architecture import Weights
from training.plan.batches import Schedule
from training.plan.cards import Card
from training.plan.setup import Setup

if TYPE_CHECKING:
    from transformers import PretrainedConfig

FULL, ADAPTER = 0.40, 0.30
"""Share of a card's peak that the arithmetic reaches: assumed. Adapters add small products that keep it waiting."""

_TRAFFIC = 34
"""Bytes for each trained weight and step: gradient 2 + 4 + 4, master and two moments read and written 24."""


@dataclass(frozen=True)
class Time:
    """`flops` for the whole run; `step` in seconds, `hours` on the wall, with `utilisation` of the peak."""

    flops: float
    step: float
    hours: float
    utilisation: float


def run_flops(config: "PretrainedConfig", weights: Weights, setup: Setup, plan: Schedule) -> float:
    """FLOPs of the whole run on all GPUs, recomputation included."""
    layers, again = weights.multiplied - weights.head, 2 if setup.checkpointing else 0
    back = 2 if setup.adapter else 4
    linear = plan.computed * ((2 + back + again) * layers + (2 + back) * weights.head)
    if setup.adapter:
        linear += plan.computed * (6 + again) * adapter_weights(config, setup)
    width = config.num_attention_heads * (
        getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    )
    attention = 2 * config.num_hidden_layers * width * plan.squares * (3.5 + again / 2)
    return (linear + attention) * plan.epochs


def adapter_weights(config: "PretrainedConfig", setup: Setup) -> int:
    """Weights of a LoRA on every linear layer of a decoder with gated MLPs (an upper bound for fewer targets)."""
    if not setup.adapter:
        return 0
    hidden, inner = config.hidden_size, config.intermediate_size
    key = config.hidden_size // config.num_attention_heads * config.num_key_value_heads
    return setup.adapter[0] * config.num_hidden_layers * (2 * (2 * hidden) + 2 * (hidden + key) + 3 * (hidden + inner))


def predict_time(flops: float, trained: int, plan: Schedule, card: Card, gpus: int, utilisation: float) -> Time:
    """The time of the run on `gpus` cards."""
    computing = flops / (card.tflops * 1e12 * utilisation * gpus)
    traffic = plan.steps * _TRAFFIC * trained / gpus / (card.bandwidth * 1e9)
    seconds = max(computing, traffic)
    return Time(flops, seconds / max(plan.steps, 1), seconds / 3600, utilisation)
