"""The loss of the answers alone is the plain one, and Axolotl trains and evaluates by it."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from settings import read_yaml
from training.render import ANSWERS_ONLY

Run = Callable[..., subprocess.CompletedProcess[str]]
LIGER = "axolotl.integrations.liger.LigerPlugin"


@pytest.mark.slow
def test_the_loss_and_its_gradients_are_those_of_all_logits(run_module: Run) -> None:
    done = run_module("tests.training.interpreted")
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    plain, ours, counted = told["losses"]
    assert ours == pytest.approx(plain, rel=1e-5)
    assert counted == pytest.approx(plain, rel=1e-5)
    assert told["gradients"] < 1e-6
    assert told["without_answers"] == 0
    assert told["spared"] == 0, "a batch without an answer has a gradient of the head, and it is 0"
    for half, (share, kind) in told["halves"].items():
        assert kind == "torch.float32", half
        # Triton's interpreter cuts bf16 off where a GPU rounds.
        assert share == pytest.approx(1, rel=5e-3 if half == "bf16" else 1e-3), half
    assert told["logits"] == [False, False, True], "none with labels, in training and in evaluation; all without"


@pytest.mark.slow
def test_axolotl_trains_and_evaluates_by_it(
    tiny_run: Callable[..., Path], chat_file: Path, run_module: Run, tmp_path: Path
) -> None:
    keys = {"plugins": [LIGER, ANSWERS_ONLY, "training.cpu.CpuPlugin"], "liger_fused_linear_cross_entropy": True}
    run = tiny_run(**keys, max_steps=1, eval_steps=1, micro_batch_size=2, logging_steps=1)
    config = read_yaml(run)
    held_out = [{**config["datasets"][0], "split": "train[:4]"}]
    done = run_module("training", "train", run, f"test_datasets={json.dumps(held_out)}", TRITON_INTERPRET="1")
    assert done.returncode == 0, done.stderr[-3000:]
    losses = {kind: float(loss) for kind, loss in re.findall(r"'(loss|eval_loss)': '?([\d.]+)", done.stdout)}
    assert losses["loss"] == pytest.approx(losses["eval_loss"], rel=0.2)
    assert 6 < losses["loss"] < 9, "of random weights and 2,048 tokens: near log(2048) = 7.6"


def test_it_is_refused_without_the_fused_loss_that_it_replaces() -> None:
    from training.loss import AnswersOnlyPlugin

    with pytest.raises(ValueError, match="liger_fused_linear_cross_entropy"):
        AnswersOnlyPlugin().pre_model_load(SimpleNamespace(liger_fused_linear_cross_entropy=None))


@pytest.mark.parametrize("run", ["qwen-full", "deepseek-full-gc", "qwen-lora", "deepseek-lora"])
def test_the_production_runs_make_no_logits_that_nobody_needs(run: str) -> None:
    config = read_yaml(f"configs/{run}.yml")
    assert config["plugins"] == [LIGER, ANSWERS_ONLY]
    assert config["liger_fused_linear_cross_entropy"]
