"""The GPUs that the planner knows: memory, speed and bandwidth from the makers' data sheets."""

import re
from dataclasses import dataclass

from settings import UserError


@dataclass(frozen=True)
class Card:
    """One GPU.

    `memory` is what the driver reports for the whole card, in GiB (a "24 GB" A10G reports 22.5). `tflops` is the dense
    tensor-core rate in bf16, or fp16 where there is no bf16, without sparsity; `bandwidth` is in GB/s.
    """

    name: str
    memory: float
    tflops: float
    bandwidth: float
    bf16: bool = True

    @property
    def usable(self) -> float:
        """GiB left for tensors: less the CUDA context and kernels, and what the caching allocator cannot reuse."""
        return self.memory * (1 - FRAGMENTATION) - CONTEXT


CONTEXT = 0.7
"""GiB that CUDA, cuBLAS and loaded kernels take: assumed, typical of PyTorch with cuBLAS."""

FRAGMENTATION = 0.05
"""Share of the memory that the caching allocator holds and cannot hand out: assumed."""

CARDS = {
    card.name: card
    for card in (
        Card("t4", 14.6, 65, 320, bf16=False),
        Card("a10g-24gb", 22.5, 70, 600),
        Card("l4", 22.5, 121, 300),
        Card("l40s", 44.4, 362, 864),
        Card("a100-40gb", 39.4, 312, 1555),
        Card("a100-80gb", 79.2, 312, 2039),
        Card("h100", 79.6, 989, 3350),
        Card("h200", 140.4, 989, 4800),
    )
}

_ALIASES = {"a10g": "a10g-24gb", "a10": "a10g-24gb", "a100": "a100-80gb"}


def find_cards(names: str) -> list[Card]:
    """The cards of a comma-separated list; raises `UserError` for one that is not known."""
    found = []
    for name in (part.strip().lower() for part in names.split(",")):
        card = CARDS.get(_ALIASES.get(name, name))
        if card is None:
            raise UserError(f"--gpu: {name!r} is not a GPU that the planner knows", hint=f"known: {', '.join(CARDS)}")
        found.append(card)
    return found


def recognise(device: str, gib: float) -> Card | None:
    """The card that a driver calls `device` and reports `gib` GiB of; None where it is not known."""
    words = re.split(r"[\s-]+", device.lower())
    same = [card for card in CARDS.values() if card.name.split("-")[0] in words]
    return min(same, key=lambda card: abs(card.memory - gib), default=None)
