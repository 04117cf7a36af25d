"""The key of a completion: everything that decides what a model generates, so that no other answer is ever re-used."""

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from evals.config import Generation
from evals.hashes import file_digest, key_of
from evals.questions import Question
from evals.task import Task

_HERE = Path(__file__).parent
_CODE = ("generate.py", "questions.py", "task.py", "engines/recording.py", "../outline/answers.py")
_LIBRARIES = {
    "hf": ("lm_eval", "peft", "tokenizers", "torch", "transformers", "xgrammar"),
    "vllm": ("lm_eval", "tokenizers", "torch", "transformers", "vllm"),
    "endpoint": ("lm_eval",),
}


def fingerprint(
    model: Mapping[str, Any], engine: str, generation: Generation, task: Task, grammar: str | None
) -> dict[str, Any]:
    """Return the parts that decide a model's completions: its files, generation arguments, code, library versions.

    `model` is what `digests` returns, or what an endpoint is asked for. The number of samples decides none of them.
    """
    code = [*task.files(), *(_HERE / name for name in _CODE), _HERE / f"engines/{engine}.py"]
    return {
        "model": model,
        "generation": generation.model_dump(mode="json", exclude={"samples"}),
        "grammar": grammar,
        "code": {path.name: file_digest(path) for path in code},
        "versions": {name: _version(name) for name in _LIBRARIES[engine]},
    }


def question_key(question: Question) -> str:
    """Return the key of what a question asks; its answer and reference do not count."""
    return key_of(question.messages())


def changed_parts(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Return the names of the parts that differ, for the message that says why completions are made again."""
    return [name for name in {**old, **new} if old.get(name) != new.get(name)]


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None
