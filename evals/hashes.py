"""SHA-256 of files and of JSON values: the parts that keys are made of."""

import hashlib
import json
from pathlib import Path

from evals.models import LocalModel


def digests(model: LocalModel) -> dict[str, str]:
    """Return the SHA-256 of each of a model's files.

    The weights are hashed whole, about a second a gigabyte; sizes and dates would miss a changed weight.
    """
    return {name: file_digest(path) for name, path in sorted(model.files().items())}


def key_of(parts: object) -> str:
    """Return the SHA-256 of a JSON value, in hexadecimal."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
