"""How long each conversation of a run's dataset is, in tokens of its model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from settings import UserError, read_jsonl
from training.template import find_template, find_tokenizer, tokenizer_of
from training.turns import check_turns

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

SPLIT = r"'(?:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
"""How Qwen2 splits text before its byte pairs; each part is at least one token."""

LETTERS = 8
"""Estimate: a word is one token for every so many letters begun."""

SPECIAL = r"<[|｜][^|｜<>]*[|｜]>"
"""A token that a template writes and no text holds."""


@dataclass(frozen=True)
class Lengths:
    """Tokens of each conversation, and those of its answers with their end tokens, which alone are trained; `source`
    says how they were counted."""

    tokens: list[int]
    trained: list[int]
    source: str


def read_lengths(name: str, config: Mapping[str, Any], data: str | None, tokenizer: str | None = None) -> Lengths:
    """Count the dataset of `config`, or the chat JSONL at `data`, by the run's own tokenizer or that in a folder.

    Raises `UserError` where the dataset is missing or empty.
    """
    conversations = _conversations(name, config, data)
    splitter = find_tokenizer(tokenizer) if tokenizer else tokenizer_of(config)
    if tokenizer and splitter is None:
        raise UserError(f"--tokenizer: there is no tokenizer in {tokenizer}")
    if splitter is not None and not (tokenizer or data):
        check_turns(name, config, splitter)
    template = find_template(config, splitter)
    texts, end = _texts(template, conversations, splitter), _special(splitter)["eos_token"]
    answers = [
        [message["content"] + end for message in messages if message["role"] == "assistant"]
        for messages in conversations
    ]
    count, source = _counter(splitter)
    return Lengths(count(texts), [sum(count(told)) if told else 0 for told in answers], source)


def _conversations(name: str, config: Mapping[str, Any], data: str | None) -> list[list[dict[str, Any]]]:
    path = data or str((config.get("datasets") or [{}])[0].get("path"))
    if not Path(path).is_file():
        raise UserError(
            f"{name}: datasets.0.path: there is no file {path}",
            hint="`just prep` makes data/chat (with --config configs/prep-sample.yml: data/quickstart/chat); or name "
            'another chat JSONL with --data: one {"messages": [{"role": ..., "content": ...}]} a line',
        )
    field = "messages" if data else (config.get("datasets") or [{}])[0].get("field_messages") or "messages"
    conversations: list[Any] = [row.get(field) for row in read_jsonl(path)]
    if not conversations or not all(_is_conversation(messages) for messages in conversations):
        raise UserError(f"{path}: every line must hold a conversation under {field!r}")
    return conversations


def _is_conversation(messages: Any) -> bool:
    return isinstance(messages, list) and bool(messages) and all(isinstance(message, dict) for message in messages)


def _counter(tokenizer: "PreTrainedTokenizerBase | None") -> tuple[Callable[[list[str]], list[int]], str]:
    """A function from texts to their tokens, and what to call it."""
    if tokenizer is None:
        return lambda texts: [estimate(text) for text in texts], "estimated from words: the tokenizer is not here"
    return lambda texts: [len(ids) for ids in tokenizer(texts, add_special_tokens=False)["input_ids"]], "counted"


def _texts(
    template: str, conversations: list[list[dict[str, Any]]], tokenizer: "PreTrainedTokenizerBase | None"
) -> list[str]:
    """The conversations as transformers renders them for Axolotl; raises `UserError` for those that it refuses."""
    from jinja2 import TemplateError
    from transformers.utils.chat_template_utils import render_jinja_template

    special: dict[str, Any] = _special(None)
    texts: Any
    try:
        if tokenizer is None:
            texts, _ = render_jinja_template(conversations, chat_template=template, **special)
        else:
            texts = tokenizer.apply_chat_template(conversations, chat_template=template, tokenize=False)
    except (TemplateError, TypeError) as error:
        raise UserError(
            f"chat_template: this template does not take the dataset's conversations: {error}",
            hint="another one, or another dataset with --data",
        ) from error
    return texts


def _special(tokenizer: "PreTrainedTokenizerBase | None") -> dict[str, str]:
    return {
        "bos_token": str(getattr(tokenizer, "bos_token", None) or ""),
        "eos_token": str(getattr(tokenizer, "eos_token", None) or "<|end|>"),
    }


def estimate(text: str) -> int:
    """Tokens of a Qwen-like vocabulary of 150,000, guessed: Qwen2's own split of the text, long words in pieces."""
    import regex

    plain, special = regex.subn(SPECIAL, "", text)
    return special + sum(-(-len(part.strip()) // LETTERS) or 1 for part in regex.findall(SPLIT, plain))
