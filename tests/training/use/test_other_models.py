"""Models of other architectures than the shipped runs', after training."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from settings import UserError
from training.use import converter
from training.use.hf import Hf
from training.use.models import find_model
from training.use.reply import Asked


def test_a_model_that_names_no_limit_of_its_context_answers(tiny: Path, tmp_path: Path) -> None:
    from transformers import AutoTokenizer, BloomConfig, BloomForCausalLM

    tokenizer: Any = AutoTokenizer.from_pretrained(tiny)
    shape = BloomConfig(vocab_size=len(tokenizer), hidden_size=32, n_layer=1, n_head=2)
    BloomForCausalLM(shape).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    engine = Hf(find_model(str(tmp_path)))
    assert engine.answer([{"role": "user", "content": "it hurts"}], Asked(3, 0.0, None), lambda _: None)


def test_a_template_that_refuses_the_system_message_is_one_message(tiny: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny, tmp_path / "deaf")
    template = tmp_path / "deaf/chat_template.jinja"
    refusal = "{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    template.write_text(refusal + template.read_text())
    messages = [{"role": role, "content": "it hurts"} for role in ("system", "user")]
    with pytest.raises(UserError, match="does not take this conversation: System role not supported") as caught:
        Hf(find_model(str(tmp_path / "deaf"))).answer(messages, Asked(3, 0.0, None), lambda _: None)
    assert "--system" in str(caught.value.hint)


def test_a_vocabulary_that_the_converter_misses_is_told_with_its_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of Gemma it reads tokenizer.model, which transformers does not save."""
    said = "Traceback ...\nFileNotFoundError: File not found: trained/tokenizer.model"
    done = subprocess.CompletedProcess([], 1, stdout=said)
    monkeypatch.setattr(converter, "HOME", tmp_path)
    monkeypatch.setattr(converter.subprocess, "run", lambda *_, **__: done)
    with pytest.raises(UserError, match="cannot take it:") as caught:
        converter.convert(Path("trained"), tmp_path / "out.gguf", "f16")
    assert caught.value.hint == "copy the base model's tokenizer.model into trained"
