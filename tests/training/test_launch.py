"""What is found out before a run is launched, and what is said when it has failed."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from settings import UserError
from training.launch import TRAINED, _explain, _written, train
from training.machine import Machine

Run = Callable[..., subprocess.CompletedProcess[str]]
ASK = "import sys; from settings import run_command; from training.hub import require_model as ask; "
ASK += "run_command(lambda names: ask('a run', names[0]) or 0)"


def _cached(folder: Path, *files: str) -> dict[str, str]:
    """The environment of a machine without a network, whose cache has these files of the model some/model."""
    snapshot = folder / "models--some--model/snapshots/abc"
    for path in (snapshot, snapshot.parents[1] / "refs"):
        path.mkdir(parents=True)
    (snapshot.parents[1] / "refs/main").write_text("abc", encoding="utf-8")
    for file in files:
        (snapshot / file).write_text("{}", encoding="utf-8")
    return {"HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": str(folder)}


def _ask(model: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", ASK, model]
    return subprocess.run(command, env={"PATH": "", **environment}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("weights", ["model.safetensors", "model.safetensors.index.json"])
def test_a_model_in_the_cache_is_enough(tmp_path: Path, weights: str) -> None:
    done = _ask("some/model", _cached(tmp_path, "config.json", weights))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("model", "files"),
    [("nobody/nothing", []), ("some/model", ["config.json"]), ("some/model", ["config.json", "pytorch_model.bin"])],
)
def test_a_model_that_cannot_be_had_is_one_message(tmp_path: Path, model: str, files: list[str]) -> None:
    done = _ask(model, _cached(tmp_path, *files))
    assert done.returncode == 2
    assert f"error: a run: base_model: {model} cannot be had: " in done.stderr
    assert "hint: check the id and the network" in done.stderr
    assert "base_model=PATH" in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_the_command_asks_before_it_launches(run_module: Run, tiny_run: Callable[..., Path], tmp_path: Path) -> None:
    done = run_module("training", "train", tiny_run(base_model="nobody/nothing"), HF_HUB_OFFLINE="1")
    assert done.returncode == 2
    assert "run.yml: base_model: nobody/nothing cannot be had" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_run_that_did_not_fit_is_sent_to_the_planner(tmp_path: Path) -> None:
    log = "Traceback ...\ntorch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.\n"
    (tmp_path / "debug.log").write_text(log, encoding="utf-8")
    with pytest.raises(UserError, match=r"configs/x\.yml: the GPU ran out of memory") as raised:
        _explain("configs/x.yml", tmp_path)
    assert "`just plan configs/x.yml --gpu NAME`" in str(raised.value.hint)
    assert "configs/hardware/a10g-24gb.yml" in str(raised.value.hint), "the planner covers no GRPO and no DPO"


def test_a_conversation_that_did_not_fit_is_told_with_its_length(tmp_path: Path) -> None:
    log = "Traceback ...\nValueError: Sequence encountered with 388 tokens, which exceeds the maximum 64.\n"
    (tmp_path / "debug.log").write_text(log, encoding="utf-8")
    with pytest.raises(UserError, match="a conversation of 388 tokens is longer than sequence_len 64"):
        _explain("configs/x.yml", tmp_path)


def test_a_validation_set_that_fills_no_batch_is_told(tmp_path: Path) -> None:
    log = "KeyError: \"The `metric_for_best_model` training argument is set to 'eval_loss', which is not found in the "
    (tmp_path / "debug.log").write_text(log + 'evaluation metrics. The available ..."\n', encoding="utf-8")
    with pytest.raises(UserError, match="the validation set does not fill one batch on every GPU") as raised:
        _explain("configs/x.yml", tmp_path)
    assert "eval_sample_packing=false eval_batch_size=1" in str(raised.value.hint)


def test_a_run_that_is_done_is_found_done_on_a_machine_that_could_not_train_it(
    tiny_run: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = str(tiny_run(plugins=None))

    def ends_well(command: object, environment: object) -> int:
        for name in ("config.json", "tokenizer_config.json", "model.safetensors"):
            (tmp_path / "out" / name).write_text("{}", encoding="utf-8")
        return 0

    monkeypatch.setattr("training.launch.run_in_group", ends_well)
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("training.machine.look", lambda *_: Machine(1, True, True, True, True))
        assert train(run) == 0
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert train(run, skip_done=True) == 0
    with pytest.raises(UserError, match="the run wants 1 GPU of this machine, and PyTorch finds 0"):
        train(run)


@pytest.mark.parametrize("touched", [False, True])
def test_a_failed_run_leaves_a_model_the_config_that_it_was_trained_with(
    tiny_run: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, touched: bool
) -> None:
    out, run = tmp_path / "out", str(tiny_run())

    def ends_well(command: object, environment: object) -> int:
        for name in ("config.json", "tokenizer_config.json", "model.safetensors"):
            (out / name).write_text("{}", encoding="utf-8")
        return 0

    def fails(command: object, environment: object) -> int:
        if touched:
            (out / "model.safetensors").write_text("a part", encoding="utf-8")
        return 1

    monkeypatch.setattr("training.launch.run_in_group", ends_well)
    assert train(run) == 0
    trained = [(out / name).read_text(encoding="utf-8") for name in ("config.yml", TRAINED)]
    monkeypatch.setattr("training.launch.run_in_group", fails)
    assert train(run, keys=["learning_rate=0.5"]) == 1
    assert _written(out)["learning_rate"] == 0.5, "what a resumed run is held against is what was launched last"
    left = [path.read_text(encoding="utf-8") for name in ("config.yml", TRAINED) if (path := out / name).exists()]
    assert (left == trained) is not touched
    assert not touched or not (out / TRAINED).exists()


def test_another_failure_is_left_to_its_own_words(tmp_path: Path) -> None:
    _explain("configs/x.yml", tmp_path)
    (tmp_path / "debug.log").write_text("ValueError: no", encoding="utf-8")
    _explain("configs/x.yml", tmp_path)
