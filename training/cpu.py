"""What Axolotl needs to be told on a CPU, as a plugin of Axolotl: `plugins: [training.cpu.CpuPlugin]`."""

import logging
from typing import Any

from axolotl.integrations.base import BasePlugin

logger = logging.getLogger(__name__)


class CpuPlugin(BasePlugin):
    """Train on the CPU, whatever else the machine has; in bfloat16 where the processor has instructions for it.

    Only the computing is in bfloat16: the weights and the optimizer stay in fp32. Axolotl's own `bf16: true` would
    load the weights themselves in bfloat16, where the small updates of AdamW are rounded away; its `bf16: auto` looks
    for a GPU and, without one, settles on fp16. Keep `bf16: false` beside this.
    """

    def get_training_args(self, cfg: Any) -> dict[str, Any]:
        """Return the training arguments that choose the device and its autocast."""
        native = has_bfloat16()
        logger.info("this processor %s bfloat16 instructions", "has" if native else "has no")
        return {"use_cpu": True, "bf16": native}


def has_bfloat16() -> bool:
    """True where multiplying in bfloat16 is faster than in fp32: AVX512-BF16 or AMX (x86)."""
    import torch

    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
