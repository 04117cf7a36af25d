"""The tokenizer and the chat template that Axolotl takes for a run."""

import importlib.util
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from settings import UserError
from training.hub import revision_of

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

FAMILIES = "docs/your-own-domain.md has what each family of models needs"
_DEFAULT = "tokenizer_default"
_FALLBACK = f"{_DEFAULT}_fallback_"


def tokenizer_of(config: Mapping[str, Any]) -> "PreTrainedTokenizerBase | None":
    """The tokenizer of a run, as `find_tokenizer` finds it."""
    return find_tokenizer(str(config.get("tokenizer_config") or config.get("base_model")))


def find_tokenizer(model: str) -> "PreTrainedTokenizerBase | None":
    """The model's tokenizer from its folder, the cache, or the hub where one answers in time; else None.

    None, too, for a tokenizer that is code of its own, which is run in training alone.
    """
    from transformers import AutoTokenizer

    for at_hand in (True, False):
        try:
            return AutoTokenizer.from_pretrained(model, local_files_only=at_hand, trust_remote_code=False)
        except (OSError, ValueError):
            if Path(model).is_dir() or revision_of(model)[0] is None:
                break
    return None


def find_template(config: Mapping[str, Any], tokenizer: "PreTrainedTokenizerBase | None") -> str:
    """The Jinja template that Axolotl renders with: one of its own by name, one of the config's, or the tokenizer's.

    Without a tokenizer ChatML stands for its template.
    """
    dataset = (config.get("datasets") or [{}])[0]
    own = dataset if dataset.get("chat_template") else config
    name = str(own.get("chat_template") or _DEFAULT)
    if name == "jinja":
        given = str(own.get("chat_template_jinja") or "")
        return Path(given).read_text(encoding="utf-8") if os.path.isfile(given) else given
    if name.startswith(_DEFAULT) and tokenizer is not None:
        if tokenizer.chat_template:
            return tokenizer.get_chat_template()
        if name == _DEFAULT:
            raise UserError(
                "chat_template: tokenizer_default: the tokenizer of base_model brings no template",
                hint=f"it is a base model, or its template is lost; {FAMILIES}",
            )
    package = importlib.util.find_spec("axolotl")
    roots = (package and package.submodule_search_locations) or ["axolotl"]
    file = f"{name.removeprefix(_FALLBACK)}.jinja" if name != _DEFAULT else "chatml.jinja"
    template = Path(roots[0], "utils/chat_templates/templates", file)
    if not template.is_file():
        raise UserError(f"chat_template: Axolotl has no template {name!r}")
    return template.read_text(encoding="utf-8")
