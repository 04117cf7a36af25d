"""The memory of one training step, by running it under fake tensors: the real model class, autograd and optimizer.

`torch.distributed._tools.mem_tracker.MemTracker` counts every storage from its making to its end, rounded up to the 512
bytes of the CUDA allocator. A step is tracked with two and with three layers and continued to all: in each segment of a
step memory is linear in the layers (tests/training/test_plan_memory.py holds this against all layers tracked).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from training.plan.model import build, on_cpu, without_kernels
from training.plan.setup import Setup

if TYPE_CHECKING:
    from transformers import PretrainedConfig

    from training.plan.tracker import Segments


def track(config: "PretrainedConfig", setup: Setup) -> "Segments":
    """The peaks of one step with all layers of `config`, from steps with two and three."""
    if config.num_hidden_layers <= 3:
        return track_layers(config, setup, config.num_hidden_layers)
    two, three = (track_layers(config, setup, layers) for layers in (2, 3))
    more = config.num_hidden_layers - 2
    return {
        segment: {kind: low + more * (three[segment][kind] - low) for kind, low in kinds.items()}
        for segment, kinds in two.items()
    }


def track_layers(config: "PretrainedConfig", setup: Setup, layers: int) -> "Segments":
    """The peaks of one step of the model with `layers` layers (at least 2).

    Segments: "forward", "backward, top" (head and last layer), "backward, bottom" (first layer and embeddings), "step"
    and, where the run evaluates, "evaluation". The optimizer's states are there from the start, as after a first step.
    """
    from torch._subclasses.fake_tensor import FakeTensorMode

    from training.plan.tracker import SegmentTracker

    with without_kernels(config.model_type, setup):
        model = build(config, setup, layers)
        tracker = SegmentTracker(config.vocab_size)
        with FakeTensorMode():
            on_cpu(model)
            _follow(model, layers, tracker)
            tracker.track_external(model)
            with tracker:
                _run(model, setup, tracker)
    return tracker.segments


def _run(model: Any, setup: Setup, tracker: Any) -> None:
    import torch

    optimizer = _optimizer(model, setup)
    tracker.track_external(optimizer)
    ids, held_out = (torch.zeros(rows, setup.columns, dtype=torch.long) for rows in (setup.rows, setup.evaluated))
    model.train()
    tracker.begin("forward")
    loss = forward(model, setup, ids)
    tracker.begin("backward, top")
    loss.backward()
    if optimizer:
        tracker.begin("step")
        optimizer.step()
    model.zero_grad()
    del loss
    if setup.evaluated:
        model.eval()
        tracker.reset_mod_stats()
        tracker.begin("evaluation")
        with torch.no_grad():
            forward(model, setup, held_out)
    tracker.begin("end")


def forward(model: Any, setup: Setup, ids: Any) -> Any:
    """The loss of the rows `ids` [rows, columns], every token trained; without DeepSpeed as accelerate runs it: under
    autocast, with logits turned to fp32 (`convert_outputs_to_fp32`)."""
    import torch

    positions = torch.arange(ids.shape[1]).expand_as(ids)
    with autocast(setup):
        out = model(input_ids=ids, labels=ids, position_ids=positions)
    if setup.autocast != "float32" and out.logits is not None:
        out.logits = out.logits.float()
    return out.loss


@contextmanager
def autocast(setup: Setup) -> Iterator[None]:
    """Mixed precision where the run has it and DeepSpeed does not take its place."""
    import torch

    with torch.autocast("cpu", getattr(torch, setup.autocast), enabled=setup.autocast != "float32"):
        yield


def _optimizer(model: Any, setup: Setup) -> Any:
    """AdamW with its states made; None under DeepSpeed, which has states of its own."""
    import torch

    if setup.zero:
        return None
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, fused=setup.optimizer.endswith("fused") or None)
    for parameter in trained:
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    optimizer.zero_grad()
    return optimizer


def _follow(model: Any, layers: int, tracker: Any) -> None:
    """Let the tracker know when backward has left the last layer, and when it comes to the first."""
    trained = {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}
    for parameter in trained.values():
        parameter.register_post_accumulate_grad_hook(tracker.gradient)
    for index, segment in ((layers - 1, "backward, middle"), (1, "backward, bottom")):
        waiting = {name for name in trained if f".layers.{index}." in f".{name}"}
        for name in list(waiting):
            trained[name].register_post_accumulate_grad_hook(_left(name, waiting, segment, tracker))


def _left(name: str, waiting: set[str], segment: str, tracker: Any) -> Any:
    def hook(_: Any) -> None:
        waiting.discard(name)
        if not waiting:
            tracker.begin(segment)

    return hook
