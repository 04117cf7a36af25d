"""Axolotl trains the tiny model, as a subprocess and on the CPU: by hand and through `python -m training train`."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from settings import read_jsonl, read_yaml
from tests.training.launches import Launched

pytestmark = pytest.mark.slow
Run = Callable[..., subprocess.CompletedProcess[str]]


def test_the_loss_falls(launched: Launched) -> None:
    losses = [float(loss) for loss in re.findall(r"'loss': '?([\d.]+)", launched.log)]
    assert len(losses) == 4
    assert losses[-1] < 0.7 * losses[0]


def test_the_loss_covers_the_answer_and_its_end_and_nothing_else(launched: Launched, chat_file: Path) -> None:
    from datasets import load_from_disk
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(launched.out)
    folders = [str(path) for path in launched.prepared.iterdir() if path.is_dir()]
    rows = max((load_from_disk(folder) for folder in folders), key=len)  # the smaller one is for validation
    trained = {tokenizer.decode([token for token in row["labels"] if token != -100]) for row in rows}
    answers = {row["messages"][-1]["content"] + "<|im_end|>" for row in read_jsonl(chat_file)}
    assert len(rows) == len(read_jsonl(chat_file))
    assert trained == answers


def test_the_trained_folder_loads_and_stops_where_it_was_taught_to(launched: Launched) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(launched.out), AutoModelForCausalLM.from_pretrained(launched.out)
    stops = model.generation_config.eos_token_id
    assert tokenizer.eos_token == "<|im_end|>"
    assert tokenizer.eos_token_id in (stops if isinstance(stops, list) else [stops])
    assert tokenizer.pad_token_id != tokenizer.eos_token_id
    assert "<|im_start|>" in tokenizer.chat_template


@pytest.fixture(scope="module")
def trained(
    tiny_run_in: Callable[..., Path], run_module: Run, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[object]]:
    """A folder with a run of two steps that told every tracker, offline; and the arguments that trained it."""
    folder = tmp_path_factory.mktemp("tracked")
    keys = ["learning_rate=0.001", *(f"use_{tracker}=true" for tracker in ("tensorboard", "trackio", "wandb"))]
    arguments = ["train", tiny_run_in(folder, max_steps=2, logging_steps=1), "--skip-done", *keys]
    offline = {"HF_HUB_OFFLINE": "1", "WANDB_MODE": "offline", "WANDB_DIR": str(folder)}
    done = run_module("training", *arguments, TRACKIO_DIR=str(folder / "trackio"), **offline)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder, arguments


def test_the_command_trains_once_and_then_finds_it_done(trained: tuple[Path, list[object]], run_module: Run) -> None:
    folder, arguments = trained
    assert read_yaml(folder / "out/config.yml")["learning_rate"] == 0.001
    weights = (folder / "out/model.safetensors").stat().st_mtime_ns
    again = run_module("training", *arguments, HF_HUB_OFFLINE="1")
    assert again.returncode == 0
    assert "trained already" in again.stderr
    assert (folder / "out/model.safetensors").stat().st_mtime_ns == weights


@pytest.mark.parametrize("trace", ["out/runs/*/events.out.tfevents.*", "trackio/*.db", "wandb/offline-run-*/*.wandb"])
def test_a_tracker_is_switched_on_by_its_key(trained: tuple[Path, list[object]], trace: str) -> None:
    assert [path for path in trained[0].glob(trace) if path.stat().st_size] != []


def test_a_run_whose_conversations_do_not_fit_says_so_and_leaves_no_mark(
    tiny_run: Callable[..., Path], run_module: Run, tmp_path: Path
) -> None:
    done = run_module("training", "train", tiny_run(sequence_len=16), HF_HUB_OFFLINE="1")
    assert done.returncode == 2
    assert re.search(r"run\.yml: a conversation of \d+ tokens is longer than sequence_len 16", done.stderr)
    assert "trained-from" not in [path.name for path in (tmp_path / "out").iterdir()]
