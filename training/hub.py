"""Whether a base model of the hub can be had, before Axolotl has spent a minute on its imports to find out."""

from collections.abc import Sequence

from settings import UserError

_CONFIG = ("config.json",)
_WEIGHTS = ("model.safetensors", "model.safetensors.index.json")


def require_model(name: str, model: str) -> None:
    """Raise `UserError` unless `model`, an id of the hub, is there with safetensors, or in this machine's cache."""
    try:
        missing = next((files for files in (_CONFIG, _WEIGHTS) if not _has_one(model, files)), None)
    except Exception as error:
        # The hub's client raises a dozen unrelated kinds: no network, no such id, gated, offline mode.
        reason = " ".join(str(error).split())[:300]
    else:
        reason = f"it has no {' or '.join(missing)}" if missing else ""
    if reason:
        raise UserError(
            f"{name}: base_model: {model} cannot be had: {reason}",
            hint="check the id and the network (HF_ENDPOINT names a mirror of the hub, HF_TOKEN opens gated models), "
            "or give a folder on this machine: base_model=PATH",
        )


def _has_one(model: str, files: Sequence[str]) -> bool:
    from huggingface_hub import file_exists, try_to_load_from_cache

    cached = any(isinstance(try_to_load_from_cache(model, file), str) for file in files)
    return cached or any(file_exists(model, file) for file in files)
