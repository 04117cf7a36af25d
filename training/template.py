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


def find_tokenizer(base_model: str) -> "PreTrainedTokenizerBase | None":
    """The model's tokenizer from its folder, the cache, or the hub where one answers in time; else None."""
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(base_model, local_files_only=True)
    except (OSError, ValueError):
        if Path(base_model).is_dir() or revision_of(base_model)[0] is None:
            return None
    return AutoTokenizer.from_pretrained(base_model)


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
