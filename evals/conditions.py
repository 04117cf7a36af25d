"""What is compared: each model of the config under each of its tasks, checkpoints spelt out."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.config import EvalConfig, folder_name
from evals.entries import ModelEntry
from evals.task import Task, load_task
from settings import UserError


@dataclass(frozen=True)
class Condition:
    """One row of the results: a model that answers the questions of one task."""

    name: str
    """The model's name, and the task's label where it has one: `base, 3-shot`."""
    model: str
    task: Task
    folder: str
    """Below the run's folder."""

    def as_row(self) -> dict[str, Any]:
        """Return the condition as JSON values."""
        return {"name": self.name, "model": self.model, "task": self.task.name, "folder": self.folder}


@dataclass(frozen=True)
class Subject:
    """A model of the config, or one checkpoint of it, with the conditions it is scored under."""

    entry: ModelEntry
    conditions: tuple[Condition, ...]
    step: int | None = None
    """Optimizer steps of the training when the checkpoint was saved."""
    validation_loss: float | None = None
    """What the trainer measured at that step, where it did."""


def subjects(config: EvalConfig) -> list[Subject]:
    """Return the models in the order of the config, the checkpoints of one before it.

    Raises `UserError` for a folder without checkpoints where they are asked for, and for names that meet.
    """
    found = [subject for entry in config.models for subject in _of_entry(entry, config.tasks)]
    conditions = [condition for subject in found for condition in subject.conditions]
    for places in ([condition.name for condition in conditions], [condition.folder for condition in conditions]):
        if twice := sorted(place for place, times in Counter(places).items() if times > 1):
            raise UserError(f"models: every model needs a name of its own; these meet: {', '.join(twice)}")
    return found


def _of_entry(entry: ModelEntry, tasks: Sequence[str]) -> list[Subject]:
    loaded = [load_task(name) for name in entry.tasks or tasks]
    whole = Subject(entry, _conditions(entry.name, loaded))
    return [*_checkpoints(entry, loaded), whole] if entry.checkpoints else [whole]


def _conditions(model: str, tasks: Sequence[Task]) -> tuple[Condition, ...]:
    def name(task: Task) -> str:
        return f"{model}, {task.options.label}" if task.options.label else model

    return tuple(Condition(name(task), model, task, f"{folder_name(model)}/{task.name}") for task in tasks)


def _checkpoints(entry: ModelEntry, tasks: Sequence[Task]) -> list[Subject]:
    run = Path(entry.path or "")
    folders = [path for path in run.glob("checkpoint-*") if path.name.removeprefix("checkpoint-").isdigit()]
    if not folders:
        raise UserError(
            f"{entry.name}: there is no checkpoint-N in {run}",
            hint="train with `save_steps` and a `save_total_limit` that keeps them, or leave `checkpoints` out",
        )
    return [_checkpoint(entry, folder, tasks) for folder in sorted(folders, key=_step)]


def _checkpoint(entry: ModelEntry, folder: Path, tasks: Sequence[Task]) -> Subject:
    name = f"{entry.name} @ {_step(folder)}"
    alone = {"family": None, "tuned": None, "seeds_of": None, "checkpoints": False}
    copy = entry.model_copy(update={"name": name, "path": folder, **alone})
    return Subject(copy, _conditions(name, tasks), _step(folder), _validation_loss(folder))


def _step(folder: Path) -> int:
    return int(folder.name.removeprefix("checkpoint-"))


def _validation_loss(folder: Path) -> float | None:
    state = folder / "trainer_state.json"
    if not state.is_file():
        return None
    history = json.loads(state.read_text(encoding="utf-8")).get("log_history", [])
    measured = [row["eval_loss"] for row in history if row.get("step") == _step(folder) and "eval_loss" in row]
    return float(measured[-1]) if measured else None
