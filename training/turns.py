"""Whether a model that is trained with a run's chat template learns what it is asked for afterwards.

Axolotl trains what it finds: of an end token that the loss leaves out it says one line among thousands, of a prompt
that differs from that of the question nothing.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from settings import UserError, console, iterate_jsonl
from training.template import FAMILIES, find_template

_SYSTEM, _ANSWER = "What the model is told", "- What it answers"
_MESSAGES = [
    {"role": "system", "content": _SYSTEM},
    {"role": "user", "content": "What it is asked"},
    {"role": "assistant", "content": _ANSWER},
]
_DAY = "\N{SECTION SIGN}day\N{SECTION SIGN}"
_OPENING = ("<", "[")
"""How the tokens that templates write begin."""
_SHOWN = 40
"""Characters of a text in a message."""


def check_turns(name: str, config: Mapping[str, Any], tokenizer: Any) -> None:
    """Raise `UserError` where an answer would be asked for otherwise than it is trained, or would not learn to end.

    Likewise where the text of a conversation, or of a pair's answers, holds a token that parts or ends turns. Only for
    conversations, with a system message where the dataset's file begins with one; of the stages after SFT, which go on
    with its template, only the texts are looked at. Says so where each day has another prompt. `tokenizer` gets the
    run's special tokens.
    """
    dataset = (config.get("datasets") or [{}])[0]
    if not config.get("rl") and dataset.get("type") != "chat_template":
        return
    _add_special_tokens(name, config, tokenizer)
    try:
        template = find_template(config, tokenizer)
    except UserError as error:
        raise UserError(f"{name}: {error.message}", error.hint) from error
    messages = _MESSAGES if _has_system(dataset) else _MESSAGES[1:]
    asked, trained = _render(name, config, tokenizer, template, messages)
    if config.get("rl"):
        _require_plain_text(name, config, tokenizer, trained)
        return
    _require_whole(name, messages, asked, trained)
    _require_same_prompt(name, asked, trained, tokenizer)
    _require_end(name, config, tokenizer, trained.rpartition(_ANSWER)[2])
    _require_plain_text(name, config, tokenizer, trained)
    dated = tokenizer.apply_chat_template(messages, chat_template=template, tokenize=False, strftime_now=lambda _: _DAY)
    if _DAY in dated:
        console.print(
            f"[yellow]{name}: the chat template writes the day into every prompt, which is another one when the model "
            f"is asked later:[/] {FAMILIES}"
        )


def _add_special_tokens(name: str, config: Mapping[str, Any], tokenizer: Any) -> None:
    """Do to the tokenizer what Axolotl does; it refuses an adapter for which the model would need new embeddings."""
    known = tokenizer.get_vocab()
    given = config.get("special_tokens") or {}
    for key, token in ((key, token) for key, token in given.items() if token):
        for new in (one for one in ([token] if isinstance(token, str) else token) if one not in known):
            if config.get("adapter") and key != "pad_token" and not config.get("lora_modules_to_save"):
                raise UserError(
                    f"{name}: special_tokens.{key}: the tokenizer of base_model has no {new}, and an adapter learns no "
                    "new tokens",
                    hint=f"special_tokens=null chat_template=tokenizer_default keeps to the model's own; {FAMILIES}",
                )
            console.print(
                f"[yellow]{name}: special_tokens.{key}: {new} is new to the tokenizer of base_model:[/] its meaning is "
                "learned in this run alone",
                highlight=False,
            )
        tokenizer.add_special_tokens({key: token})


def _has_system(dataset: Mapping[str, Any]) -> bool:
    path = Path(str(dataset.get("path")))
    row = next(iterate_jsonl(path), {}) if path.suffix == ".jsonl" and path.is_file() else {}
    messages = row.get(dataset.get("field_messages") or "messages")
    return (
        isinstance(messages, list)
        and isinstance(first := next(iter(messages), None), dict)
        and first.get("role") == "system"
    )


def _render(
    name: str, config: Mapping[str, Any], tokenizer: Any, template: str, messages: list[dict[str, str]]
) -> tuple[str, str]:
    """The prompt, as evaluation and `chat` ask, and the text that is trained, as Axolotl renders it."""
    from jinja2 import TemplateError

    keys = config.get("chat_template_kwargs") or {}

    def render(messages: list[dict[str, str]], **more: Any) -> str:
        return str(tokenizer.apply_chat_template(messages, chat_template=template, tokenize=False, **more))

    try:
        return render(messages[:-1], add_generation_prompt=True), render(messages, **keys)
    except (TemplateError, TypeError) as error:
        raise UserError(
            f"{name}: chat_template: this template does not take a conversation as the dataset has them: {error}",
            hint=f"chat_template names another; {FAMILIES}",
        ) from error


def _require_whole(name: str, messages: list[dict[str, str]], asked: str, trained: str) -> None:
    for text, said, where in (
        (trained, messages, "text that is trained"),
        (asked, messages[:-1], "prompt of a question"),
    ):
        for message in said:
            if message["content"] not in text:
                raise UserError(
                    f"{name}: chat_template: this template leaves the {message['role']} message out of the {where}",
                    hint=f"chat_template names another; {FAMILIES}",
                )


def _require_same_prompt(name: str, asked: str, trained: str, tokenizer: Any) -> None:
    """Raise unless the first token that is trained, where the answer begins, stands right behind the very prompt."""
    if not tokenizer.is_fast:  # such a one does not tell where its tokens stand
        return
    prompt = tokenizer.encode(asked, add_special_tokens=False)
    whole = tokenizer(trained, add_special_tokens=False, return_offsets_mapping=True)
    answer = trained.rindex(_ANSWER)
    first = next(place for place, (_, end) in enumerate(whole["offset_mapping"]) if end > answer)
    before = whole["input_ids"][:first]
    if prompt != before:
        same = next(at for at in range(len(prompt) + 1) if prompt[at : at + 1] != before[at : at + 1])
        theirs, ours = (tokenizer.decode(ids[same:])[:_SHOWN] for ids in (before, prompt))
        raise UserError(
            f"{name}: chat_template: this template asks in another way than it trains: before an answer that is "
            f"trained stands {theirs!r} where the prompt of a question has {ours!r}",
            hint=f"chat_template names another; {FAMILIES}",
        )


def _require_end(name: str, config: Mapping[str, Any], tokenizer: Any, behind: str) -> None:
    """Raise unless what follows an answer is a token that the loss covers (train_on_eos: turn) and that ends it."""
    covered = config.get("eot_tokens") or [tokenizer.eos_token]
    first = tokenizer.encode(behind.lstrip(), add_special_tokens=False)[:1]
    end = tokenizer.convert_ids_to_tokens(first)[0] if first else ""
    if end in covered and first[0] in _stopped_at(str(config.get("base_model")), tokenizer):
        return
    if end in covered:
        fault = f"the model would learn to end an answer with {end}, and generation does not stop there"
    elif behind.strip():
        fault = f"this template ends an answer with {behind.strip()[:_SHOWN]!r}, and the loss covers "
        fault += f"{' or '.join(map(str, covered))} alone: the model would not learn to end"
    else:
        fault = "this template puts nothing behind an answer: the model would not learn to end"
    has_end = end in tokenizer.get_added_vocab()
    raise UserError(
        f"{name}: chat_template: {fault}",
        hint=f"special_tokens.eos_token={end!r}" if has_end else f"chat_template names another; {FAMILIES}",
    )


def _stopped_at(base_model: str, tokenizer: Any) -> set[int]:
    """The tokens at which evaluation and `chat` end an answer that is trained over `base_model`."""
    from transformers import GenerationConfig

    try:
        own = GenerationConfig.from_pretrained(base_model).eos_token_id
    except (OSError, ValueError):
        own = None
    return {*tokenizer.all_special_ids, *(own if isinstance(own, list) else [] if own is None else [own])}


def _require_plain_text(name: str, config: Mapping[str, Any], tokenizer: Any, trained: str) -> None:
    """Raise where the text of a message holds a token that parts or ends turns, as which the tokenizer reads it."""
    stops = _stopped_at(str(config.get("base_model")), tokenizer)
    added = tokenizer.added_tokens_decoder.items()
    # A template may write tokens that are not marked as special, as DeepSeek's; some tokenizers add spaces as well.
    tokens = [
        one.content for id, one in added if id in stops or (one.content in trained and one.content.startswith(_OPENING))
    ]
    reserved = re.compile("|".join(map(re.escape, tokens)) or "(?!)")
    for dataset in [*(config.get("datasets") or []), *(config.get("test_datasets") or [])]:
        held = [(*where, match.group()) for *where, text in _texts(dataset) if (match := reserved.search(text))]
        if held:
            row, role, token = held[0]
            rows = len({row for row, *_ in held})
            raise UserError(
                f"{name}: {dataset['path']}, row {row}: the {role} message holds {token}, at which the tokenizer of "
                f"base_model would part or end the turn; rows of the file with such a text: {rows}",
                hint="write it otherwise in the source and run prep again, or take each such row out of the file",
            )


def _texts(dataset: Mapping[str, Any]) -> Iterator[tuple[int, str, str]]:
    """The messages of a dataset in a file, and of a pair its two answers: 1-based row, role and text."""
    path = Path(str(dataset.get("path")))
    if path.suffix != ".jsonl" or not path.is_file():
        return
    for number, row in enumerate(iterate_jsonl(path), start=1):
        messages = row.get(dataset.get("field_messages") or "messages")
        answers = [row.get(dataset.get(f"field_{name}") or name) for name in ("chosen", "rejected")]
        for message in [*(messages if isinstance(messages, list) else ()), *answers]:
            if isinstance(message, dict) and isinstance(message.get("content"), str):
                yield number, str(message.get("role")), message["content"]
