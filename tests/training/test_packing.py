"""Conversations that share a packed row do not see each other."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from settings import read_yaml

GPU_ONLY = ("deepspeed", "plugins", "liger_fused_linear_cross_entropy", "liger_rms_norm", "liger_rope",
            "liger_glu_activation", "test_datasets", "eval_sample_packing", "evals_per_epoch", "saves_per_epoch",
            "load_best_model_at_end", "metric_for_best_model", "greater_is_better", "num_epochs")  # fmt: skip
ON_A_CPU = {
    "plugins": ["training.cpu.CpuPlugin"], "bf16": False, "tf32": False, "optimizer": "adamw_torch", "num_epochs": 1,
    "dataset_num_proc": 1, "dataloader_num_workers": 0, "save_strategy": "no", "use_tensorboard": False,
    "chat_template": "tokenizer_default", "sequence_len": 1024, "micro_batch_size": 2,
    "sample_packing_sequentially": True,
}  # fmt: skip
"""The packing itself, `attn_implementation` and the padding stay as the shipped run has them."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, tiny: Path, chat_file: Path) -> dict[str, Any]:
    """What tests/training/packed_losses.py wrote about the shipped run with the tiny model."""
    folder = tmp_path_factory.mktemp("packed")
    config = {key: value for key, value in read_yaml("configs/qwen-full.yml").items() if key not in GPU_ONLY}
    config["datasets"][0]["path"] = str(chat_file)
    folders = {"base_model": str(tiny), "output_dir": str(folder / "out"), "dataset_prepared_path": str(folder / "pre")}
    (folder / "run.yml").write_text(yaml.safe_dump({**config, **ON_A_CPU, **folders}), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "tests.training.packed_losses", str(folder / "run.yml"), str(folder / "out.json")],
        env={**os.environ, "HF_HUB_OFFLINE": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads((folder / "out.json").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_rows_are_full_and_carry_their_boundaries(found: dict[str, Any]) -> None:
    assert found["keys"] == ["input_ids", "labels", "position_ids"]  # no mask that would join conversations
    assert all(shape == [2, 1024] for shape in found["rows"])
    assert len(found["losses"]["packed"]) > 3 * 2 * len(found["rows"])


@pytest.mark.slow
@pytest.mark.parametrize("way", ["packed", "packed, by the mask of older GPUs"])
def test_each_conversation_has_the_loss_that_it_has_alone(found: dict[str, Any], way: str) -> None:
    packed, alone = found["losses"][way], found["losses"]["alone"]
    assert packed.keys() <= alone.keys()
    assert packed == pytest.approx({name: alone[name] for name in packed}, rel=1e-4)


@pytest.mark.slow
def test_without_boundaries_the_losses_would_differ(found: dict[str, Any]) -> None:
    lost, alone = found["losses"]["packed, boundaries lost"], found["losses"]["alone"]
    differing = [name for name in lost if lost[name] != pytest.approx(alone[name], rel=1e-4)]
    assert len(differing) > len(lost) / 2
