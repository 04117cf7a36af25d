"""Each ZeRO file is read by DeepSpeed itself, with the values that the trainer puts in for "auto"."""

import json
from pathlib import Path
from typing import Any

import pytest

FILES = sorted((Path(__file__).parents[2] / "deepspeed_configs").glob("*.json"))
AUTO = {
    "train_batch_size": 4,
    "train_micro_batch_size_per_gpu": 4,
    "gradient_accumulation_steps": 1,
    "gradient_clipping": 1.0,
    "reduce_bucket_size": 1000,
    "stage3_prefetch_bucket_size": 1000,
    "stage3_param_persistence_threshold": 1000,
}


def _filled(config: dict[str, Any], half: str) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    for key, value in config.items():
        if isinstance(value, dict):
            filled[key] = _filled(value, half)
            if value.get("enabled") == "auto":
                filled[key]["enabled"] = key == half
        else:
            filled[key] = AUTO.get(key) if value == "auto" else value
    return filled


@pytest.mark.slow
@pytest.mark.parametrize("half", ["bf16", "fp16"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_deepspeed_reads_the_file_and_shards_as_its_name_says(path: Path, half: str) -> None:
    from deepspeed.runtime.config import DeepSpeedConfig

    config = DeepSpeedConfig(_filled(json.loads(path.read_text(encoding="utf-8")), half))
    assert config.zero_optimization_stage == int(path.stem[4])
    assert (config.zero_config.offload_param is not None) == path.stem.endswith("offload")
    assert (config.zero_config.offload_optimizer is not None) == path.stem.endswith("offload")
    assert (config.bfloat16_config.enabled, config.float16_config.enabled) == (half == "bf16", half == "fp16")
