"""Finds a model's files and says, before one is loaded, whether it can be scored at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.entries import ModelEntry
from evals.hub import fetch
from settings import UserError
from settings.model_folder import ADAPTER, base_of, has_template

_WEIGHTS = ("*.safetensors", "*.bin")
_NOT_WEIGHTS = ("training_args.bin", "optimizer.bin", "scheduler.bin")
_TEXTS = ("config.json", "generation_config.json", "adapter_config.json", "*.index.json")
_TOKENIZER = ("tokenizer*", "vocab.*", "merges.txt", "special_tokens_map.json", "added_tokens.json", "chat_template.*")


@dataclass(frozen=True)
class LocalModel:
    """A model whose files are on this machine."""

    name: str
    base: Path
    adapter: Path | None
    tokenizer: Path
    """The adapter's folder when it brings a chat template (the one it was trained with), else the base's."""

    def files(self) -> dict[str, Path]:
        """Return every file that decides what the model generates, by its part and name, wherever the folder lies."""
        found = {f"base/{path.name}": path for path in (*_weights(self.base), *_matching(self.base, _TEXTS))}
        if self.adapter:
            laid_over = (*_weights(self.adapter), *_matching(self.adapter, _TEXTS))
            found |= {f"adapter/{path.name}": path for path in laid_over}
        return found | {f"tokenizer/{path.name}": path for path in _matching(self.tokenizer, _TOKENIZER)}


def locate(entry: ModelEntry) -> LocalModel:
    """Return where the model's files are; an id of the hub is fetched into the hub's cache.

    Raises `UserError` for a folder that holds no model, and for a model without a chat template.
    """
    base = _fetch(entry.hub, entry.revision) if entry.hub else Path(entry.path or "")
    adapter = entry.adapter
    _require_folder(base, entry)
    if adapter is None and _is_adapter(base):
        base, adapter = base_of(base, _fetch), base
    if not (base / "config.json").is_file() or not _weights(base):
        raise UserError(
            f"{entry.name}: {base} is no model: it needs config.json and weights (*.safetensors)",
            hint=f"it holds: {', '.join(sorted(path.name for path in base.iterdir())[:8]) or 'nothing'}",
        )
    if adapter is not None:
        _require_adapter(adapter, entry)
    tokenizer = adapter if adapter is not None and has_template(adapter) else base
    if not has_template(tokenizer):
        raise UserError(
            f"{entry.name}: {tokenizer} has no chat template, so there is no way to ask it a question",
            hint="put chat_template.jinja beside the weights, the one that the model was trained with",
        )
    return LocalModel(entry.name, base.resolve(), adapter.resolve() if adapter else None, tokenizer.resolve())


def require_system_message(model: LocalModel, messages: Sequence[Mapping[str, str]]) -> None:
    """Raise `UserError` where the model's chat template would not hold the system message of `messages`.

    lm-eval leaves the message out where the template refuses it, and says so in one line that nobody sees: a model
    that was never told of the structure is no base to compare with.
    """
    told = [message["content"].strip() for message in messages if message["role"] == "system"]
    if not told:
        return
    from jinja2 import TemplateError
    from transformers import AutoTokenizer

    tokenizer: Any = AutoTokenizer.from_pretrained(model.tokenizer)
    try:
        prompt = str(tokenizer.apply_chat_template(list(messages), tokenize=False, add_generation_prompt=True))
        reason = "" if told[0] in prompt else ": it is not in the prompt"
    except TemplateError as error:
        reason = f": {error}"
    if reason:
        raise UserError(
            f"{model.name}: the chat template in {model.tokenizer} takes no system message{reason}",
            hint="a copy of the folder with another chat_template.jinja can be asked: docs/your-own-domain.md",
        )


def _require_folder(folder: Path, entry: ModelEntry) -> None:
    if folder.is_dir():
        return
    found = "it is a file" if folder.exists() else "it does not exist"
    raise UserError(
        f"{entry.name}: {folder} is no model folder: {found}",
        hint="train it first (`just train`), or name a model of the hub by `hub:` in the config",
    )


def _is_adapter(folder: Path) -> bool:
    """A trainer may leave the base model's config.json beside an adapter; its weights are what it lacks."""
    whole = [path for path in _weights(folder) if not path.name.startswith("adapter_model")]
    return (folder / ADAPTER).is_file() and not whole


def _require_adapter(adapter: Path, entry: ModelEntry) -> None:
    if not (adapter / ADAPTER).is_file() or not _weights(adapter):
        raise UserError(
            f"{entry.name}: {adapter} is no LoRA adapter: it needs adapter_config.json and adapter_model.safetensors",
            hint="a whole model goes under `path`",
        )


def _fetch(repository: str, revision: str | None) -> Path:
    return fetch(repository, revision or "main", ("*.safetensors", *_TEXTS, *_TOKENIZER), "the model")


def _weights(folder: Path) -> list[Path]:
    return [path for path in _matching(folder, _WEIGHTS) if path.name not in _NOT_WEIGHTS]


def _matching(folder: Path, patterns: tuple[str, ...]) -> list[Path]:
    return sorted({path for pattern in patterns for path in folder.glob(pattern) if path.is_file()})
