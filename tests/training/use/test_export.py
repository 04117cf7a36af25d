"""A GGUF is asked in llama.cpp with the tokens of the training, and held to the grammar it answers by outlines."""

import json
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from outline import StructureSpec, check_compliance
from settings import UserError, read_jsonl
from tests.training.use.asking import SYSTEM, ask, conversation
from training.use.converter import split_name
from training.use.export import export, probe_conversations
from training.use.llama_cpp import LlamaCpp
from training.use.models import Model, find_model

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def llama(gguf: Path) -> Iterator[LlamaCpp]:
    engine = LlamaCpp(gguf)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def tokenizer(outliner: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(outliner)


def test_llama_cpp_asks_with_the_tokens_of_the_chat_template(llama: LlamaCpp, tokenizer: Any, root: Path) -> None:
    rows = read_jsonl(root / "data/sample/consultations.jsonl")
    asked = [conversation(f"{row['Description']}\n{row['Patient']}") for row in rows] + probe_conversations()
    for messages in asked:
        ours = tokenizer.apply_chat_template(messages, add_generation_prompt=True)["input_ids"]
        assert llama.server.tokens(messages) == ours


def test_it_gives_the_next_word_the_models_own_probability(
    llama: LlamaCpp, outliner: Path, tokenizer: Any, chat_file: Path
) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(outliner)
    for row in read_jsonl(chat_file)[:12]:
        ids = tokenizer.apply_chat_template(row["messages"])["input_ids"][:-20]
        with torch.no_grad():
            ours = torch.log_softmax(model(torch.tensor([ids])).logits[0, -1], dim=-1)
        body = {"prompt": ids, "n_predict": 1, "n_probs": 5, "temperature": 0.0}
        request = urllib.request.Request(f"{llama.server.address}/completion", json.dumps(body).encode())
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        theirs = json.load(opener.open(request))["completion_probabilities"][0]["top_logprobs"]
        assert len(theirs) == 5
        for token in theirs:
            assert token["logprob"] == pytest.approx(float(ours[token["id"]]), abs=0.02)


def test_every_answer_that_ends_under_the_grammar_complies(
    llama: LlamaCpp, questions: list[str], spec: StructureSpec
) -> None:
    replies = [ask(llama, question, grammar=spec.grammar(), max_new_tokens=300) for question in questions[:12]]
    ended = [reply.text for reply in replies if not reply.cut]
    assert len(ended) >= 4
    assert all(check_compliance(text, spec).compliant for text in ended)


def test_what_lies_beside_the_gguf_is_what_its_users_need(gguf: Path, tokenizer: Any, spec: StructureSpec) -> None:
    from gguf import GGUFReader

    assert sorted(path.name for path in gguf.parent.iterdir()) == [
        "Modelfile", "config.yml", "outline.gbnf", "outliner-f32.gguf", "system.txt"
    ]  # fmt: skip
    field = GGUFReader(gguf).get_field("tokenizer.chat_template")
    assert field is not None
    assert field.contents() == tokenizer.chat_template
    assert (gguf.parent / "outline.gbnf").read_text(encoding="utf-8") == spec.grammar()
    modelfile = (gguf.parent / "Modelfile").read_text(encoding="utf-8")
    assert "FROM ./outliner-f32.gguf\n" in modelfile
    assert f'SYSTEM """{SYSTEM}"""' in modelfile
    assert 'PARAMETER stop "<|im_end|>"' in modelfile


def test_the_name_of_a_merged_model_is_that_of_its_run(merged: Path, spec: StructureSpec, tmp_path: Path) -> None:
    assert export(find_model(str(merged)), spec, "q8_0", tmp_path) == tmp_path / "lora-q8_0.gguf"
    assert ask(LlamaCpp(tmp_path / "lora-q8_0.gguf"), "it hurts", max_new_tokens=4).cut


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"type": "Whitespace"}, "the converter to GGUF cannot take it"),
        (
            {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
            "llama.cpp would ask the model with other tokens",
        ),
    ],
)  # fmt: skip
def test_a_tokenizer_that_llama_cpp_would_read_otherwise_is_refused(
    outliner: Path, tmp_path: Path, spec: StructureSpec, rules: dict[str, Any], message: str
) -> None:
    copy, out = tmp_path / "model", tmp_path / "gguf"
    shutil.copytree(outliner, copy, ignore=shutil.ignore_patterns("gguf"))
    _change(copy / "tokenizer_config.json", tokenizer_class="PreTrainedTokenizerFast")
    _change(copy / "tokenizer.json", pre_tokenizer=rules)
    with pytest.raises(UserError, match=message):
        export(Model(copy, "folder"), spec, "f32", out)
    assert list(out.iterdir()) == []


def _change(path: Path, **keys: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **keys}), encoding="utf-8")


def test_ways_of_splitting_that_are_known_have_llama_cpps_names(outliner: Path) -> None:
    assert split_name(json.loads((outliner / "tokenizer.json").read_text(encoding="utf-8"))) == "qwen2"
    assert split_name({"pre_tokenizer": {"type": "ByteLevel", "use_regex": True}}) == "gpt-2"
    assert split_name({"pre_tokenizer": {"type": "Whitespace"}}) is None
    assert split_name({"pre_tokenizer": None}) is None
