"""The key of a completion: everything that decides what a model generates, so that no other answer is ever re-used."""

import hashlib
import json
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from evals.config import TASKS, Generation
from evals.models import LocalModel
from evals.questions import Question

_LIBRARIES = ("lm_eval", "peft", "tokenizers", "torch", "transformers")
_CODE = ("generate.py", "lm.py", "questions.py", "answers.py")


def fingerprint(model: LocalModel, generation: Generation, task: str) -> dict[str, Any]:
    """Return the parts that decide a model's completions: files, generation arguments, code and library versions.

    The weights are hashed whole, about a second a gigabyte; sizes and dates would miss a changed weight.
    """
    code = [TASKS / f"{task}.yaml", TASKS / f"{task}_task.py", *(TASKS.parent / name for name in _CODE)]
    return {
        "model": {name: _digest(path) for name, path in sorted(model.files().items())},
        "generation": generation.model_dump(mode="json"),
        "code": {path.name: _digest(path) for path in code},
        "versions": {name: _version(name) for name in _LIBRARIES},
    }


def key_of(parts: object) -> str:
    """Return the SHA-256 of a JSON value, in hexadecimal."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def question_key(question: Question) -> str:
    """Return the key of what a question asks; its answer and reference do not count."""
    return key_of(question.messages())


def changed_parts(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return the names of the parts that differ, for the message that says why completions are made again."""
    return [name for name in _in_order(old, new) if old.get(name) != new.get(name)]


def _in_order(*parts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name for part in parts for name in part))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None
