"""What is rated: the questions and answers of one task, read from a results folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from json import JSONDecodeError, loads
from pathlib import Path
from typing import Any

from settings import UserError, read_jsonl


@dataclass(frozen=True)
class Asked:
    """A question as a rater sees it."""

    user: str
    reference: str | None
    """The doctor's reply, where it is known."""


@dataclass(frozen=True)
class ReviewRun:
    """One task of a run; its conditions are named as in `run.json`, in that order."""

    folder: Path
    name: str
    task: str
    questions: Mapping[int, Asked]
    completions: Mapping[str, Mapping[int, str]]
    """Condition to question id to completion, think block included; of several samples the first."""
    scores: Mapping[str, Mapping[int, Mapping[str, Any]]]
    """The same of `scores.jsonl`; a condition without that file has none."""

    @property
    def conditions(self) -> list[str]:
        return list(self.completions)

    def shared(self, first: str, second: str) -> list[int]:
        """Return the ids of the questions that both conditions answered, in order."""
        both = self.completions[first].keys() & self.completions[second].keys()
        return [id for id in self.questions if id in both]


def load_run(folder: Path, task: str | None = None) -> ReviewRun:
    """Return a task of a results folder; raises `UserError` where there is no run, or several tasks and none chosen."""
    index = _index(folder)
    conditions = index["conditions"]
    tasks = list(dict.fromkeys(condition["task"] for condition in conditions))
    if task is None and len(tasks) > 1:
        raise UserError(f"{folder}: the run has several tasks: {', '.join(tasks)}", hint="choose one: --task NAME")
    chosen = task or tasks[0]
    if chosen not in tasks:
        raise UserError(f"{folder}: there is no task {chosen!r}; allowed: {', '.join(tasks)}")
    folders = {each["name"]: folder / each["folder"] for each in conditions if each["task"] == chosen}
    return ReviewRun(
        folder=folder,
        name=index["run"],
        task=chosen,
        questions=_questions(folder / "questions" / f"{chosen}.jsonl"),
        completions={name: _completions(path / "completions.jsonl") for name, path in folders.items()},
        scores={name: _first_samples(path / "scores.jsonl") for name, path in folders.items()},
    )


def _index(folder: Path) -> dict[str, Any]:
    path = folder / "run.json"
    if not path.is_file():
        runs = sorted(found.parent.name for found in folder.parent.glob("*/run.json"))
        known = f"{folder.parent} has {', '.join(runs)}" if runs else "`just eval` makes one"
        raise UserError(f"{folder}: there is no run here (no run.json)", hint=known)
    try:
        index = loads(path.read_text(encoding="utf-8"))
        _ = index["run"], [(each["name"], each["task"], each["folder"]) for each in index["conditions"]]
    except (OSError, UnicodeDecodeError, JSONDecodeError, KeyError, TypeError) as error:
        raise UserError(
            f"{path}: this is no index of a run: {type(error).__name__}: {error}", hint="`just eval` writes it anew"
        ) from error
    if not index["conditions"]:
        raise UserError(f"{path}: the run has no condition", hint="`just eval` writes it anew")
    return index


def _questions(path: Path) -> dict[int, Asked]:
    return {
        row["id"]: Asked(_text(row["user"]), _text(row.get("reference") or "") or None)
        for row in _rows(path, "id", "user")
    }


def _completions(path: Path) -> dict[int, str]:
    if not path.is_file():
        return {}  # a condition that was not run yet
    rows = _rows(path, "id", "completion")
    return {row["id"]: _text(row["completion"]) for row in rows if not row.get("sample")}


def _first_samples(path: Path) -> dict[int, Mapping[str, Any]]:
    return {row["id"]: row for row in _rows(path, "id") if not row.get("sample")} if path.is_file() else {}


def _text(text: str) -> str:
    """The text with a sign for what is no character (half of a surrogate pair), which no answer could carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _rows(path: Path, *keys: str) -> list[dict[str, Any]]:
    rows = read_jsonl(path)
    for number, row in enumerate(rows, start=1):
        if missing := [key for key in keys if key not in row]:
            raise UserError(f"{path}, row {number}: {', '.join(missing)} is missing", hint="`just eval` writes it anew")
    return rows
