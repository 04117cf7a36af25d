"""A tiny model that answers by outlines, an adapter over it, and what `merge` and `export` make of them; each once."""

import contextlib
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from settings import read_jsonl, read_yaml

Run = Callable[..., subprocess.CompletedProcess[str]]

STEPS = 120
BATCH = 8


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute in one thread: the models are so small that others would only wait for each other."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def in_one_thread() -> Iterator[None]:
    with one_thread():
        yield


@pytest.fixture(scope="session")
def questions(chat_file: Path) -> list[str]:
    """What the tiny model was taught to answer."""
    return [row["messages"][1]["content"] for row in read_jsonl(chat_file)]


@pytest.fixture(scope="session")
def outliner(tmp_path_factory: pytest.TempPathFactory, tiny: Path, chat_file: Path, root: Path) -> Path:
    """The tiny model, taught the conversations of `chat_file`, with the config of a run beside its weights."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = tmp_path_factory.mktemp("runs") / "outliner"
    tokenizer, model = AutoTokenizer.from_pretrained(tiny), AutoModelForCausalLM.from_pretrained(tiny)
    texts = [tokenizer.apply_chat_template(row["messages"], tokenize=False) for row in read_jsonl(chat_file)]
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.0)
    with one_thread():
        for step in range(STEPS):
            start = step * BATCH % len(texts)
            batch = tokenizer(texts[start : start + BATCH], return_tensors="pt", padding=True, add_special_tokens=False)
            labels = batch["input_ids"].masked_fill(batch["attention_mask"] == 0, -100)
            model(**batch, labels=labels).loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    config = read_yaml(root / "configs/tiny-cpu.yml")
    config["datasets"][0]["path"] = str(chat_file)
    (folder / "config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def adapter(tmp_path_factory: pytest.TempPathFactory, outliner: Path) -> Path:
    """A LoRA adapter over `outliner` with weights large enough to change what it says; its template is its own."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = tmp_path_factory.mktemp("runs") / "lora"
    model = AutoModelForCausalLM.from_pretrained(outliner)
    lora = get_peft_model(model, LoraConfig(r=8, lora_alpha=16, target_modules="all-linear", task_type="CAUSAL_LM"))
    torch.manual_seed(1)
    for name, weights in lora.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weights, std=0.05)
    lora.save_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(outliner)
    tokenizer.chat_template = "{# of the adapter #}" + str(tokenizer.chat_template)
    tokenizer.save_pretrained(folder)
    shutil.copy2(outliner / "config.yml", folder)
    return folder


@pytest.fixture(scope="session")
def merged(adapter: Path, run_module: Run) -> Path:
    done = run_module("training", "merge", adapter)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(adapter / "merged")
    return adapter / "merged"


@pytest.fixture(scope="session")
def gguf(outliner: Path, run_module: Run) -> Path:
    done = run_module("training", "export", outliner, "--type", "f32")
    assert done.returncode == 0, done.stderr
    assert "checked: llama.cpp asks with the same tokens" in done.stderr
    return Path(done.stdout.strip())
