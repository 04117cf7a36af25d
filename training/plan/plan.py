"""One run planned: its config, steps and memory, and what it is on each card."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from settings import UserError
from training.plan.architecture import Weights, count, model_config
from training.plan.batches import Schedule, schedule
from training.plan.cards import Card
from training.plan.memory import Memory, predict
from training.plan.prices import Prices
from training.plan.setup import Setup, set_up
from training.plan.timing import ADAPTER, FULL, Work, adapter_weights, predict_time, run_work
from training.plan.tokens import Lengths

if TYPE_CHECKING:
    from transformers import PretrainedConfig


@dataclass(frozen=True)
class Plan:
    """A run on `gpus` GPUs of any kind; `trained` counts the weights that are updated."""

    name: str
    config: Mapping[str, Any]
    architecture: "PretrainedConfig"
    weights: Weights
    trained: int
    setup: Setup
    schedule: Schedule
    lengths: Lengths
    memory: Memory
    work: Work
    gpus: int


@dataclass(frozen=True)
class OnCard:
    """A plan on one kind of card: GiB, seconds a step, hours, US dollars (None without a price)."""

    card: Card
    fits: bool
    why_not: str
    step_seconds: float
    hours: float
    dollars: float | None
    utilisation: float


def make_plan(name: str, config: Mapping[str, Any], lengths: Lengths, gpus: int) -> Plan:
    """Plan the rendered `config`; takes some seconds where its step has not been tracked before.

    Raises `UserError` where not one conversation fits its sequence length.
    """
    if not any_fits(config, lengths):
        limit = config["sequence_len"]
        raise UserError(
            f"{name}: all {len(lengths.tokens):,} conversations are longer than sequence_len {limit:,}",
            hint=f"the shortest takes sequence_len={min(lengths.tokens)}",
        )
    architecture = model_config(name, str(config["base_model"]))
    weights = count(architecture, config.get("unfrozen_parameters") or ())
    steps = schedule(config, lengths.tokens, gpus, lengths.trained)
    setup = set_up(name, config, steps.longest, steps.most_answers)
    accumulates = int(config.get("gradient_accumulation_steps") or 1) > 1
    return Plan(
        name=name,
        config=config,
        architecture=architecture,
        weights=weights,
        trained=adapter_weights(architecture, setup) or weights.unfrozen,
        setup=setup,
        schedule=steps,
        lengths=lengths,
        memory=predict(architecture, weights, setup, gpus, accumulates),
        work=run_work(architecture, weights, setup, steps),
        gpus=gpus,
    )


def any_fits(config: Mapping[str, Any], lengths: Lengths) -> bool:
    """Whether a conversation is left to train on, whole or cut, at the config's sequence length."""
    return config.get("excess_length_strategy") == "truncate" or min(lengths.tokens) <= int(config["sequence_len"])


def on_cards(plan: Plan, cards: Sequence[Card], prices: Prices, utilisation: float | None) -> list[OnCard]:
    """The plan on each of `cards`."""
    assumed = utilisation or (ADAPTER if plan.setup.adapter else FULL)
    return [_on(plan, card, prices, assumed) for card in cards]


def _on(plan: Plan, card: Card, prices: Prices, utilisation: float) -> OnCard:
    time = predict_time(plan.work, plan.trained, plan.schedule, card, plan.gpus, utilisation)
    price = prices.hourly.get(card.name)
    why = why_not(plan, card)
    return OnCard(
        card,
        not why,
        why,
        time.step,
        time.hours,
        None if price is None else price * plan.gpus * time.hours,
        utilisation,
    )


def why_not(plan: Plan, card: Card) -> str:
    """Why the plan cannot run on `card`; empty where it can."""
    if plan.setup.dtype == "bfloat16" and not card.bf16:
        return "no bfloat16: add --override configs/hardware/fp16.yml"
    if plan.memory.peak > card.usable:
        return f"needs {plan.memory.peak:.1f} of {card.usable:.1f} GiB"
    return ""
