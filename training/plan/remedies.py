"""What would make a run fit on a card: the shipped overrides and keys, each tried."""

from collections.abc import Sequence
from pathlib import Path

from settings import UserError
from training.plan.cards import Card
from training.plan.memory import Memory
from training.plan.plan import Plan, make_plan, why_not
from training.render import render

_HARDWARE = "configs/hardware"


def remedies(plan: Plan, path: str, overrides: Sequence[str], keys: Sequence[str], card: Card) -> str:
    """The first set of changes, from the cheapest on, with which `path` runs on `card`, as arguments; or none."""
    for more_overrides, more_keys in _changes(plan):
        if memory := _fitting(plan, path, [*overrides, *more_overrides], [*keys, *more_keys], card):
            arguments = [*(f"--override {file}" for file in more_overrides), *more_keys]
            return f"{' '.join(arguments)}: {memory.peak:.1f} GiB, host {memory.host:.0f} GiB"
    return _another_run(plan, path, card)


def _fitting(plan: Plan, path: str, overrides: Sequence[str], keys: Sequence[str], card: Card) -> Memory | None:
    """What the run at `path` would take, None where it does not fit on the card or cannot be planned."""
    try:
        tried = make_plan(path, render(path, overrides, keys, plan.gpus), plan.lengths, plan.gpus)
    except UserError:
        return None
    return None if why_not(tried, card) else tried.memory


def _changes(plan: Plan) -> list[tuple[list[str], list[str]]]:
    half = [] if plan.setup.dtype != "bfloat16" else [f"{_HARDWARE}/fp16.yml"]
    small, offload = f"{_HARDWARE}/a10g-24gb.yml", f"{_HARDWARE}/zero3-offload.yml"
    changes: list[tuple[list[str], list[str]]] = [
        ([], ["eval_sample_packing=false", "eval_batch_size=1"]),
        ([], ["gradient_checkpointing=true"]),
        ([small], []),
        ([small], ["gradient_checkpointing=true"]),
    ]
    if plan.setup.zero:
        changes.append(([small, offload], ["gradient_checkpointing=true"]))
    return [*changes, *(([*files, *half], keys) for files, keys in [([], []), *changes] if half)]


def _another_run(plan: Plan, path: str, card: Card) -> str:
    """The LoRA run beside a full one, where there is such a file."""
    lora = Path(path).with_name(f"{Path(path).stem.split('-')[0]}-lora.yml")
    if plan.setup.adapter or not lora.is_file():
        return "no shipped override is enough; take a larger card"
    for overrides in ([], [f"{_HARDWARE}/a10g-24gb.yml"], [f"{_HARDWARE}/a10g-24gb.yml", f"{_HARDWARE}/fp16.yml"]):
        if memory := _fitting(plan, str(lora), overrides, (), card):
            return " ".join([str(lora), *(f"--override {file}" for file in overrides)]) + f": {memory.peak:.1f} GiB"
    return "no shipped override is enough; take a larger card"
