"""A text in which the tokenizer would read the end of a turn is said before anything is trained."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from settings import UserError, read_yaml, write_jsonl
from tests.training.families import DEEPSEEK, QWEN, write_tokenizer
from training.plan.tokens import read_lengths
from training.template import tokenizer_of
from training.turns import check_turns

FAMILIES = {"qwen-full": QWEN, "deepseek-full-gc": DEEPSEEK}


@pytest.fixture(scope="module")
def run_over(tmp_path_factory: pytest.TempPathFactory, sample_texts: list[str]) -> Callable[..., dict[str, Any]]:
    """The config of a shipped run over conversations, of whose model there is but the tokenizer."""
    folder = tmp_path_factory.mktemp("texts")

    def config(run: str, *conversations: tuple[str, str], key: str = "datasets") -> dict[str, Any]:
        base = folder / run
        if not base.is_dir():
            write_tokenizer(base, FAMILIES[run], sample_texts)
        loaded = read_yaml(f"configs/{run}.yml") | {"base_model": str(base)}
        for name in ("datasets", "test_datasets"):
            path = folder / f"{name}.jsonl"
            write_jsonl(path, [_row(*each) for each in (conversations if name == key else (("it hurts", "- Rest"),))])
            loaded[name][0]["path"] = str(path)
        return loaded

    return config


def _row(question: str, answer: str) -> dict[str, Any]:
    roles = {"system": "You are a doctor.", "user": question, "assistant": answer}
    return {"messages": [{"role": role, "content": text} for role, text in roles.items()]}


def _check(config: dict[str, Any]) -> None:
    check_turns("run.yml", config, tokenizer_of(config))


@pytest.mark.parametrize(
    ("run", "token"),
    [
        ("qwen-full", "<|im_end|>"),
        ("qwen-full", "<|im_start|>"),
        ("qwen-full", "<|endoftext|>"),
        ("deepseek-full-gc", "<｜end▁of▁sentence｜>"),
        ("deepseek-full-gc", "<｜User｜>"),
    ],
)
def test_a_token_of_the_turns_within_a_text_is_refused_with_its_row(
    run: str, token: str, run_over: Callable[..., dict[str, Any]]
) -> None:
    sound = ("it hurts", "- Rest")
    config = run_over(run, sound, ("it hurts", f"- Rest{token}"), (f"what is {token}?", "- Rest"), sound)
    said = f"run.yml: {config['datasets'][0]['path']}, row 2: the assistant message holds {token}, at which"
    for check in (_check, lambda config: read_lengths("run.yml", config, None)):
        with pytest.raises(UserError) as caught:
            check(config)
        assert caught.value.message.startswith(said)
        assert caught.value.message.endswith("; rows of the file with such a text: 2")
        assert caught.value.hint


def test_the_validation_set_is_looked_at_too(run_over: Callable[..., dict[str, Any]]) -> None:
    config = run_over("qwen-full", ("what is <|im_end|>?", "- Rest"), key="test_datasets")
    with pytest.raises(UserError, match=r"test_datasets\.jsonl, row 1: the user message holds <\|im_end\|>"):
        _check(config)


@pytest.mark.parametrize("field", ["messages", "chosen", "rejected"])
def test_the_answers_of_a_pair_are_looked_at_too(field: str, run_over: Callable[..., dict[str, Any]]) -> None:
    config = run_over("qwen-full", ("it hurts", "- Rest"))
    config |= {"rl": "dpo", "datasets": [config["datasets"][0] | {"type": "chat_template.default"}]}
    *prompt, sound = _row("it hurts", "- Rest")["messages"]
    row = {"messages": prompt, "chosen": sound, "rejected": sound}
    write_jsonl(Path(config["datasets"][0]["path"]), [row])
    _check(config)
    ended = {"role": "user", "content": "- Rest<|im_end|>"}
    write_jsonl(Path(config["datasets"][0]["path"]), [row, row | {field: [ended] if field == "messages" else ended}])
    with pytest.raises(UserError, match=r"datasets\.jsonl, row 2: the user message holds <\|im_end\|>"):
        _check(config)


def test_the_questions_of_grpo_are_looked_at_too(run_over: Callable[..., dict[str, Any]]) -> None:
    config = run_over("qwen-full", ("what is <|im_end|>?", "- Rest"))
    config |= {"rl": "grpo", "datasets": [config["datasets"][0] | {"type": "training.questions"}]}
    with pytest.raises(UserError, match=r"row 1: the user message holds <\|im_end\|>"):
        _check(config)


@pytest.mark.parametrize("text", ["<think> twice", "<b>2</b> <filename> [x] </s>", "<|im_end |>", "<|eot_id|>"])
def test_what_the_tokenizer_does_not_read_so_is_text(text: str, run_over: Callable[..., dict[str, Any]]) -> None:
    for run in FAMILIES:
        _check(run_over(run, (text, f"- {text}")))


def test_a_row_of_another_shape_is_left_to_the_training(run_over: Callable[..., dict[str, Any]]) -> None:
    config = run_over("qwen-full", ("it hurts", "- Rest"))
    rows = [_row("it hurts", "- Rest"), {"text": "<|im_end|>"}, {"messages": [{"role": "user", "content": None}]}]
    Path(config["datasets"][0]["path"]).write_text("\n\n".join(map(json.dumps, rows)), encoding="utf-8")
    _check(config)
