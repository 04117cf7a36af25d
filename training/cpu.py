"""What Axolotl needs to be told on a CPU, as a plugin of Axolotl: `plugins: [training.cpu.CpuPlugin]`."""

import importlib.util
import logging
import sys
from types import ModuleType
from typing import Any

from axolotl.integrations.base import BasePlugin

logger = logging.getLogger(__name__)


class CpuPlugin(BasePlugin):
    """Train on the CPU, whatever else the machine has; in bfloat16 where the processor has instructions for it.

    Only the computing is in bfloat16: the weights and the optimizer stay in fp32. Axolotl's own `bf16: true` would
    load the weights themselves in bfloat16, where the small updates of AdamW are rounded away; its `bf16: auto` looks
    for a GPU and, without one, settles on fp16. Keep `bf16: false` beside this.

    Several processes (torchrun, or Ray's workers) train together over gloo.
    """

    def register(self, cfg: Any) -> None:
        """Keep Axolotl (0.19) from asking for GPUs before a run of several processes has begun, and for Triton."""
        import axolotl.utils.trainer

        if importlib.util.find_spec("triton") is None:
            _import_without_triton()
        # It asks CUDA whether the cards of two processes reach each other, which fails where there is no driver.
        axolotl.utils.trainer.check_cuda_p2p_ib_support = lambda: True
        if cfg.get("use_ray"):
            _ask_ray_for_cpus()

    def load_datasets(self, cfg: Any, preprocess: bool = False) -> None:
        """Leave the dataset to Axolotl; this is the last call before it puts the model on the GPU of its rank."""
        if int(cfg.world_size or 1) > 1:
            cfg.device_map = {"": "cpu"}
            cfg.experimental_skip_move_to_device = True

    def get_training_args(self, cfg: Any) -> dict[str, Any]:
        """Return the training arguments that choose the device and its autocast."""
        native = has_bfloat16()
        logger.info("this processor %s bfloat16 instructions", "has" if native else "has no")
        return {"use_cpu": True, "bf16": native}


def has_bfloat16() -> bool:
    """True where multiplying in bfloat16 is faster than in fp32: AVX512-BF16 or AMX (x86)."""
    import torch

    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


def _import_without_triton() -> None:
    """Import the module of Axolotl that every run imports and that defines kernels in Triton, which macOS has not.

    On a CPU it calls none of them.
    """
    triton, language = ModuleType("triton"), ModuleType("triton.language")
    vars(triton).update(jit=lambda function: function, language=language)
    vars(language).update(constexpr=int)
    sys.modules.update({"triton": triton, "triton.language": language})
    try:
        importlib.import_module("axolotl.monkeypatch.trainer.utils")
    finally:
        del sys.modules["triton"], sys.modules["triton.language"]


def _ask_ray_for_cpus() -> None:
    """Have Ray Train give each worker a CPU: Axolotl asks for GPUs in its code, not in its config."""
    import ray.train

    scaling = ray.train.ScalingConfig

    def on_cpus(num_workers: int, **_: Any) -> Any:
        return scaling(num_workers=num_workers, use_gpu=False, resources_per_worker={"CPU": 1})

    ray.train.ScalingConfig = on_cpus
