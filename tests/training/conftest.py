"""The tiny model and a small chat dataset, made once."""

import functools
import os
import random
import string
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from settings import read_jsonl, read_yaml, write_jsonl
from tests.training.launches import Launched
from training.base_models import make_tiny

SYSTEM = "You are a doctor answering a patient."


@pytest.fixture(autouse=True)
def at_root(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The paths inside the shipped YAMLs are relative to the repository's root."""
    monkeypatch.chdir(root)


@pytest.fixture(scope="session")
def sample_texts(root: Path) -> list[str]:
    rows = read_jsonl(root / "data/sample/consultations.jsonl")
    return [row[field] for row in rows for field in ("Description", "Patient", "Doctor") if row.get(field)]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory, sample_texts: list[str]) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    make_tiny(folder, sample_texts)
    return folder


@pytest.fixture(scope="session")
def chat_file(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """64 conversations whose answers have one shape and words of the question."""
    rows = [row for row in read_jsonl(root / "data/sample/consultations.jsonl") if row["Doctor"]][:64]
    path = tmp_path_factory.mktemp("chat") / "train.jsonl"
    write_jsonl(path, [{"messages": _messages(row), "metadata": {"index": i}} for i, row in enumerate(rows)])
    return path


def _messages(row: dict[str, str]) -> list[dict[str, str]]:
    words = row["Doctor"].split()
    answer = f"- **Recommendation**\n  - Next steps\n    - {' '.join(words[:8])}\n    - {' '.join(words[8:16])}"
    return [
        {"role": "system", "content": SYSTEM},
        {"role": "user", "content": row["Description"]},
        {"role": "assistant", "content": answer},
    ]


@pytest.fixture(scope="session")
def tiny_run_in(root: Path, tiny: Path, chat_file: Path) -> Callable[..., Path]:
    """Write configs/tiny-cpu.yml into a folder, with the tests' model and dataset, and keys of the test's own."""

    def write(folder: Path, **keys: Any) -> Path:
        config = read_yaml(root / "configs/tiny-cpu.yml")
        config["datasets"][0]["path"] = str(chat_file)
        folders = {"output_dir": str(folder / "out"), "dataset_prepared_path": str(folder / "prepared")}
        path = folder / "run.yml"
        path.write_text(yaml.safe_dump({**config, "base_model": str(tiny), **folders, **keys}), encoding="utf-8")
        return path

    return write


@pytest.fixture
def tiny_run(tmp_path: Path, tiny_run_in: Callable[..., Path]) -> Callable[..., Path]:
    """The same in this test's folder."""
    return functools.partial(tiny_run_in, tmp_path)


def _with_noise(row: dict[str, Any]) -> dict[str, Any]:
    letters = random.Random(row["metadata"]["index"]).choices(string.ascii_lowercase, k=60)
    return {**row, "messages": [*row["messages"][:-1], {"role": "assistant", "content": "".join(letters)}]}


@pytest.fixture(scope="session")
def launched(tmp_path_factory: pytest.TempPathFactory, root: Path, tiny: Path, chat_file: Path) -> Launched:
    """40 steps launched by hand, from a base with another end token, with a checkpoint and a validation each 10.

    The validation answers are letters at random: the more is learned of outlines, the worse they are predicted, so that
    the best checkpoint is not the last.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = tmp_path_factory.mktemp("launched")
    base, out, prepared = folder / "base", folder / "out", folder / "prepared"
    tokenizer, model = AutoTokenizer.from_pretrained(tiny), AutoModelForCausalLM.from_pretrained(tiny)
    tokenizer.eos_token = "<|endoftext|>"
    model.config.eos_token_id = model.generation_config.eos_token_id = tokenizer.eos_token_id
    for part in (tokenizer, model):
        part.save_pretrained(base)
    write_jsonl(folder / "validation.jsonl", [_with_noise(row) for row in read_jsonl(chat_file)[:8]])
    config = read_yaml(root / "configs/tiny-cpu.yml")
    config["datasets"][0]["path"] = str(chat_file)
    config |= {"base_model": str(base), "output_dir": str(out), "dataset_prepared_path": str(prepared)}
    config |= {"max_steps": 40, "special_tokens": read_yaml(root / "configs/qwen-full.yml")["special_tokens"]}
    validation = {**config["datasets"][0], "path": str(folder / "validation.jsonl"), "split": "train"}
    config |= {"test_datasets": [validation], "eval_steps": 10, "save_strategy": "steps", "save_steps": 10}
    shipped = read_yaml(root / "configs/qwen-full.yml")
    for key in ("load_best_model_at_end", "metric_for_best_model", "greater_is_better", "use_tensorboard"):
        config[key] = shipped[key]
    run = folder / "run.yml"
    run.write_text(yaml.safe_dump(config), encoding="utf-8")
    command = [sys.executable, "-m", "accelerate.commands.launch", "--cpu", "-m", "axolotl.cli.train", str(run)]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "AXOLOTL_DO_NOT_TRACK": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return Launched(run, out, prepared, done.stdout + done.stderr)
