"""A base model of another family: what its template would teach wrongly is said before anything is trained."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

import training.template
from settings import UserError, read_yaml, write_jsonl
from tests.training.families import write_tokenizer
from tests.training.other_families import OTHERS
from training.launch import _require_startable
from training.plan.architecture import model_config
from training.plan.model import build, without_kernels
from training.plan.setup import set_up
from training.plan.tokens import read_lengths
from training.processes import Place
from training.template import find_tokenizer, tokenizer_of
from training.turns import check_turns

MESSAGES = [
    {"role": "system", "content": "You are a doctor."},
    {"role": "user", "content": "it hurts\nsince monday"},
    {"role": "assistant", "content": "- Rest\n  - Today\n    - Sit down"},
]
ENDS_TURN = {"special_tokens": {"eos_token": "<end_of_turn>"}}
DOCS = Path("docs/your-own-domain.md").read_text(encoding="utf-8")
OF_MISTRAL = yaml.safe_load(DOCS[DOCS.index("chat_template: jinja\n") :].partition("```")[0])
SOUND: list[tuple[str, dict[str, Any], str]] = [
    ("llama", {"chat_template": "llama3"}, "<|eot_id|>"),
    ("gemma", {"chat_template": "gemma3", **ENDS_TURN}, "<end_of_turn>"),
    ("mistral", OF_MISTRAL, "</s>"),
    ("phi", {"special_tokens": {"eos_token": "<|end|>"}}, "<|end|>"),
    ("qwen3", {"chat_template": "qwen_25"}, "<|im_end|>"),
    ("base", {"chat_template": "llama3", "special_tokens": {"eos_token": "<|eot_id|>"}}, "<|eot_id|>"),
]


@pytest.fixture(scope="module")
def run_of(
    tmp_path_factory: pytest.TempPathFactory, sample_texts: list[str], chat_file: Path
) -> Callable[..., dict[str, Any]]:
    """The config of a run over a model of a family, of which there is but the tokenizer."""
    folder = tmp_path_factory.mktemp("families")

    def config(family: str, **keys: Any) -> dict[str, Any]:
        base = folder / family
        if not base.is_dir():
            write_tokenizer(base, OTHERS[family], sample_texts)
        (base / "config.json").write_text('{"model_type": "llama"}', encoding="utf-8")
        run = read_yaml("configs/tiny-cpu.yml") | {"base_model": str(base), "output_dir": str(folder / "out"), **keys}
        run["datasets"][0]["path"] = str(chat_file)
        return run

    return config


def _check(config: dict[str, Any]) -> None:
    check_turns("run.yml", config, tokenizer_of(config))


@pytest.mark.parametrize(("family", "keys", "end"), SOUND)
def test_what_the_docs_say_of_a_family_is_enough(
    family: str,
    keys: dict[str, Any],
    end: str,
    run_of: Callable[..., dict[str, Any]],
    capfd: pytest.CaptureFixture[str],
) -> None:
    _check(run_of(family, **keys))
    assert capfd.readouterr().err == ""


@pytest.mark.slow
@pytest.mark.parametrize(("family", "keys", "end"), SOUND)
def test_axolotl_then_trains_the_answer_and_its_end_behind_the_very_prompt_of_the_question(
    family: str, keys: dict[str, Any], end: str, run_of: Callable[..., dict[str, Any]]
) -> None:
    tokenizer, row = _tokenized(run_of(family, **keys))
    first = next(place for place, label in enumerate(row["labels"]) if label != -100)
    trained = [label for label in row["labels"] if label != -100]
    assert tokenizer.decode(trained) == MESSAGES[2]["content"] + end
    assert tokenizer.eos_token == end
    prompt = tokenizer.apply_chat_template(MESSAGES[:2], add_generation_prompt=True, return_dict=False)
    assert row["input_ids"][:first] == prompt
    assert MESSAGES[0]["content"] in tokenizer.decode(prompt)


def _tokenized(config: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The run's tokenizer, and the conversation as Axolotl hands it to the trainer."""
    from axolotl.loaders import load_tokenizer
    from axolotl.prompt_strategies.chat_template import load
    from axolotl.utils.config import normalize_config, validate_config
    from axolotl.utils.dict import DictDefault

    cfg = validate_config(DictDefault(yaml.safe_load(yaml.safe_dump(config))))
    normalize_config(cfg)
    tokenizer: Any = load_tokenizer(cfg)
    strategy: Any = load(tokenizer, cfg, cfg.datasets[0])
    return tokenizer, strategy.tokenize_prompt({"messages": MESSAGES})


