"""What counts the memory of a step that is tracked in segments: MemTracker of PyTorch, with a peak for each."""

from typing import Any

import torch
from torch.distributed._tools.mem_tracker import MemTracker, _MemRefType

Segments = dict[str, dict[str, float]]
"""Segment of a step → kind of memory → bytes at the segment's peak."""

KINDS = {
    "Parameter": "weights",
    "Buffer": "weights",
    "Gradient": "gradients",
    "Optstate": "optimizer",
    "Activation": "activations",
    "Other": "logits",
    "Temp": "temporaries",
}


class SegmentTracker(MemTracker):
    """A MemTracker that keeps a peak for each segment and knows logits by their width, the size of the vocabulary.

    Logits are booked as "Other", which nothing else uses here.
    """

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self._vocabulary = vocabulary
        self.segments: Segments = {}
        self._segment, self._peak = "", 0

    def begin(self, segment: str) -> None:
        """End a segment; what is alive now is the next one's least."""
        self._segment, self._peak = segment, 0
        if segment not in ("end", "backward, middle"):
            self._note()

    def _note(self) -> None:
        for snapshot in self._curr_mem_snap.values():
            if snapshot["Total"] > self._peak:
                self._peak = snapshot["Total"]
                self.segments[self._segment] = _kinds(snapshot)

    def _track_module_params_and_buffers(self, module: Any, install_grad_hooks: bool = True) -> tuple[int, int]:
        # MemTracker's hooks fail on a frozen parameter (torch 2.13), so gradients are followed by `gradient`.
        return super()._track_module_params_and_buffers(module, install_grad_hooks=False)

    def gradient(self, parameter: torch.Tensor) -> None:
        """Book the gradient that a parameter has just been given."""
        if parameter.grad is not None:
            self._update_and_maybe_create_winfos(parameter.grad, _MemRefType.GRAD)

    def _track(self, reftype: Any, t: torch.Tensor) -> None:
        logits = t.ndim > 1 and t.shape[-1] == self._vocabulary
        super()._track(_MemRefType.OTH if logits else reftype, t)

    def _update_peak_stats(self, peak_state: Any) -> None:
        if self._segment not in ("", "end", "backward, middle"):
            self._note()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        # Liger asks for values, which a fake tensor has not: how many labels count, and whether a factor is 1.
        if func is torch.ops.aten._local_scalar_dense.default:
            return 1
        if func is torch.ops.aten.equal.default:
            return True
        return super().__torch_dispatch__(func, types, args, kwargs)


def _kinds(snapshot: dict[Any, int]) -> dict[str, float]:
    found = dict.fromkeys(KINDS.values(), 0.0)
    for kind, size in snapshot.items():
        if kind != "Total":
            found[KINDS[kind.value]] += size
    return found
