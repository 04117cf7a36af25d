"""The template in a Modelfile makes the text that the chat template makes."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

from training.use.modelfile import go_template, modelfile
from training.use.prompt import Message

SESSION: list[Message] = [
    {"role": "system", "content": "You are a doctor."},
    {"role": "user", "content": "it hurts\nsince monday"},
    {"role": "assistant", "content": "- Rest"},
    {"role": "user", "content": "  how long? "},
]


def _run_go(template: str, messages: list[Message]) -> str:
    """What Go's text/template makes of a template that ranges over messages and asks for their roles."""
    whole = re.fullmatch(r"(.*?)\{\{ range \.Messages \}\}(.*)\{\{ end \}\}\{\{ end \}\}(.*)", template, re.S)
    assert whole
    start, branches, rest = whole.groups()
    parts = re.split(r'\{\{ (?:else )?if eq \.Role "(\w+)" \}\}', branches)
    frames = dict(zip(parts[1::2], parts[2::2], strict=True))
    return start + "".join(frames[m["role"]].replace("{{ .Content }}", m["content"]) for m in messages) + rest


def _axolotls(name: str) -> str:
    package = importlib.util.find_spec("axolotl")
    assert package is not None
    assert package.submodule_search_locations
    return Path(package.submodule_search_locations[0], f"utils/chat_templates/templates/{name}.jinja").read_text()


@pytest.mark.parametrize("name", ["chatml", "qwen_25", "deepseek_v2"])
def test_it_says_what_the_chat_template_says(name: str, tiny: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(tiny)
    tokenizer.bos_token = "<|im_start|>"

    def render(messages: list[Message], ask: bool) -> str:
        return tokenizer.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=ask, chat_template=_axolotls(name)
        )

    beginning = tokenizer.bos_token if name == "deepseek_v2" else ""
    template = go_template(render, beginning)
    assert template is not None
    for count in (2, 4):
        assert beginning + _run_go(template, SESSION[:count]) == render(SESSION[:count], True)


def test_a_template_that_looks_around_is_left_out() -> None:
    def render(messages: list[Message], ask: bool) -> str:
        return f"{len(messages)}:" + "".join(message["content"] for message in messages) + ">" * ask

    assert go_template(render) is None
    assert "TEMPLATE" not in modelfile("x.gguf", render, "Be brief.", "<end>", 2048)