@pytest.mark.parametrize(
    ("family", "keys", "said"),
    [
        ("gemma", {}, "does not take a conversation as the dataset has them: System role not supported"),
        ("gemma", {"chat_template": "gemma3"}, "ends an answer with '<end_of_turn>', and the loss covers <eos> alone"),
        ("mistral", {}, "leaves the system message out of the text that is trained"),
        ("phi", {}, "ends an answer with '<|end|><|endoftext|>', and the loss covers <|endoftext|> alone"),
        ("phi", {"eot_tokens": ["<|end|>"]}, "end an answer with <|end|>, and generation does not stop there"),
        ("qwen3", {}, r"before an answer that is trained stands '<think>\n\n</think>\n\n' where the prompt of a "),
        ("base", {}, "the tokenizer of base_model brings no template"),
        ("base", {"chat_template": "chatml"}, "ends an answer with '<|im_end|>'"),
        ("llama", {"chat_template": "qwen_25", "adapter": "lora", "special_tokens": {"eos_token": "<|im_end|>"}},
         "the tokenizer of base_model has no <|im_end|>, and an adapter learns no new tokens"),
    ],
)  # fmt: skip
def test_what_would_be_learned_wrongly_is_one_message(
    family: str, keys: dict[str, Any], said: str, run_of: Callable[..., dict[str, Any]]
) -> None:
    with pytest.raises(UserError) as caught:
        _check(run_of(family, **keys))
    assert said in caught.value.message
    assert caught.value.hint


@pytest.mark.slow
def test_the_end_of_phis_own_template_is_indeed_not_trained(run_of: Callable[..., dict[str, Any]]) -> None:
    tokenizer, row = _tokenized(run_of("phi"))
    labels = dict(zip(tokenizer.convert_ids_to_tokens(row["input_ids"]), row["labels"], strict=True))
    assert (labels["<|end|>"], labels["<|endoftext|>"]) == (-100, tokenizer.eos_token_id)


def test_the_tokenizer_that_a_run_names_beside_its_model_is_looked_at_and_counted_with(
    run_of: Callable[..., dict[str, Any]],
) -> None:
    sound = str(run_of("llama")["base_model"])
    run = run_of("base", tokenizer_config=sound)
    _check(run)
    read_lengths("run.yml", run, None)


def test_a_special_token_of_null_is_left_as_it_is(run_of: Callable[..., dict[str, Any]]) -> None:
    _check(run_of("phi", special_tokens={"eos_token": "<|end|>", "pad_token": None}))


def test_a_tokenizer_that_is_code_of_its_own_is_left_to_the_training(monkeypatch: pytest.MonkeyPatch) -> None:
    from transformers import AutoTokenizer

    asked: list[bool] = []

    def load(_: str, local_files_only: bool, **keys: Any) -> None:
        asked.append(local_files_only)
        raise OSError("not here") if local_files_only else ValueError("you must execute the file in that repo")

    monkeypatch.setattr(AutoTokenizer, "from_pretrained", load)
    monkeypatch.setattr(training.template, "revision_of", lambda _: ("5e3c1a", ""))
    assert find_tokenizer("owner/name") is None
    assert asked == [True, False]


def test_a_dataset_without_system_messages_asks_for_none(run_of: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    run = run_of("gemma", **ENDS_TURN)
    run["datasets"][0]["path"] = str(tmp_path / "chat.jsonl")
    write_jsonl(tmp_path / "chat.jsonl", [{"messages": MESSAGES[1:]}])
    _check(run)


def test_a_template_with_the_date_of_the_day_is_named(
    run_of: Callable[..., dict[str, Any]], capfd: pytest.CaptureFixture[str]
) -> None:
    _check(run_of("llama"))
    assert "the chat template writes the day into every prompt" in " ".join(capfd.readouterr().err.split())


def test_a_new_token_is_named(run_of: Callable[..., dict[str, Any]], capfd: pytest.CaptureFixture[str]) -> None:
    _check(run_of("base", chat_template="chatml", special_tokens={"eos_token": "<|im_end|>"}))
    assert "special_tokens.eos_token: <|im_end|> is new to the tokenizer" in " ".join(capfd.readouterr().err.split())


def test_the_launch_looks_at_the_template(run_of: Callable[..., dict[str, Any]]) -> None:
    with pytest.raises(UserError, match="leaves the system message out"):
        _require_startable("run.yml", run_of("mistral"), Place())


@pytest.mark.parametrize(
    ("kind", "said"), [("t5", "an encoder with a decoder"), ("qwen2_vl", "no model of text alone")]
)
def test_another_kind_of_model_is_one_message(tmp_path: Path, kind: str, said: str) -> None:
    (tmp_path / "config.json").write_text(f'{{"model_type": "{kind}"}}', encoding="utf-8")
    with pytest.raises(UserError, match=rf"run.yml: base_model: .* is {said} \(model_type {kind}\)"):
        model_config("run.yml", str(tmp_path))


@pytest.mark.slow
def test_ligers_kernels_are_planned_for_gemma_too() -> None:
    from transformers import Gemma2Config

    shape = Gemma2Config(
        vocab_size=64, hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2
    )
    setup = set_up("run.yml", {"liger_glu_activation": True, "attn_implementation": "eager"}, 64, 64)
    with without_kernels("gemma2", setup):
        model = build(shape, setup, 1)
    assert "geglu" in model.model.layers[0].mlp.forward.__func__.__module__
