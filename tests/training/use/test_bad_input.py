"""A user's mistake is one message with the remedy, exit code 2, no traceback."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def at(tmp_path: Path) -> dict[str, Path]:
    """Models by their files' names only: a whole one without a chat template, one with, an adapter, a broken GGUF."""
    kinds = {
        "bare": ("config.json", "tokenizer_config.json", "model.safetensors"),
        "whole": ("config.json", "tokenizer_config.json", "model.safetensors", "chat_template.jinja"),
        "lora": ("adapter_config.json", "adapter_model.safetensors"),
        "gguf": ("broken.gguf",),
        "untold": ("untold.gguf",),
    }
    for kind, names in kinds.items():
        (tmp_path / kind).mkdir()
        for name in names:
            (tmp_path / kind / name).write_text("{}" if kind != "untold" else "GGUF", encoding="utf-8")
    return {kind: tmp_path / kind for kind in kinds}


@pytest.mark.parametrize(
    ("command", "model", "message", "remedy"),
    [
        ("chat", "nowhere", "there is no such model folder or GGUF file", "hint: "),
        ("merge", "whole", "this is no LoRA adapter, so there is nothing to merge", ""),
        ("export", "lora", "this is a LoRA adapter, and the converter needs a whole model", "just merge"),
        ("export", "gguf", "this is a GGUF file, and the converter needs a Hugging Face model folder", ""),
        ("export", "bare", "the tokenizer has no chat template", "chat_template.jinja"),
        ("serve", "lora", "this is a LoRA adapter, and a server needs a whole model", "just merge"),
        ("serve", "bare", "the tokenizer has no chat template", "chat_template.jinja"),
        ("serve", "whole", "vLLM, which serves a model folder, is not installed", "just export"),
        ("serve", "gguf", "llama.cpp cannot load this file", "just export"),
        ("chat", "gguf", "llama.cpp cannot load this file", "just export"),
        ("chat", "untold", "the GGUF holds no chat template", "just export"),
        ("chat", "bare", "the tokenizer has no chat template", "chat_template.jinja"),
    ],
)
def test_a_mistake_is_one_message_with_its_remedy(
    at: dict[str, Path], tmp_path: Path, run_module: Run, command: str, model: str, message: str, remedy: str
) -> None:
    arguments = ["--port", "0"] if command == "serve" else ["hello"] if command == "chat" else []
    # Whatever else the machine has: no vLLM on the PATH.
    done = run_module(
        "training", command, at.get(model, tmp_path / model), *arguments, PATH="/usr/bin:/bin", HF_HUB_OFFLINE="1"
    )
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert remedy in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["chat", "MODEL", "hi", "--engine", "llama.cpp"], "llama.cpp takes a GGUF file, and this is a model folder"),
        (["chat", "http://127.0.0.1:9", "hi"], "http://127.0.0.1:9/v1: no server answers there"),
        (["chat", "http://127.0.0.1:9", "hi", "--engine", "hf"], "a server has its own engine"),
        (["chat", "MODEL", "hi", "--max-new-tokens", "0"], "must be a whole number of at least 1, got '0'"),
        (["chat", "MODEL", "hi", "--temperature", "hot"], "must lie between 0 and 5, got 'hot'"),
        (["chat", "MODEL", "hi", "--engine", "vllm"], "vLLM is not installed"),
        (["serve", "MODEL", "--port", "70000"], "must be a whole number from 0 to 65535, got '70000'"),
        (["serve", "MODEL", "--host", "203.0.113.1", "--port", "0"], "203.0.113.1:0: nothing can listen there"),
        (["serve", "MODEL", "--port", "0", "--engine", "hf"], "hf does not serve a model folder"),
        (["export", "MODEL", "--type", "q4_k_m"], "invalid choice: 'q4_k_m'"),
        (["chat", "nobody/nothing", "hi"], "nobody/nothing: there is no such folder, and the hub does not give it"),
    ],
)
def test_an_option_that_cannot_be_is_named(
    at: dict[str, Path], run_module: Run, arguments: list[str], message: str
) -> None:
    given = [str(at["whole"]) if argument == "MODEL" else argument for argument in arguments]
    done = run_module("training", *given, PATH="/usr/bin:/bin", HF_HUB_OFFLINE="1")
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_llama_cpp_that_is_missing_is_named(at: dict[str, Path], tmp_path: Path, run_module: Run) -> None:
    """An environment that lacks the package: its finder says so before any other is asked."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text(
        "import importlib.util as util\nfind = util.find_spec\n"
        "util.find_spec = lambda name, *rest: None if name == 'xllamacpp' else find(name, *rest)\n",
        encoding="utf-8",
    )
    paths = os.pathsep.join([str(hidden), os.environ.get("PYTHONPATH", "")])
    done = run_module("training", "serve", at["gguf"], "--port", "0", PYTHONPATH=paths)
    assert done.returncode == 2
    assert "llama.cpp is not installed" in done.stderr
    assert "xllamacpp" in done.stderr
