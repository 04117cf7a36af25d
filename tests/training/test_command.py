"""What `python -m training` does with a user's mistake: one message, exit code 2, no traceback."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from settings import read_yaml

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "configs/nowhere.yml"], "configs/nowhere.yml: the config cannot be read"),
        (["train", "configs/qwen-full.yml", "--override", "no.yml"], "no.yml: the config cannot be read"),
        (["train", "configs/qwen-full.yml", "--gpus", "3"], "cannot be parted evenly among 3 GPUs"),
        (["train", "configs/qwen-full.yml", "--gpus", "0"], "must be a whole number of at least 1, got '0'"),
        (["check", "a=1"], "a=1: only `train`, `plan` and `modal` take key=value"),
        (["base-model", "llama"], "invalid choice: 'llama'"),
        (["base-model", "tiny", "--texts", "no.jsonl"], "no.jsonl: the file cannot be read"),
        (["base-model", "tiny", "--texts", "no.csv"], "no.csv: the file cannot be read"),
    ],
)
def test_a_mistake_is_one_message_and_exit_2(run_module: Run, arguments: list[str], message: str) -> None:
    done = run_module("training", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["train", "plan", "modal"])
def test_a_command_that_takes_keys_says_so_in_its_help(run_module: Run, command: str) -> None:
    assert "Any key of the run can be set: " in run_module("training", command, "--help").stdout


@pytest.mark.slow
def test_a_key_that_axolotl_would_drop_stops_the_launch(run_module: Run, tiny_run: Callable[..., Path]) -> None:
    done = run_module("training", "train", tiny_run(), "datasets_num_proc=2")
    assert done.returncode == 2
    assert "datasets_num_proc is not a key of Axolotl; did you mean dataset_num_proc?" in done.stderr


@pytest.mark.slow
def test_check_refuses_a_typo_and_rules_that_axolotl_has(run_module: Run, root: Path, tmp_path: Path) -> None:
    config = read_yaml(root / "configs/qwen-full.yml")
    typo, clash = tmp_path / "typo.yml", tmp_path / "clash.yml"
    typo.write_text(yaml.safe_dump({**config, "learning_rte": 1.0}), encoding="utf-8")
    clash.write_text(yaml.safe_dump({**config, "warmup_steps": 5}), encoding="utf-8")
    for path, message in ((typo, "did you mean learning_rate?"), (clash, "warmup_steps and warmup_ratio")):
        done = run_module("training", "check", path)
        assert done.returncode == 2
        assert message in done.stderr
