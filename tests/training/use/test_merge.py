"""A merged model is the adapter without the adapter: the same answers, asked the same way, ending the same way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from outline import StructureSpec
from settings import UserError
from tests.training.use.asking import SYSTEM, ask
from training.use.hf import Hf
from training.use.merge import merge
from training.use.models import Model, find_model

pytestmark = pytest.mark.slow


def _answers(folder: Path, questions: list[str]) -> list[str]:
    engine = Hf(find_model(str(folder)))
    return [ask(engine, question, max_new_tokens=60).text for question in questions]


def test_the_merged_model_gives_the_adapters_own_answers(
    adapter: Path, merged: Path, outliner: Path, questions: list[str]
) -> None:
    assert find_model(str(merged)) == Model(merged, "folder")
    own = _answers(adapter, questions[:12])
    assert _answers(merged, questions[:12]) == own
    assert _answers(outliner, questions[:12]) != own


def test_its_logits_are_the_adapters(adapter: Path, merged: Path, outliner: Path) -> None:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    base = AutoModelForCausalLM.from_pretrained(outliner)
    with_adapter = PeftModel.from_pretrained(base, str(adapter))
    ids = torch.arange(3, 300).unsqueeze(0)
    with torch.no_grad():
        expected = with_adapter(ids).logits
        torch.testing.assert_close(
            AutoModelForCausalLM.from_pretrained(merged)(ids).logits, expected, rtol=1e-4, atol=1e-4
        )


def test_it_is_asked_and_ends_as_the_adapter_was_trained(adapter: Path, merged: Path) -> None:
    from transformers import AutoTokenizer, GenerationConfig

    tokenizer = AutoTokenizer.from_pretrained(merged)
    assert "of the adapter" in str(tokenizer.chat_template)
    assert GenerationConfig.from_pretrained(merged).eos_token_id == tokenizer.eos_token_id
    assert (merged / "system.txt").read_text(encoding="utf-8").strip() == SYSTEM
    assert (merged / "config.yml").read_bytes() == (adapter / "config.yml").read_bytes()
    assert [path.name for path in adapter.iterdir() if path.name.startswith(".draft")] == []


def test_the_end_of_the_base_model_stays_an_end_too(adapter: Path, merged: Path, tmp_path: Path) -> None:
    """As with Qwen2.5, whose own end is <|endoftext|>, while a turn ends with <|im_end|>."""
    import json
    import shutil

    from training.use.merge import _end_turns

    shutil.copytree(merged, tmp_path / "whole")
    config = tmp_path / "whole/generation_config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "eos_token_id": 0}), encoding="utf-8")
    _end_turns(tmp_path / "whole")
    assert json.loads(config.read_text())["eos_token_id"] == [2, 0]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda config: config | {"base_model_name_or_path": "outputs/nowhere"},
            "its base model outputs/nowhere is not",
        ),
        (lambda config: config | {"base_model_name_or_path": "nobody/nothing"}, "the hub does not give it"),
        (lambda config: config | {"base_model_name_or_path": None}, "base_model_name_or_path is missing"),
    ],
)
def test_a_base_model_that_is_not_to_be_had_is_named(
    adapter: Path,
    tmp_path: Path,
    spec: StructureSpec,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[dict[str, Any]], dict[str, Any]],
    message: str,
) -> None:
    import json
    import shutil

    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    copy = tmp_path / "lora"
    shutil.copytree(adapter, copy)
    config = copy / "adapter_config.json"
    config.write_text(json.dumps(spoil(json.loads(config.read_text()))), encoding="utf-8")
    with pytest.raises(UserError, match=message):
        merge(find_model(str(copy)), spec)


def test_four_bit_runs_are_sent_to_axolotl(adapter: Path, tmp_path: Path, spec: StructureSpec) -> None:
    import shutil

    copy = tmp_path / "lora"
    shutil.copytree(adapter, copy)
    (copy / "config.yml").write_text("adapter: qlora\n", encoding="utf-8")
    with pytest.raises(UserError, match="4-bit") as raised:
        merge(find_model(str(copy)), spec)
    assert "axolotl merge-lora" in str(raised.value)
