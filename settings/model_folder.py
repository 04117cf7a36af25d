"""What a trained model's folder says of it, as training and evaluation both read it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from settings.errors import UserError

ADAPTER = "adapter_config.json"
TEMPLATE = "chat_template.jinja"

FOLDERS = ("models", "outputs")
"""Where models are made, from the repository's root."""
_TOLD = ("adapter", "lora_r", "lora_alpha", "rl", "chat_template", "sequence_len", "sample_packing", "num_epochs",
         "max_steps", "micro_batch_size", "gradient_accumulation_steps", "optimizer", "learning_rate",
         "lr_scheduler", "weight_decay", "bf16", "fp16", "deepspeed", "seed")  # fmt: skip
"""Keys of a run's config that a model card tells."""


def has_template(folder: Path) -> bool:
    """True where a chat template is saved with the tokenizer, in a file of its own or in its config."""
    config = folder / "tokenizer_config.json"
    return (folder / TEMPLATE).is_file() or (config.is_file() and bool(_read(config).get("chat_template")))


def base_of(adapter: Path, fetch: Callable[[str, str | None], Path]) -> Path:
    """Return the folder of the model that an adapter was trained over; `fetch` brings an id and revision of the hub.

    Raises `UserError` where the adapter names none, or one that should be on this machine and is not.
    """
    config = _read(adapter / ADAPTER)
    named = config.get("base_model_name_or_path")
    if not named:
        raise UserError(f"{adapter / ADAPTER}: base_model_name_or_path is missing")
    if not Path(named).is_dir() and is_here(named):
        raise UserError(
            f"{adapter}: its base model {named} is not there",
            hint="the paths of a run are those of the repository's root; train or make the base model there",
        )
    return Path(named) if Path(named).is_dir() else fetch(named, config.get("revision"))


def is_here(name: str) -> bool:
    """True for a base model that a path names, not an id of the hub."""
    path = Path(name)
    return path.is_dir() or path.is_absolute() or path.parts[0] in FOLDERS


def told(run: Mapping[str, Any]) -> dict[str, str]:
    """Return what a model card tells of the config that the model was trained by."""
    return {key: str(run[key]) for key in _TOLD if run.get(key) is not None}


def _read(path: Path) -> dict[str, Any]:
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: the file cannot be read: {error}") from error
    return loaded if isinstance(loaded, dict) else {}
