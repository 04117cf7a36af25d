"""Multiple-choice tasks of lm-eval, to see whether tuning cost a model what it knew.

The tasks that lm-eval ships load their questions from the hub; where it cannot be reached, nothing is measured and the
report says why. A folder of tasks of one's own needs no hub.
"""

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import Field

from evals.hashes import digests, file_digest, key_of
from evals.models import LocalModel
from settings import Settings, UserError, console, write_text

log = logging.getLogger(__name__)


class KnowledgeConfig(Settings):
    """The `knowledge:` section."""

    tasks: tuple[str, ...] = Field(min_length=1)
    """Names of lm-eval's tasks or groups, such as medqa_4options, pubmedqa and medmcqa."""
    include: Path | None = None
    """A folder with tasks of one's own; a file that changes in it has them measured again."""
    limit: int | None = Field(default=None, ge=1)
    """The first questions of each task only."""


@dataclass(frozen=True)
class Accuracy:
    """A model's accuracy on one task, from 0 to 1."""

    value: float
    stderr: float
    n: int


@dataclass(frozen=True)
class Knowledge:
    """What a model knows, or why that was not measured."""

    accuracy: Mapping[str, Accuracy] = field(default_factory=dict)
    """By task."""
    reason: str | None = None
    """Why nothing was measured; the system's failure, not the model's."""


def measure_knowledge(
    model: LocalModel, config: KnowledgeConfig, device_name: Callable[[], str | None], batch_size: int, folder: Path
) -> Knowledge:
    """Return a model's accuracies, from `folder`/knowledge.json where that has them by the same `key`.

    `device_name` gives the device as lm-eval takes it (None: the first card of CUDA), and is only asked where something
    is measured: the answer may need torch. Raises `UserError` for a task that lm-eval does not know.
    """
    path = folder / "knowledge.json"
    key = knowledge_key(model, config)
    if path.is_file() and (kept := json.loads(path.read_text(encoding="utf-8")))["key"] == key:
        return Knowledge({task: Accuracy(**numbers) for task, numbers in kept["accuracy"].items()})
    console.print(f"{model.name}: {', '.join(config.tasks)}", highlight=False)
    try:
        found = _measure(model, config, device_name(), batch_size)
    except UserError:
        raise
    except Exception as error:
        # No network, a gated dataset, a full disk, out of memory: each library raises kinds of its own.
        log.debug("%s: knowledge was not measured", model.name, exc_info=True)
        return Knowledge(reason=f"{type(error).__name__}: {' '.join(str(error).split())[:200]}")
    kept = {"key": key, "accuracy": {task: asdict(accuracy) for task, accuracy in found.items()}}
    write_text(path, json.dumps(kept, indent=1) + "\n")
    return Knowledge(found)


def knowledge_key(model: LocalModel, config: KnowledgeConfig) -> str:
    """Return the hash of what accuracies depend on: the model's files, the section, its folder and lm-eval's version.

    Not covered: data that a task takes from elsewhere, the hub or a path outside `include`.
    """
    return key_of([digests(model), config.model_dump(mode="json"), _task_digests(config.include), version("lm_eval")])


def _task_digests(folder: Path | None) -> dict[str, str]:
    """By path below the folder; what Python compiled beside the tasks is left out, as measuring makes it."""
    if folder is None:
        return {}
    files = (path for path in folder.rglob("*") if path.is_file() and path.parent.name != "__pycache__")
    return {path.relative_to(folder).as_posix(): file_digest(path) for path in files}


def _measure(model: LocalModel, config: KnowledgeConfig, device: str | None, batch_size: int) -> dict[str, Accuracy]:
    import lm_eval
    from lm_eval.models import huggingface
    from lm_eval.tasks import TaskManager

    manager = TaskManager(include_path=str(config.include) if config.include else None)
    if unknown := [task for task in config.tasks if task not in manager.all_tasks]:
        raise UserError(
            f"knowledge.tasks: lm-eval has no task {', '.join(unknown)}",
            hint="`lm_eval ls tasks` lists them; tasks of your own lie in the folder that knowledge.include names",
        )
    hflm: Any = huggingface.HFLM  # its decorator hides the class from a type checker
    lm = hflm(
        pretrained=str(model.base),
        tokenizer=str(model.tokenizer),
        peft=str(model.adapter) if model.adapter else None,
        device=device,
        batch_size=batch_size,
    )
    simple_evaluate: Any = lm_eval.simple_evaluate
    found = simple_evaluate(
        model=lm, tasks=list(config.tasks), task_manager=manager, limit=config.limit, bootstrap_iters=100
    )
    return accuracies(found)


def accuracies(found: Mapping[str, Any]) -> dict[str, Accuracy]:
    """Return the accuracy of each task in what `lm_eval.simple_evaluate` returned; of groups, that of their tasks.

    A task that is scored by other metrics alone is told and left out; raises `ValueError` where all are.
    """
    results = {task: found["results"].get(task, {}) for task in found["n-samples"]}
    others = {
        task: sorted({name.split(",")[0] for name in rows if "," in name and "_stderr" not in name})
        for task, rows in results.items()
        if "acc,none" not in rows
    }
    told = "; ".join(f"{task} has no accuracy, but {', '.join(names) or 'nothing'}" for task, names in others.items())
    if results and len(others) == len(results):
        raise ValueError(told)
    if told:
        console.print(f"[yellow]knowledge:[/] {told}: left out", highlight=False)
    return {
        task: Accuracy(rows["acc,none"], float(rows["acc_stderr,none"]), found["n-samples"][task]["effective"])
        for task, rows in results.items()
        if task not in others
    }
