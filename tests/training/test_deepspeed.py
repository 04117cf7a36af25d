"""Each ZeRO file is read by DeepSpeed itself, and trains in two processes as no DeepSpeed does."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
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


@pytest.fixture(scope="module")
def trained(
    tiny: Path, tmp_path_factory: pytest.TempPathFactory, tool: Callable[[str, str], str]
) -> dict[str, dict[str, Any]]:
    """What tests/training/zero_steps.py found; the first time DeepSpeed compiles its CPU optimizer for offloading."""
    tool("c++", "g++")
    out = tmp_path_factory.mktemp("zero") / "found.json"
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "TQDM_DISABLE": "1"}
    done = subprocess.run(
        [*command, "-m", "tests.training.zero_steps", str(tiny), str(out)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(out.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_the_plain_run_learns_so_that_there_is_something_to_agree_with(trained: dict[str, dict[str, Any]]) -> None:
    losses = trained["plain"]["losses"]
    assert losses[-1] < 0.7 * losses[0]


@pytest.mark.slow
@pytest.mark.parametrize("loss", ["", ", answers only"])
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_two_processes_under_the_file_learn_as_without_it(
    path: Path, loss: str, trained: dict[str, dict[str, Any]]
) -> None:
    found = trained[path.stem + loss]
    assert bool(found["calls"]) == bool(loss), "the loss of the answers was computed where it was asked for"
    offloads = path.stem.endswith("offload")
    assert (found["stage"], found["processes"], found["bf16"]) == (int(path.stem[4]), 2, True)
    assert found["optimizer"] == ("DeepSpeedCPUAdam" if offloads else "AdamW")
    # DeepSpeed computes in bf16 weights, the plain run in fp32 weights under autocast; both keep fp32 masters.
    assert found["losses"] == pytest.approx(trained["plain"]["losses"], rel=0.01)
