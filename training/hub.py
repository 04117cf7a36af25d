"""Whether a base model of the hub can be had, before anything has spent a minute to find out."""

from collections.abc import Sequence

from settings import UserError

_TIMEOUT = 5.0
"""Seconds that the hub has to answer before what is on this machine is taken."""
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


def revision_of(model: str) -> tuple[str | None, str]:
    """Return the commit that the hub has for `model`; or None, and why it is not told in time."""
    import httpx
    from huggingface_hub import HfApi, constants
    from huggingface_hub.errors import HfHubHTTPError

    if constants.HF_HUB_OFFLINE:
        return None, "HF_HUB_OFFLINE is set"
    try:
        return HfApi().model_info(model, timeout=_TIMEOUT).sha, ""
    except (HfHubHTTPError, httpx.HTTPError, OSError) as error:
        return None, f"{type(error).__name__} within {_TIMEOUT:.0f} s from {constants.ENDPOINT}"
