"""What a MODEL on the command line is: a model folder, a LoRA adapter, or a GGUF file."""

import contextlib
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from settings import UserError, model_folder
from settings.model_folder import ADAPTER, FOLDERS, TEMPLATE, has_template, is_here
from training.base_models import is_model_folder

Kind = Literal["folder", "adapter", "gguf"]

RUN = "config.yml"
"""The rendered config that `just train` leaves beside the weights."""

_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
_FILES = ("*.json", "*.jinja", "*.txt", "*.safetensors", "*.model")


@dataclass(frozen=True)
class Model:
    """A model that is on this machine; `path` is a folder, or the file of a GGUF."""

    path: Path
    kind: Kind

    @property
    def folder(self) -> Path:
        """The folder that holds what belongs to the model."""
        return self.path.parent if self.kind == "gguf" else self.path


def find_model(name: str) -> Model:
    """Return what lies at `name`, a path or an id of the hub.

    Raises `UserError` where there is nothing, no model, or more than one GGUF file.
    """
    path = Path(name).expanduser()
    if path.is_file():
        if path.suffix != ".gguf":
            raise UserError(f"{name}: this is a file and no GGUF", hint="name a model folder or a .gguf file")
        return Model(path, "gguf")
    if path.is_dir():
        return _in_folder(path)
    if _HUB_ID.fullmatch(name) and not is_here(name):
        return _in_folder(fetch(name))
    raise UserError(f"{name}: there is no such model folder or GGUF file", hint=_what_is_there())


def require_whole(model: Model, purpose: str) -> Path:
    """Return the folder of a whole Hugging Face model with a chat template; raise `UserError` for anything else."""
    if model.kind == "adapter":
        raise UserError(
            f"{model.path}: this is a LoRA adapter, and {purpose} needs a whole model",
            hint=f"just merge {model.path}    and then name {model.path}/merged",
        )
    if model.kind == "gguf":
        raise UserError(f"{model.path}: this is a GGUF file, and {purpose} needs a Hugging Face model folder")
    require_template(model.path)
    return model.path


def require_template(folder: Path) -> None:
    """Raise `UserError` for a folder whose tokenizer has no chat template."""
    if not has_template(folder):
        raise UserError(
            f"{folder}: the tokenizer has no chat template, so there is no way to ask the model a question",
            hint=f"put the one that it was trained with into {folder}/{TEMPLATE}; `just train` does",
        )


def base_of(adapter: Path) -> Path:
    """Return the folder of the model that an adapter was trained over, fetched from the hub where it is an id."""
    base = model_folder.base_of(adapter, fetch)
    if not is_model_folder(base):
        raise UserError(f"{adapter}: its base model {base} is no whole model", hint=_listing(base))
    return base


@contextlib.contextmanager
def draft_in(folder: Path) -> Iterator[Path]:
    """Give an empty folder inside `folder`, gone afterwards; raises `UserError` where nothing can be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = tempfile.TemporaryDirectory(prefix=".draft-", dir=folder)
    except OSError as error:
        raise UserError(f"{folder}: nothing can be written there: {error.strerror}") from error
    with draft as name:
        yield Path(name)


def fetch(repository: str, revision: str | None = None) -> Path:
    """Return the folder of a hub's model in the cache; raises `UserError` when it cannot be had."""
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(repository, revision=revision, allow_patterns=list(_FILES)))
    except Exception as error:
        # The hub's client raises a dozen unrelated kinds: no network, no such id, gated, offline mode, a full disk.
        reason = " ".join(str(error).split())[:200]
        raise UserError(
            f"{repository}: there is no such folder, and the hub does not give it: {reason}",
            hint="check the name and the network, or name a folder",
        ) from error


def _in_folder(path: Path) -> Model:
    adapter = (path / ADAPTER).is_file() and any(path.glob("adapter_model.*"))
    whole = [weights for weights in path.glob("*.safetensors") if not weights.name.startswith("adapter_model")]
    if is_model_folder(path) and whole:
        return Model(path, "folder")
    if adapter:
        return Model(path, "adapter")
    found = sorted(path.glob("*.gguf"))
    if len(found) == 1:
        return Model(found[0], "gguf")
    if found:
        raise UserError(f"{path}: it holds several GGUF files", hint=f"name one: {', '.join(map(str, found))}")
    if (path / RUN).is_file():
        raise UserError(f"{path}: the run has left no model yet", hint=f"just train {path / RUN}")
    raise UserError(
        f"{path}: this is no model: it needs config.json, tokenizer_config.json and *.safetensors, or a LoRA adapter, "
        "or a .gguf file",
        hint=_listing(path),
    )


def _listing(folder: Path) -> str:
    names = sorted(path.name for path in folder.iterdir())[:8]
    return f"what lies there: {', '.join(names) or 'nothing'}"


def _what_is_there() -> str:
    folders = [path.parent for root in FOLDERS for path in Path(root).glob("*/*.safetensors")]
    names = ", ".join(map(str, dict.fromkeys(folders)))
    return f"here are: {names}" if names else "`just train` trains one, `just base-model smollm2` brings one"
