"""What a run on GPUs is refused for before it is launched, in one message."""

import dataclasses
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from settings import UserError
from training.machine import Machine, check_machine, look, require_cache
from training.processes import Place, environment
from training.render import render

Run = Callable[..., subprocess.CompletedProcess[str]]
GOOD = Machine(gpus=2, bf16=True, toolkit=False, compiler=True, headers=True)
TWO = Place(4, 2, 0, "a:1")
OLD_BESIDE_NEW = """
import os
class cuda:
    is_available = staticmethod(lambda: True)
    device_count = staticmethod(lambda: len(os.environ.get("CUDA_VISIBLE_DEVICES", "0,1,2").split(",")))
    get_device_capability = staticmethod(lambda card: [(9, 0), (9, 0), (6, 1)][card])
"""
OFFLOAD = "deepspeed=deepspeed_configs/zero3_offload.json"


@pytest.mark.parametrize("place", [Place(), Place(2), TWO])
def test_a_run_that_fits_is_let_go(place: Place) -> None:
    check_machine("run.yml", render("configs/qwen-full.yml"), place, GOOD)


@pytest.mark.parametrize(
    ("lacks", "keys", "place", "message"),
    [
        ({"gpus": 0}, [], Place(), "the run wants 1 GPU of this machine, and PyTorch finds 0"),
        ({}, [], Place(8), "the run wants 8 GPUs of this machine, and PyTorch finds 2"),
        ({"gpus": 1}, [], TWO, "the run wants 2 GPUs of this machine, and PyTorch finds 1"),
        ({"bf16": False}, [], Place(), "bf16: a GPU of this machine has no bfloat16"),
        ({"compiler": False}, [], Place(), "this machine has no C compiler, which Triton needs"),
        ({"headers": False}, [], Place(), "this machine has no Python.h, which Triton needs"),
        ({}, [OFFLOAD], Place(), "zero3_offload.json: this machine has no CUDA toolkit (nvcc)"),
    ],
)
def test_what_cannot_work_is_one_message(lacks: dict[str, Any], keys: list[str], place: Place, message: str) -> None:
    config = render("configs/qwen-full.yml", keys=keys)
    with pytest.raises(UserError, match=re.escape(message)) as raised:
        check_machine("run.yml", config, place, dataclasses.replace(GOOD, **lacks))
    assert raised.value.hint


def test_half_precision_and_a_toolkit_are_ways_out() -> None:
    old = dataclasses.replace(GOOD, bf16=False, toolkit=True)
    check_machine("run.yml", render("configs/qwen-full.yml", ["configs/hardware/fp16.yml"], [OFFLOAD]), Place(), old)


@pytest.mark.parametrize("named", ["HF_HOME", "HF_DATASETS_CACHE"])
def test_a_cache_that_cannot_be_written_is_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.delenv("HF_DATASETS_CACHE", raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HOME", str(tmp_path / "file"))
    if named == "HF_DATASETS_CACHE":
        monkeypatch.setenv(named, str(tmp_path / "file/datasets"))
    with pytest.raises(UserError, match=r"run.yml: the cache .*file/datasets, cannot be written") as raised:
        require_cache("run.yml")
    assert f"export {named}=FOLDER" in str(raised.value.hint)


def test_without_a_home_no_folder_of_that_name_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HF_DATASETS_CACHE", raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HOME", "~/.cache/huggingface")
    with pytest.raises(UserError, match="this user has no home"):
        require_cache("run.yml")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_the_command_says_so_before_it_launches(run_module: Run, tiny: Path, chat_file: Path, tmp_path: Path) -> None:
    one = f"[{{path: {chat_file}, ds_type: json, split: train, type: chat_template, field_messages: messages}}]"
    keys = [f"base_model={tiny}", f"datasets={one}", f"test_datasets={one}", f"output_dir={tmp_path / 'out'}"]
    done = run_module("training", "train", "configs/qwen-full.yml", *keys, CUDA_VISIBLE_DEVICES="")
    assert done.returncode == 2
    assert "the run wants 1 GPU of this machine, and PyTorch finds 0" in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_this_machine_can_be_looked_at() -> None:
    assert look(os.environ, 1).gpus >= 0


@pytest.mark.slow
@pytest.mark.parametrize(("place", "seen", "bf16"), [(Place(), 1, True), (Place(2), 3, True), (Place(3), 3, False)])
def test_only_the_cards_that_the_run_takes_are_asked(
    place: Place, seen: int, bf16: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside two cards of today lies an old one."""
    torch = tmp_path / "torch"
    (torch / "utils").mkdir(parents=True)
    (torch / "__init__.py").write_text(OLD_BESIDE_NEW)
    (torch / "utils/__init__.py").touch()
    (torch / "utils/cpp_extension.py").write_text("CUDA_HOME = None")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    found = look(environment(render("configs/qwen-full.yml"), place), place.gpus)
    assert (found.gpus, found.bf16) == (seen, bf16)
