"""Axolotl trains the tiny model, as a subprocess and on the CPU: by hand and through `python -m training train`."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from settings import read_jsonl, read_yaml

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def launched(
    tmp_path_factory: pytest.TempPathFactory, root: Path, tiny: Path, chat_file: Path
) -> tuple[Path, Path, str]:
    """The output folder, the tokenized dataset and the log of a launch by hand, from a base with another end token."""
    import yaml
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = tmp_path_factory.mktemp("launched")
    base, out, prepared = folder / "base", folder / "out", folder / "prepared"
    tokenizer, model = AutoTokenizer.from_pretrained(tiny), AutoModelForCausalLM.from_pretrained(tiny)
    tokenizer.eos_token = "<|endoftext|>"
    model.config.eos_token_id = model.generation_config.eos_token_id = tokenizer.eos_token_id
    for part in (tokenizer, model):
        part.save_pretrained(base)
    config = read_yaml(root / "configs/tiny-cpu.yml")
    config["datasets"][0]["path"] = str(chat_file)
    config |= {"base_model": str(base), "output_dir": str(out), "dataset_prepared_path": str(prepared)}
    config |= {"max_steps": 40, "special_tokens": read_yaml(root / "configs/qwen-full.yml")["special_tokens"]}
    (folder / "run.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    command = [sys.executable, "-m", "accelerate.commands.launch", "--cpu", "-m", "axolotl.cli.train"]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "AXOLOTL_DO_NOT_TRACK": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    done = subprocess.run(
        [*command, str(folder / "run.yml")], cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return out, prepared, done.stdout + done.stderr


def test_the_loss_falls(launched: tuple[Path, Path, str]) -> None:
    losses = [float(loss) for loss in re.findall(r"'loss': '?([\d.]+)", launched[2])]
    assert len(losses) == 4
    assert losses[-1] < 0.7 * losses[0]


def test_the_loss_covers_the_answer_and_its_end_and_nothing_else(
    launched: tuple[Path, Path, str], chat_file: Path
) -> None:
    from datasets import load_from_disk
    from transformers import AutoTokenizer

    out, prepared, _ = launched
    tokenizer = AutoTokenizer.from_pretrained(out)
    rows = load_from_disk(str(next(path for path in prepared.iterdir() if path.is_dir())))
    trained = {tokenizer.decode([token for token in row["labels"] if token != -100]) for row in rows}
    answers = {row["messages"][-1]["content"] + "<|im_end|>" for row in read_jsonl(chat_file)}
    assert len(rows) == len(read_jsonl(chat_file))
    assert trained == answers


def test_the_trained_folder_loads_and_stops_where_it_was_taught_to(launched: tuple[Path, Path, str]) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(launched[0]), AutoModelForCausalLM.from_pretrained(launched[0])
    stops = model.generation_config.eos_token_id
    assert tokenizer.eos_token == "<|im_end|>"
    assert tokenizer.eos_token_id in (stops if isinstance(stops, list) else [stops])
    assert tokenizer.pad_token_id != tokenizer.eos_token_id
    assert "<|im_start|>" in tokenizer.chat_template


def test_the_command_trains_once_and_then_finds_it_done(
    tiny_run: Callable[..., Path], run_module: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    run = tiny_run(max_steps=2)
    first = run_module("training", "train", run, "--skip-done", "learning_rate=0.001", HF_HUB_OFFLINE="1")
    assert first.returncode == 0, first.stderr[-3000:]
    assert read_yaml(tmp_path / "out/config.yml")["learning_rate"] == 0.001
    weights = (tmp_path / "out/model.safetensors").stat().st_mtime_ns
    again = run_module("training", "train", run, "--skip-done", "learning_rate=0.001", HF_HUB_OFFLINE="1")
    assert again.returncode == 0
    assert "trained already" in again.stderr
    assert (tmp_path / "out/model.safetensors").stat().st_mtime_ns == weights


def test_a_run_that_fails_passes_its_exit_code_on(
    tiny_run: Callable[..., Path], run_module: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    done = run_module("training", "train", tiny_run(sequence_len=16), HF_HUB_OFFLINE="1")
    assert done.returncode == 1
    assert "trained-from" not in [path.name for path in (tmp_path / "out").iterdir()]
