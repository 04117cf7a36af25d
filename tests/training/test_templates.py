"""A model is asked exactly as it was trained, and the end of its answer is what it learns to write."""

import importlib.util
from pathlib import Path

import pytest

from settings import read_yaml

CONVERSATION = [
    {"role": "system", "content": "You are a doctor."},
    {"role": "user", "content": "it hurts\nsince monday"},
    {"role": "assistant", "content": "- Rest\n  - Today\n    - Sit down"},
]


def _template(name: str) -> str | None:
    """Axolotl's template of that name; None for the tokenizer's own."""
    if name == "tokenizer_default":
        return None
    package = importlib.util.find_spec("axolotl")
    assert package is not None
    assert package.submodule_search_locations
    return Path(package.submodule_search_locations[0], f"utils/chat_templates/templates/{name}.jinja").read_text()


@pytest.mark.parametrize("run", ["qwen-full", "qwen-lora", "deepseek-full-gc", "deepseek-lora", "tiny-cpu"])
def test_the_prompt_is_the_beginning_of_the_training_text(run: str, tiny: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny)
    template = _template(read_yaml(f"configs/{run}.yml")["chat_template"])
    render = {"tokenize": False, "chat_template": template or tokenizer.chat_template}
    trained = tokenizer.apply_chat_template(CONVERSATION, **render)
    prompt = tokenizer.apply_chat_template(CONVERSATION[:2], add_generation_prompt=True, **render)
    assert trained.startswith(prompt)
    assert trained[len(prompt) :].rstrip("\n") == CONVERSATION[2]["content"] + tokenizer.eos_token


@pytest.mark.parametrize("run", ["qwen-full", "qwen-lora"])
def test_qwen_ends_a_turn_with_the_token_that_its_template_writes(run: str) -> None:
    config = read_yaml(f"configs/{run}.yml")
    assert config["special_tokens"]["eos_token"] in (_template(config["chat_template"]) or "")
    assert config["special_tokens"]["pad_token"] != config["special_tokens"]["eos_token"]
