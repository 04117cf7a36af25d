"""What a finished dataset was made from; written last, so its presence means that the rest is whole."""

import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from llm import Endpoint, Usage
from outline import StructureSpec
from prep import fingerprint
from prep.config import PrepConfig
from prep.outcome import Outcome
from settings import write_text

NAME = "manifest.json"
_LIBRARIES = ("datasets", "pyarrow", "datasketch", "pydantic", "pyromark", "openai", "langchain-core", "tenacity")


def inputs(config: PrepConfig, spec: StructureSpec, rows: str, questions: str | None) -> dict[str, str | None]:
    """Return a hash for each thing that decides about the result; how fast or where it is made does not count.

    `rows`, `questions`: the hashes of the sources.
    """
    teacher = config.teacher
    asked = teacher.parameters() if isinstance(teacher, Endpoint) else fingerprint.of_file(teacher.vocabulary)
    chosen = config.model_dump(mode="json", include={"gate", "chat", "limit"})
    return {
        "source": rows,
        "questions": questions,
        "prompts": fingerprint.digest(config.prompts.model_dump() if config.prompts else None),
        "config": fingerprint.digest([chosen, teacher.name, asked]),
        "spec": fingerprint.digest(spec.model_dump()),
        "code": fingerprint.of_code("prep", "outline"),
    }


def finished(out: Path, made_from: dict[str, str | None], asked_with: dict[str, Any]) -> dict[str, Any] | None:
    """Return the manifest in `out` if its dataset is whole, unchanged, and made from the same; else None.

    `asked_with`: what requests are made with now (`prep.asking.made_with`); a revalidated dataset may have answers
    that were asked for otherwise. A dataset in which rows are missing that a new run might get is not finished.
    """
    try:
        manifest = json.loads((out / NAME).read_text(encoding="utf-8"))
        same = manifest["inputs"] == made_from and (manifest["asked_with"] or {}) == asked_with
        same = same and not manifest["rows"]["retriable"]
        whole = all(fingerprint.of_file(out / name) == digest for name, digest in manifest["files"].items())
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return manifest if same and whole else None


def write(
    config: PrepConfig,
    hashes: Mapping[str, str | None],
    outcome: Outcome,
    parts: Mapping[str, Usage],
    files: Sequence[Path],
) -> None:
    """Say what the dataset was made from, by whom, and what all runs together cost, by the `parts` of it; with the hash
    of every data file and journal, and the versions."""
    teacher = config.teacher
    hosted = teacher.parameters() | {"base_url": teacher.base_url} if isinstance(teacher, Endpoint) else {}
    data = sorted(inner for file in files for inner in ([file] if file.is_file() else file.rglob("*")))
    manifest = {
        "source": config.source.name(),
        "teacher": {"name": teacher.name, **hosted},
        "inputs": hashes,
        "asked_with": outcome.asked_with,
        "rows": outcome.tally.as_dict(),
        "usage": _usage(config, {"total": outcome.total, **parts}),
        "files": {path.relative_to(config.out).as_posix(): fingerprint.of_file(path) for path in data},
        "journal": {path.relative_to(config.out).as_posix(): fingerprint.of_file(path) for path in outcome.journals},
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in _LIBRARIES}},
    }
    write_text(config.out / NAME, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


def _usage(config: PrepConfig, parts: Mapping[str, Usage]) -> dict[str, dict[str, float]]:
    """Requests, tokens and US dollars of all runs, in total and by what they brought."""
    teacher = config.teacher
    prices = teacher.prices if isinstance(teacher, Endpoint) else None

    def dollars(part: Usage) -> dict[str, float]:
        if prices is None:
            return {"dollars": 0.0}
        estimated = {"estimated_dollars": part.estimated_cost(prices)} if part.uncounted else {}
        return {"dollars": part.cost(prices), **estimated}

    return {name: {**part.as_dict(), **dollars(part)} for name, part in parts.items()}


def _version(name: str) -> str | None:
    """A library that this run's teacher does without need not be installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None
