"""A tiny Qwen2 with random weights and its own tokenizer, made here, and questions to ask it."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evals.config import EvalConfig
from evals.harness import evaluate
from evals.summary import Result
from settings import load_config, write_jsonl

# Two threads gain nothing on a tiny model, and wait for each other when the machine is busy.
os.environ.setdefault("OMP_NUM_THREADS", "1")

Models = Callable[..., EvalConfig]
CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
COMPLIANT = "- rest\n  - the ankle\n    - for two days\n  - ice\n"


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder; its answers are noise, always the same. Do not change it: copy it."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=320, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    tokenizer.train_from_iterator([COMPLIANT], trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|endoftext|>", pad_token="<|endoftext|>")
    fast.add_special_tokens({"additional_special_tokens": special[1:]})
    fast.chat_template = CHATML
    torch.manual_seed(3)
    model = Qwen2ForCausalLM(
        Qwen2Config(
            vocab_size=len(fast),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            num_key_value_heads=2,
            max_position_embeddings=2048,
            initializer_range=0.5,
            bos_token_id=None,
            eos_token_id=fast.eos_token_id,
        )
    )
    folder = tmp_path_factory.mktemp("models") / "tiny"
    model.save_pretrained(folder)
    fast.save_pretrained(folder)
    return folder


@pytest.fixture
def questions_file(tmp_path: Path) -> Path:
    """Five questions of different lengths; the last has no reference."""
    path = tmp_path / "questions.jsonl"
    rows = [_row(f"my ankle hurts since {days} days" + " and more" * days, "take 400 mg") for days in range(1, 5)]
    write_jsonl(path, [*rows, _row("what helps", None)])
    return path


def _row(user: str, reference: str | None) -> dict[str, object]:
    messages = [{"role": "system", "content": "Answer as a list."}, {"role": "user", "content": user}]
    return {"messages": messages, "metadata": {"index": 0, "reference": reference}}


@pytest.fixture
def config_file(tmp_path: Path, tiny_model: Path, questions_file: Path) -> Path:
    """A config that scores the tiny model on the questions."""
    path = tmp_path / "eval.yml"
    config = {
        "run": "trial",
        "results": str(tmp_path / "results"),
        "questions": str(questions_file),
        "models": [{"name": "tiny", "path": str(tiny_model)}],
        "generation": {"max_new_tokens": 12, "batch_size": 2, "dtype": "float32", "device": "cpu"},
    }
    path.write_text(json.dumps(config), encoding="utf-8")  # JSON is YAML
    return path


@pytest.fixture
def run(config_file: Path) -> Callable[..., list[Result]]:
    return lambda *overrides: list(evaluate(load_config(config_file, EvalConfig, overrides)).results)


@pytest.fixture
def with_models(config_file: Path) -> Models:
    def load(*entries: dict[str, Any], **keys: Any) -> EvalConfig:
        overrides = [f"{key.replace('__', '.')}={json.dumps(value)}" for key, value in keys.items()]
        return load_config(config_file, EvalConfig, [f"models={json.dumps(entries)}", *overrides])

    return load


def saved(path: Path, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Write a file of completions, and return the entry of a model that is made of it."""
    write_jsonl(path, rows)
    return {"name": "saved", "completions": str(path)}


def scored(config: EvalConfig) -> Result:
    """What a config's first condition came to."""
    return evaluate(config).results[0]
