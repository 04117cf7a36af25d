"""A model is asked token for token as it was trained, and the end of its answer is what it learns to write."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from settings import read_yaml, write_jsonl
from tests.training.families import DEEPSEEK, QWEN, make

RUNS = {"qwen-full": QWEN, "qwen-lora": QWEN, "deepseek-full-gc": DEEPSEEK, "deepseek-lora": DEEPSEEK}
ENDS = {"qwen-full": "<|im_end|>", "deepseek-full-gc": "<｜end▁of▁sentence｜>"}
ENDS |= {"qwen-lora": ENDS["qwen-full"], "deepseek-lora": ENDS["deepseek-full-gc"]}
ON_A_CPU = {"plugins": ["training.cpu.CpuPlugin"], "bf16": False, "tf32": False, "dataset_num_proc": 1,
            "sample_packing": False}  # fmt: skip
OF_THE_TEXT = ("datasets", "chat_template", "special_tokens", "sequence_len", "excess_length_strategy", "adapter",
               "micro_batch_size", "gradient_accumulation_steps", "learning_rate", "trust_remote_code")  # fmt: skip
"""The keys of a run that decide what a conversation becomes."""

CONVERSATIONS = [
    ("You are a doctor.", "it hurts\nsince monday", "- Rest\n  - Today\n    - Sit down"),
    ("You are a doctor.", "- Rest", "- Rest"),  # the question is the answer
    ("One.\n\nTwo.", "2 < 3, right?\n\n", "- **Take 2.5 mg**: twice\n\n  - not more \n"),
    ("You are a doctor.", "- a\n  - b\n", "  - leading space"),
]


@dataclass(frozen=True)
class Tokenized:
    """A run's rows as Axolotl's own loader tokenizes them, and the tokenizer that it saves beside the weights."""

    rows: list[dict[str, Any]]
    tokenizer: Any
    saved: Path

    def trained(self, row: dict[str, Any]) -> list[int]:
        return [label for label in row["labels"] if label != -100]

    def prompt(self, row: dict[str, Any]) -> list[int]:
        """Everything before the first token that is trained."""
        first = next(place for place, label in enumerate(row["labels"]) if label != -100)
        return row["input_ids"][:first]


@pytest.fixture(scope="module")
def tokenized(tmp_path_factory: pytest.TempPathFactory, sample_texts: list[str]) -> Callable[[str], Tokenized]:
    """Tokenize the conversations under a shipped run, with a tiny base of its family."""
    made: dict[str, Tokenized] = {}

    def of(run: str) -> Tokenized:
        if run not in made:
            made[run] = _tokenize(run, tmp_path_factory.mktemp(run), sample_texts)
        return made[run]

    return of


def _tokenize(run: str, folder: Path, texts: list[str]) -> Tokenized:
    from axolotl.loaders import load_tokenizer
    from axolotl.utils.config import normalize_config, validate_config
    from axolotl.utils.data.sft import _load_raw_datasets
    from axolotl.utils.dict import DictDefault

    base = make(folder / "base", RUNS[run], texts)
    chat = [{"messages": _messages(*conversation), "metadata": {"index": 0}} for conversation in CONVERSATIONS]
    write_jsonl(folder / "chat.jsonl", chat)
    config = {key: value for key, value in read_yaml(f"configs/{run}.yml").items() if key in OF_THE_TEXT}
    config["datasets"][0]["path"] = str(folder / "chat.jsonl")
    config |= {**ON_A_CPU, "base_model": str(base), "output_dir": str(folder / "out")}
    config["dataset_prepared_path"] = str(folder / "prepared")
    cfg = validate_config(DictDefault(yaml.safe_load(yaml.safe_dump(config))))
    normalize_config(cfg)
    tokenizer = load_tokenizer(cfg)
    rows, _ = _load_raw_datasets(cfg, cfg.datasets, tokenizer, "train")
    _save(base, folder / "saved", tokenizer, cfg.tokenizer_save_jinja_files)
    return Tokenized(list(rows), tokenizer, folder / "saved")


def _messages(system: str, user: str, assistant: str) -> list[dict[str, str]]:
    return [{"role": "system", "content": system}, {"role": "user", "content": user},
            {"role": "assistant", "content": assistant}]  # fmt: skip


def _save(base: Path, saved: Path, tokenizer: Any, jinja: bool) -> None:
    """What Axolotl leaves of an untrained model."""
    from transformers import AutoModelForCausalLM

    AutoModelForCausalLM.from_pretrained(base).save_pretrained(saved)
    tokenizer.save_pretrained(saved, save_jinja_files=jinja)


def _show(tokens: Tokenized, row: dict[str, Any]) -> str:
    """The row as text, what is trained between ⟦ and ⟧."""
    parts, inside = [], False
    for token, label in zip(row["input_ids"], row["labels"], strict=True):
        if (label != -100) != inside:
            parts.append("⟧" if inside else "⟦")
            inside = not inside
        parts.append(tokens.tokenizer.decode([token]))
    return "".join(parts) + ("⟧" if inside else "")


@pytest.mark.slow
@pytest.mark.parametrize("run", RUNS)
def test_the_loss_covers_the_answer_and_its_end_token_and_nothing_else(
    run: str, tokenized: Callable[[str], Tokenized]
) -> None:
    tokens = tokenized(run)
    assert len(tokens.rows) == len(CONVERSATIONS)
    found = {}
    for row in tokens.rows:
        print(f"{run}:", _show(tokens, row))  # pytest -s
        trained = [label != -100 for label in row["labels"]]
        first = trained.index(True)
        assert all(trained[first : first + sum(trained)]), "what is trained is one piece"
        assert all(label in (-100, token) for token, label in zip(row["input_ids"], row["labels"], strict=True))
        found[tokens.tokenizer.decode(tokens.trained(row))] = tokens.trained(row)[-1]
    end = tokens.tokenizer.convert_tokens_to_ids(ENDS[run])
    assert found == {answer + ENDS[run]: end for _, _, answer in CONVERSATIONS}
    assert tokens.tokenizer.eos_token_id == end


@pytest.mark.slow
@pytest.mark.parametrize("run", RUNS)
def test_a_prompt_at_evaluation_is_token_for_token_what_was_trained_and_ends_where_it_was_taught(
    run: str, tokenized: Callable[[str], Tokenized]
) -> None:
    from lm_eval.api.instance import Instance

    from evals.config import Generation
    from evals.engines.hf import RecordingLM
    from evals.entries import ModelEntry
    from evals.models import locate

    tokens = tokenized(run)
    made: list[Any] = []
    model = locate(ModelEntry(name="trained", path=tokens.saved))
    lm = RecordingLM(model, Generation(max_new_tokens=3, batch_size=1, dtype="float32", device="cpu"))
    lm.take_up({}, 0, made.extend)
    seen: list[list[int]] = []
    lm.model.register_forward_pre_hook(
        lambda _, given, named: seen.append(named["input_ids"][0].tolist()), with_kwargs=True
    )
    end = tokens.tokenizer.convert_tokens_to_ids(ENDS[run])

    def say_the_end(_: Any, __: Any, output: Any) -> None:
        output.logits[..., end] = 1e4

    lm.model.register_forward_hook(say_the_end)
    for number, (system, user, _) in enumerate(CONVERSATIONS):
        prompt = lm.apply_chat_template(_messages(system, user, "")[:2])
        lm.generate_until([Instance("generate_until", {}, (prompt, {"until": []}), 0, metadata=("outline", number, 1))])
    prompts = {json.dumps(tokens.prompt(row)) for row in tokens.rows}
    assert len(seen) == len(prompts) == len(CONVERSATIONS)  # each answer was its end token alone
    assert {json.dumps(prompt) for prompt in seen} == prompts
    assert [(completion.finish_reason, completion.completion) for completion in made] == [("stop", "")] * len(made)


@pytest.mark.slow
@pytest.mark.parametrize("run", RUNS)
def test_the_template_is_saved_beside_the_weights(run: str, tokenized: Callable[[str], Tokenized]) -> None:
    tokens = tokenized(run)
    saved = (tokens.saved / "chat_template.jinja").read_text(encoding="utf-8")
    assert saved == tokens.tokenizer.chat_template
    assert ("<think>" in saved) is False


@pytest.mark.slow
def test_deepseeks_own_template_would_ask_in_a_way_that_is_never_trained(
    tokenized: Callable[[str], Tokenized],
) -> None:
    tokenizer, own = tokenized("deepseek-full-gc").tokenizer, DEEPSEEK["config"]["chat_template"]
    conversation = _messages(*CONVERSATIONS[0])
    asked = tokenizer.apply_chat_template(
        conversation[:2], chat_template=own, add_generation_prompt=True, tokenize=False
    )
    assert asked.endswith("<｜Assistant｜><think>\n")
    assert not tokenizer.apply_chat_template(conversation, chat_template=own, tokenize=False).startswith(asked)


def test_the_tiny_model_is_asked_as_its_training_text_begins(tiny: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny)
    conversation = _messages(*CONVERSATIONS[0])
    trained = str(tokenizer.apply_chat_template(conversation, tokenize=False))
    prompt = str(tokenizer.apply_chat_template(conversation[:2], add_generation_prompt=True, tokenize=False))
    assert trained == f"{prompt}{conversation[2]['content']}{tokenizer.eos_token}\n"


@pytest.mark.parametrize("run", ["qwen-full", "qwen-lora"])
def test_qwen_pads_with_another_token_than_it_ends_with(run: str) -> None:
    special = read_yaml(f"configs/{run}.yml")["special_tokens"]
    assert special == {"eos_token": ENDS[run], "pad_token": "<|endoftext|>"}
