"""Time and cost from the arithmetic of the run and the speed of a card: a roofline with a stated utilisation.

A token costs 2 FLOPs for each weight that it is multiplied with going forward and 4 going back (2 where the weight is
frozen: no gradient of it), 2 more where checkpointing computes its layer again, and for attention 4 × layers × heads ×
head width × length / 2 (causal) forward, 2.5 times that back (FlashAttention-2 computes the scores again). The head
counts for the tokens alone whose logits are made.

Liger's fused loss makes them in slices, each of which moves the head through memory: the head takes no less than that
traffic at the card's bandwidth. No step is faster than the optimizer's traffic: weights, gradients, master weights and
moments read and written once. Time on start, evaluation and saving is not in it.
"""

import math
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


_SLICE = 20
"""Bytes that a slice of Liger's fused loss moves for each weight of a trained head: read twice (2 + 2) for logits and
the hidden states' gradient; its gradient written in half precision (2), as fp32 (2 + 4), and added (2 + 4 + 2).
With a frozen head it is the first two."""

_FROZEN_SLICE = 4


@dataclass(frozen=True)
class Work:
    """What a run computes on all GPUs: FLOPs of the layers and of the head, bytes that the loss moves head and
    gradient by."""

    layers: float
    head: float
    head_bytes: float

    @property
    def flops(self) -> float:
        return self.layers + self.head


@dataclass(frozen=True)
class Time:
    """`step` in seconds, `hours` on the wall."""

    step: float
    hours: float


def run_work(config: "PretrainedConfig", weights: Weights, setup: Setup, plan: Schedule) -> Work:
    """The whole run, padding and recomputation included."""
    logits = plan.computed if setup.answers is None else plan.answers
    layers = layer_flops(config, weights, setup, plan.computed, plan.squares, again=bool(setup.checkpointing))
    head = head_flops(weights, setup, logits)
    fused = setup.answers is None and "fused_linear_cross_entropy" in setup.liger
    batches = plan.computed / (setup.rows * setup.columns)
    moved = batches * _moved(config, weights, setup) if fused else 0.0
    return Work(layers * plan.epochs, head * plan.epochs, moved * plan.epochs)


def useful_flops(config: "PretrainedConfig", weights: Weights, setup: Setup, plan: Schedule) -> float:
    """FLOPs of an epoch that the result needs: conversations' tokens in the layers, trained ones in the head, nothing
    computed twice. Model FLOPs utilisation (Chowdhery et al., PaLM, 2022, appendix B) counts these."""
    layers = layer_flops(config, weights, setup, plan.trained_on, plan.squares, again=False)
    return layers + head_flops(weights, setup, plan.answers)


def layer_flops(
    config: "PretrainedConfig", weights: Weights, setup: Setup, tokens: int, squares: int, again: bool
) -> float:
    """FLOPs of the layers for `tokens` positions whose conversations' squared lengths sum to `squares`; `again` counts
    their recomputation."""
    twice = 2 if again else 0
    each = (4 if setup.adapter else 6) + twice
    linear = tokens * (each * (weights.multiplied - weights.head) + (6 + twice) * adapter_weights(config, setup))
    width = config.num_attention_heads * (
        getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    )
    return linear + 2 * config.num_hidden_layers * width * squares * (3.5 + twice / 2)


def head_flops(weights: Weights, setup: Setup, tokens: int) -> float:
    """FLOPs of the head for `tokens` whose logits are made."""
    return tokens * (4 if setup.adapter else 6) * weights.head


def _moved(config: "PretrainedConfig", weights: Weights, setup: Setup) -> float:
    """Bytes of a micro batch: Liger's slices (ops/fused_linear_cross_entropy.py) times what each moves."""
    tokens = setup.rows * setup.columns
    rows = 2 ** math.ceil(math.log2(math.ceil(tokens / math.ceil(config.vocab_size / config.hidden_size))))
    return math.ceil(tokens / rows) * weights.head * (_FROZEN_SLICE if setup.adapter else _SLICE)


def adapter_weights(config: "PretrainedConfig", setup: Setup) -> int:
    """Weights of a LoRA on every linear layer of a decoder with gated MLPs (an upper bound for fewer targets)."""
    if not setup.adapter:
        return 0
    hidden, inner = config.hidden_size, config.intermediate_size
    key = config.hidden_size // config.num_attention_heads * config.num_key_value_heads
    return setup.adapter[0] * config.num_hidden_layers * (2 * (2 * hidden) + 2 * (hidden + key) + 3 * (hidden + inner))


def predict_time(work: Work, trained: int, plan: Schedule, card: Card, gpus: int, utilisation: float) -> Time:
    """The time of the run on `gpus` cards."""
    speed, bandwidth = card.tflops * 1e12 * utilisation * gpus, card.bandwidth * 1e9
    computing = work.layers / speed + max(work.head / speed, work.head_bytes / bandwidth / gpus)
    traffic = plan.steps * _TRAFFIC * trained / gpus / bandwidth
    seconds = max(computing, traffic)
    return Time(seconds / max(plan.steps, 1), seconds / 3600)
