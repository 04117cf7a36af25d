"""The meter as a plugin of Axolotl: `plugins: [..., benchmarks.train_plugin.MeterPlugin]`.

The environment says where to write the result (`OUT`), and how many GiB of the card may be used (`CAP`), so that a
large card stands in for a smaller one.
"""

import os
from pathlib import Path
from typing import Any

from axolotl.integrations.base import BasePlugin

from benchmarks.train_meter import Meter
from benchmarks.train_runs import CAP, OUT


class MeterPlugin(BasePlugin):
    """Measures a run of Axolotl."""

    def pre_model_load(self, cfg: Any) -> None:
        """Keep the run within `CAP`: beyond it the allocator fails as on a card of that size."""
        import torch

        if os.environ.get(CAP) and torch.cuda.is_available():
            whole = torch.cuda.get_device_properties(0).total_memory
            torch.cuda.set_per_process_memory_fraction(min(1.0, float(os.environ[CAP]) * 2**30 / whole))

    def add_callbacks_post_trainer(self, cfg: Any, trainer: Any) -> list[Any]:
        """Return the callback that measures."""
        return [Meter(Path(os.environ[OUT]))]
