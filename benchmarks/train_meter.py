"""What a training step takes, measured from inside a Trainer."""

import itertools
import json
import time
from pathlib import Path
from typing import Any, Protocol

from transformers import TrainerCallback

WARM_UP = 5
"""Steps before the measured ones: kernels are compiled, the optimizer's states made, the allocator filled."""


class Meter(TrainerCallback):
    """Writes the measured steps to `out` as one JSON object, and again after an evaluation.

    `seconds` of each step run from the end of the one before, so fetching a batch is in them and evaluation is not; no
    step waits for the GPU to be timed. `tokens`, `answers` and `positions` are those of all these steps: without
    padding, trained, and with padding. `peak`, `reserved` and `evaluation` are bytes; on a CPU `peak` is that of one
    step by the count that PyTorch's allocator keeps for its profiler, and the others are null. `loss` is that of the
    steps since the last log.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self._counts: list[Any] = []
        self._marks: list[Any] = []
        self._result: dict[str, Any] = {}

    def on_train_begin(
        self, args: Any, state: Any, control: Any, model: Any = None, processing_class: Any = None, **_: Any
    ) -> None:
        """Begin to count what the model is given."""
        self._first = min(WARM_UP, state.max_steps // 2)
        self._pad = processing_class.pad_token_id
        self._machine: _Machine = _Gpu() if args.device.type == "cuda" else _Cpu()
        model.register_forward_pre_hook(self._count, with_kwargs=True)

    def _count(self, model: Any, arguments: Any, given: dict[str, Any]) -> None:
        if model.training:
            ids, labels = given["input_ids"], given["labels"]
            # Left on the GPU: nothing waits for them until the end.
            self._counts.append(((ids != self._pad).sum(), (labels != -100).sum(), ids.numel()))

    def on_step_begin(
        self, args: Any, state: Any, control: Any, model: Any = None, optimizer: Any = None, **_: Any
    ) -> None:
        """Have the memory of the last step of the warm-up counted, where it is counted for one step."""
        if state.global_step == self._first - 1:
            self._machine.begin(model, optimizer)

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Mark the time; begin to measure after the warm-up, and end at the last step."""
        if state.global_step == self._first:
            self._machine.end()
            self._counts.clear()
            self._machine.forget()
        if state.global_step >= self._first:
            self._marks.append(self._machine.mark())
        if state.global_step >= state.max_steps:
            self._finish()

    def _finish(self) -> None:
        tokens, answers, positions = (sum(int(count) for count in counts) for counts in zip(*self._counts, strict=True))
        self._result = {
            **self._machine.about(),
            "seconds": self._machine.seconds(self._marks),
            "tokens": tokens,
            "answers": answers,
            "positions": positions,
            **self._machine.peaks(),
            "evaluation": None,
            "loss": None,
        }
        self._machine.forget()
        self._write()

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any] | None = None, **_: Any) -> None:
        """Add the mean loss of all steps, which is told once, behind the last of them."""
        if self._result and logs and "loss" in logs:
            self._result["loss"] = logs["loss"]
            self._write()

    def on_evaluate(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Add the peak of an evaluation that follows the last step."""
        if self._result and self._machine.about()["device"] != "cpu":
            self._result["evaluation"] = self._machine.peaks()["peak"]
            self._write()

    def _write(self) -> None:
        self._out.parent.mkdir(parents=True, exist_ok=True)
        self._out.write_text(json.dumps(self._result), encoding="utf-8")


class _Machine(Protocol):
    """Where the steps run: its clock and its count of memory."""

    def about(self) -> dict[str, Any]: ...
    def begin(self, model: Any, optimizer: Any) -> None: ...
    def end(self) -> None: ...
    def forget(self) -> None: ...
    def mark(self) -> Any: ...
    def seconds(self, marks: list[Any]) -> list[float]: ...
    def peaks(self) -> dict[str, int | None]: ...


class _Gpu:
    def about(self) -> dict[str, Any]:
        import torch

        properties = torch.cuda.get_device_properties(0)
        return {"device": properties.name, "memory": properties.total_memory, "torch": torch.__version__}

    def begin(self, model: Any, optimizer: Any) -> None:
        """The allocator counts all the time."""

    def end(self) -> None:
        """The same."""

    def forget(self) -> None:
        import torch

        torch.cuda.reset_peak_memory_stats()

    def mark(self) -> Any:
        import torch

        event = torch.cuda.Event(enable_timing=True)
        event.record()
        return event

    def seconds(self, marks: list[Any]) -> list[float]:
        import torch

        torch.cuda.synchronize()
        return [first.elapsed_time(second) / 1000 for first, second in itertools.pairwise(marks)]

    def peaks(self) -> dict[str, int | None]:
        import torch

        return {"peak": torch.cuda.max_memory_allocated(), "reserved": torch.cuda.max_memory_reserved()}


class _Cpu:
    def __init__(self) -> None:
        self._peak = 0

    def about(self) -> dict[str, Any]:
        import torch

        return {"device": "cpu", "memory": None, "torch": torch.__version__}

    def begin(self, model: Any, optimizer: Any) -> None:
        from torch.profiler import ProfilerActivity, profile

        states = [value for state in optimizer.state.values() for value in state.values() if hasattr(value, "data_ptr")]
        held = {tensor.data_ptr(): tensor.untyped_storage().nbytes() for tensor in [*model.parameters(), *states]}
        self._resident = sum(held.values())
        self._profiler = profile(activities=[ProfilerActivity.CPU], profile_memory=True)
        self._profiler.__enter__()

    def end(self) -> None:
        self._profiler.__exit__(None, None, None)
        self._peak = self._resident + highest(self._profiler)

    def forget(self) -> None:
        """The count is of one step only."""

    def mark(self) -> float:
        return time.perf_counter()

    def seconds(self, marks: list[Any]) -> list[float]:
        return [second - first for first, second in itertools.pairwise(marks)]

    def peaks(self) -> dict[str, int | None]:
        return {"peak": self._peak, "reserved": None}


def highest(profiler: Any) -> int:
    """Return the highest sum of the bytes that were taken and not yet given back while `profiler` ran."""
    events = profiler.profiler.kineto_results.events()
    changes = sorted((event.start_ns(), event.nbytes()) for event in events if event.name() == "[memory]")
    taken = peak = 0
    for _, size in changes:
        taken += size
        peak = max(peak, taken)
    return peak
