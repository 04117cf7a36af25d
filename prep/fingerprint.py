"""Hashes by which a request, a source or a config is known again."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from prep.consultation import Consultation


def digest(value: Any) -> str:
    """Return the SHA-256 of a JSON-ready value, the same for the same content in any order of keys."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def of_request(row: Consultation, request: Any, parameters: Any, turn: int) -> str:
    """Return the fingerprint of one request: the row's content (not its index), what is asked, of whom, which try."""
    content = {key: value for key, value in asdict(row).items() if key != "index"}
    return digest([content, request, parameters, turn])


def of_file(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def of_code(*packages: str) -> str:
    """Return the hash of the Python files and tables of our own packages, which decide about a result too.

    Not of the page that shows the result, nor of the questions that are made beside it.
    """
    root = Path(__file__).parent.parent
    files = sorted(
        path
        for package in packages
        for path in (root / package).rglob("*")
        if path.suffix in (".py", ".yml") and not {"view", "questions"} & set(path.relative_to(root).parts)
    )
    return digest([[path.relative_to(root).as_posix(), of_file(path)] for path in files])
