"""The memory of a run on one GPU and on its host, from the tracked step and what DeepSpeed keeps beside it."""

import hashlib
import importlib.metadata
import json
import logging
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from settings import UserError, write_text
from training.plan.architecture import Weights
from training.plan.setup import Setup
from training.plan.timing import adapter_weights
from training.plan.tracking import track
from training.plan.zero import Sizes, on_host, sharded

if TYPE_CHECKING:
    from transformers import PretrainedConfig

    from training.plan.tracker import Segments

logger = logging.getLogger(__name__)

GIB = 2**30
PROCESS = 5.0
"""GiB of host memory for one training process (Python, PyTorch, CUDA's host side, the dataset): assumed."""

_LIBRARIES = ("torch", "transformers", "peft", "liger-kernel", "axolotl")
_TRACKED = ("plan/tracking.py", "plan/tracker.py", "plan/model.py", "loss.py")
"""The code that tracks a step, from the folder of `training`; what plan/setup.py reads is in the key as it is."""


@dataclass(frozen=True)
class Memory:
    """GiB: `segments` of a step, each by kind at its own peak; `host` is for all processes together."""

    segments: dict[str, dict[str, float]]
    host: float

    @property
    def at(self) -> str:
        """The segment with the highest peak."""
        return max(self.segments, key=lambda name: sum(self.segments[name].values()))

    @property
    def peak(self) -> float:
        """GiB at the highest peak."""
        return sum(self.segments[self.at].values())


def predict(config: "PretrainedConfig", weights: Weights, setup: Setup, gpus: int, accumulates: bool) -> Memory:
    """The memory of one of `gpus` GPUs; `accumulates` says that gradients wait for further micro batches."""
    segments, host = _tracked(config, setup), PROCESS * gpus
    width = 2 if setup.dtype != "float32" else 4
    if setup.zero:
        trained = adapter_weights(config, setup) or weights.unfrozen
        sizes = Sizes(weights.parameters, trained, weights.largest, config.hidden_size)
        segments = sharded(setup.zero, sizes, segments, width, gpus, accumulates)
        host += on_host(setup.zero, sizes, width) / GIB
    return Memory({name: {kind: size / GIB for kind, size in part.items()} for name, part in segments.items()}, host)


def _tracked(config: "PretrainedConfig", setup: Setup) -> "Segments":
    """`track`, kept in the environment's folder under everything that it depends on."""
    shape = {
        key: value for key, value in config.to_dict().items() if key not in ("_name_or_path", "transformers_version")
    }
    versions = [importlib.metadata.version(name) for name in _LIBRARIES]
    code = [(Path(__file__).parents[1] / name).read_text(encoding="utf-8") for name in _TRACKED]
    key = hashlib.sha256(json.dumps([shape, setup.tracked(), versions, code], default=str).encode()).hexdigest()
    kept = Path(sys.prefix, "plan-cache", f"{key[:24]}.json")
    if kept.is_file():
        return json.loads(kept.read_text(encoding="utf-8"))
    segments = track(config, setup)
    try:
        write_text(kept, json.dumps(segments))
    except UserError as error:
        logger.info("the step is tracked anew each time: %s", error)
    return segments
