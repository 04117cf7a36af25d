"""Models of the Hugging Face hub, fetched into its cache."""

from collections.abc import Sequence
from pathlib import Path

from settings import UserError


def fetch(repository: str, revision: str, patterns: Sequence[str], what: str) -> Path:
    """Return the folder in the hub's cache with the files of a repository that match the patterns.

    Raises `UserError` where they cannot be had; `what` is what the message calls it.
    """
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(repository, revision=revision, allow_patterns=list(patterns)))
    except Exception as error:
        # The hub's client raises a dozen unrelated kinds: no network, no such id, gated, offline mode, a full disk.
        raise UserError(
            f"{repository}: {what} cannot be had from the hub: {' '.join(str(error).split())[:300]}",
            hint="check the id and the network, or give a folder by `path`",
        ) from error
