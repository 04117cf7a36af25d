"""`just push`: a dataset or a model goes to a hub with its card; private unless asked otherwise."""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from outline import StructureSpec
from settings import UserError, console, output
from training.use.cards import MANIFEST, dataset_card, model_card
from training.use.models import find_model
from training.use.prompt import system_prompt

if TYPE_CHECKING:
    from huggingface_hub import HfApi

TOKEN = "HF_TOKEN"
TIMEOUT = 10.0
"""Seconds that the hub has for its first answer."""

CARD = "README.md"
_MODEL_FILES = ("*.safetensors", "*.safetensors.index.json", "config.json", "generation_config.json",
                "adapter_config.json", "tokenizer*", "vocab.*", "merges.txt", "special_tokens_map.json",
                "added_tokens.json", "chat_template.*", "*.gguf", "Modelfile", "*.gbnf", "system.txt")  # fmt: skip
"""What of a model's folder is the model. Logs, checkpoints and the config with this machine's paths stay here."""


@dataclass(frozen=True)
class Parcel:
    """What is to be uploaded: the name in the repository → the file here, and the card beside them."""

    kind: str
    """"dataset" or "model", as the hub calls them."""
    files: dict[str, Path]
    card: str


def pack(path: Path, repository: str, licence: str | None, spec: StructureSpec) -> Parcel:
    """Return what of `path` is shared: the chat and preference files of a dataset, or the files of a model.

    Raises `UserError` for a dataset that is not whole or was changed since it was made.
    """
    if (path / MANIFEST).is_file():
        return _pack_dataset(path, licence)
    try:
        model = find_model(str(path))
    except UserError as error:
        if not path.is_dir():
            raise
        raise UserError(f"{error.message}; nor did `just prep` write data here: no {MANIFEST}", error.hint) from error
    found = {file for pattern in _MODEL_FILES for file in model.folder.glob(pattern) if file.is_file()}
    system, _ = system_prompt(model.folder, spec)
    card = model_card(model, licence, repository, system)
    return Parcel("model", {file.name: file for file in sorted(found)}, card)


def push(path: Path, repository: str, public: bool, licence: str | None, dry_run: bool, spec: StructureSpec) -> int:
    """Upload what `pack` gives in one commit; with `dry_run` only print it. Return 0.

    Raises `UserError` without a token, for a hub that does not answer or refuses, for something public without a
    licence, and for a repository that is public when it was not asked to be.
    """
    if repository.count("/") != 1:
        raise UserError(f"--repo is OWNER/NAME, got {repository!r}")
    if public and not licence:
        raise UserError(
            "--public needs --license: the terms under which the texts or weights may be shared",
            hint="the terms of the source and of the base model decide; the README says what is known of them",
        )
    parcel = pack(path, repository, licence, spec)
    _show(parcel, repository, public)
    if dry_run:
        output.print(parcel.card, markup=False, highlight=False, soft_wrap=True)
        console.print("a dry run: nothing was sent")
        return 0
    token = os.environ.get(TOKEN)
    if not token:
        raise UserError(
            f"{TOKEN} is not set, so nothing can be uploaded",
            hint=f"make a token that may write, and export {TOKEN}=...; --dry-run needs none",
        )
    output.print(_upload(parcel, repository, public, token), soft_wrap=True)
    return 0


def _pack_dataset(path: Path, licence: str | None) -> Parcel:
    manifest = _read_manifest(path / MANIFEST)
    files = {}
    for name, digest in manifest["files"].items():
        if not name.startswith(("chat/", "preferences/")):
            continue
        file = path / name
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            raise UserError(
                f"{file}: it is not what the manifest says, so the card would not be true",
                hint="`just prep` makes the dataset whole again, from the answers that it has",
            )
        files[name.removeprefix("chat/")] = file
    files.pop(CARD)
    pairs = [name for name in files if name.startswith("preferences/")]
    return Parcel("dataset", files, dataset_card(path, manifest, pairs, licence))


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        assert f"chat/{CARD}" in manifest["files"]
    except (OSError, ValueError, KeyError, TypeError, AssertionError) as error:
        raise UserError(f"{path}: this is no manifest of a dataset that `just prep` made") from error
    return manifest


def _show(parcel: Parcel, repository: str, public: bool) -> None:
    """Say on standard error what goes where."""
    console.print(f"{parcel.kind} {repository}, {'PUBLIC' if public else 'private'}:", highlight=False)
    sizes = {**{name: file.stat().st_size for name, file in parcel.files.items()}, CARD: len(parcel.card.encode())}
    for name, size in sizes.items():
        console.print(f"  {name}  {size:,} bytes", highlight=False, markup=False)
    console.print(f"  {len(sizes)} files, {sum(sizes.values()):,} bytes", highlight=False)
    if parcel.kind == "dataset":
        console.print("the rows hold what people asked and were told, under the terms of their source")


def _upload(parcel: Parcel, repository: str, public: bool, token: str) -> str:
    """Send the parcel and return its address; whatever the hub answers, the token is in no message."""
    import httpx
    from huggingface_hub import CommitOperationAdd, HfApi
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    api = HfApi(token=token)
    operations: list[Any] = [CommitOperationAdd(name, file) for name, file in parcel.files.items()]
    operations.append(CommitOperationAdd(CARD, parcel.card.encode()))
    try:
        _require_privacy(api, parcel.kind, repository, public)
        api.create_repo(repository, repo_type=parcel.kind, private=not public, exist_ok=True)
        message = "Upload by `just push`"
        return api.create_commit(repository, operations, commit_message=message, repo_type=parcel.kind).commit_url
    except HFValidationError as error:
        raise UserError(f"--repo {repository}: {error}") from error
    except (HfHubHTTPError, httpx.HTTPError, OSError) as error:
        reason = " ".join(str(error).replace(token, "***").split())[:300]
        raise UserError(
            f"{api.endpoint}: the upload failed: {reason}",
            hint=f"check the network, that {TOKEN} may write to {repository}, and HF_ENDPOINT; then run it again",
        ) from error


def _require_privacy(api: "HfApi", kind: str, repository: str, public: bool) -> None:
    from huggingface_hub.errors import RepositoryNotFoundError

    try:
        there = api.repo_info(repository, repo_type=kind, timeout=TIMEOUT)
    except RepositoryNotFoundError:
        return
    if not there.private and not public:
        raise UserError(
            f"{repository}: this repository is public already, and --public was not given",
            hint="take another name, or say --public --license ... if that is meant",
        )
