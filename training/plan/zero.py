"""What DeepSpeed keeps beside the tensors of the step itself, read off its code (0.18) and the run's JSON.

DeepSpeed cannot run under fake tensors, so this is the one part of the memory that is counted, not tracked. The sizes
are of the flat buffers of `runtime/zero/stage_1_and_2.py` (`setup_buckets`, `copy_grads_in_partition`, `step`) and
`stage3.py`; stage 3 was read, not measured. Not covered: ZeRO++, MiCS, NVMe offload, ZenFlow.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from settings import UserError

_BUCKET = 500_000_000
_LIVE = 1_000_000_000
_SUB_GROUP = 1_000_000_000
"""DeepSpeed's defaults, in elements: `reduce_bucket_size`; of stage 3 `max_live_parameters` and `sub_group_size`."""


@dataclass(frozen=True)
class Zero:
    """A DeepSpeed JSON as far as memory goes; `bucket` in elements, None for "auto" (hidden size squared)."""

    stage: int
    bucket: int | None
    overlap: bool
    offload_optimizer: bool
    offload_parameters: bool


@dataclass(frozen=True)
class Sizes:
    """Elements: all parameters, those that are trained, the largest of these, and the model's hidden size."""

    parameters: int
    trainable: int
    largest: int
    hidden: int


def read_zero(path: str) -> Zero:
    """The ZeRO settings in the JSON at `path`; raises `UserError` where it cannot be read."""
    try:
        options: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))["zero_optimization"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"deepspeed: {path} is no DeepSpeed JSON with zero_optimization: {error}") from error
    bucket = options.get("reduce_bucket_size", _BUCKET)
    stage = int(options.get("stage", 0))
    return Zero(
        stage=stage,
        bucket=None if bucket == "auto" else int(bucket),
        overlap=bool(options.get("overlap_comm", stage == 3)),
        offload_optimizer=_offloads(options.get("offload_optimizer")),
        offload_parameters=_offloads(options.get("offload_param")),
    )


def _offloads(options: dict[str, Any] | None) -> bool:
    return (options or {}).get("device", "none") != "none"


def sharded(
    zero: Zero, sizes: Sizes, segments: dict[str, dict[str, float]], width: int, gpus: int, accumulates: bool
) -> dict[str, dict[str, float]]:
    """The segments of a tracked step, in bytes, as they are under DeepSpeed on one of `gpus` GPUs.

    `width` is the size of a weight in bytes. Tracked gradients are replaced by DeepSpeed's buffers; a "step" segment
    is added: Adam on the fp32 master weights of this GPU's share.
    """
    share = sizes.trainable / gpus
    partition = 0.0 if zero.offload_optimizer and zero.stage == 3 else width * share
    held = (width * sizes.trainable if zero.stage < 2 else partition) if accumulates else 0.0
    states = 0.0 if zero.offload_optimizer else 12.0 * share
    found = {}
    for name, segment in segments.items():
        if name == "step":
            continue
        backward = name.startswith("backward")
        gradients = max(held, _gradients(zero, sizes, width, partition, at_end=name == "backward, bottom"))
        kept = gradients if backward else held if name == "forward" else 0.0
        weights = segment["weights"] if zero.stage < 3 else _weights(zero, sizes, width, gpus)
        found[name] = {**segment, "weights": weights, "gradients": kept, "optimizer": states}
    found["step"] = _step(zero, sizes, width, gpus, partition, states)
    return found


def _gradients(zero: Zero, sizes: Sizes, width: int, partition: float, at_end: bool) -> float:
    """In backward: the reduction buckets, and this GPU's own share once the first bucket has been emptied into it."""
    bucket = zero.bucket or sizes.hidden**2
    buckets = width * bucket * (2 if zero.overlap else 1)
    passing = width * sizes.largest if zero.stage == 3 else 0
    return buckets + passing + (partition if at_end or sizes.trainable > bucket else 0)


def _weights(zero: Zero, sizes: Sizes, width: int, gpus: int) -> float:
    """Stage 3: this GPU's share, and the gathered parameters that it keeps because they are needed again soon."""
    share = 0 if zero.offload_parameters else width * sizes.parameters / gpus
    gathered = width * min(sizes.parameters, _LIVE) if gpus > 1 or zero.offload_parameters else 0
    return share + gathered


def _step(zero: Zero, sizes: Sizes, width: int, gpus: int, partition: float, states: float) -> dict[str, float]:
    """Gradients of the share beside their flat copy and that in fp32; before, each one's norm in double precision.

    Stage 3 makes the copies of one `sub_group_size` at a time, the others of the whole share at once.
    """
    copied = min(sizes.trainable / gpus, _SUB_GROUP) if zero.stage == 3 else sizes.trainable / gpus
    copies = 0.0 if zero.offload_optimizer else (width + 4) * copied
    weights = _weights(zero, sizes, width, gpus) if zero.stage == 3 else width * sizes.parameters
    norm = 0 if zero.offload_optimizer else 8 * sizes.largest
    return {
        "weights": weights,
        "gradients": partition,
        "optimizer": states,
        "activations": 0.0,
        "logits": 0.0,
        "temporaries": max(copies, norm),
    }


def on_host(zero: Zero, sizes: Sizes, width: int) -> float:
    """Bytes in the machine's memory for all GPUs together: fp32 master weights, both moments and gradients, and the
    half-precision copies that travel. Pinned buffers may be rounded up to a power of two on top."""
    optimizer = (16 + width) * sizes.trainable if zero.offload_optimizer else 0
    return optimizer + (width * sizes.parameters if zero.offload_parameters else 0)
