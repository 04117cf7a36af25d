"""The functions behind the task files: the questions and their scoring, by `evals` and `outline`."""

import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
# lm-eval loads this file by its path, from whatever folder it was started in; our packages lie beside `evals`.
if str(ROOT) not in sys.path:
    sys.path.append(str(ROOT))

from evals.questions import Question  # noqa: E402
from evals.scoring import score_completion  # noqa: E402
from evals.task import TaskOptions, load_shots, task_questions  # noqa: E402
from outline import StructureSpec, opens_thinking  # noqa: E402


def load(
    questions: str | None = None,
    spec: str | None = None,
    limit: int | None = None,
    shots: str | None = None,
    prompt_end: str = "",
    **metadata: Any,
) -> dict[str, Any]:
    """Return the split `test`, one document a question, and `shots`, the worked examples.

    lm-eval passes the task's metadata as keyword arguments, and what `--metadata` adds. `questions` is a chat file
    (else the environment's OUTLINE_QUESTIONS, else data/chat/test.jsonl of this repository), `spec` a structure
    contract (else configs/outline.yml), `shots` a chat file of worked examples (else those beside the tasks).
    `prompt_end` is the end of the rendered prompt; give `<think>` where the chat template opens the think block, since
    lm-eval does not show the prompt to the scoring. lm-eval adds the model's arguments to the metadata; those are not
    ours.
    """
    import datasets

    contract = StructureSpec.load(spec or ROOT / "configs/outline.yml")
    options = TaskOptions(**{name: value for name, value in metadata.items() if name in TaskOptions.model_fields})
    path = questions or os.environ.get("OUTLINE_QUESTIONS") or str(ROOT / "data/chat/test.jsonl")
    shared = {"spec": contract.model_dump_json(), "thinking": opens_thinking(prompt_end)}
    splits = {"test": task_questions(options, path, contract, limit), "shots": load_shots(shots, contract)}
    return {
        name: datasets.Dataset.from_list([_document(question) | shared for question in rows])
        for name, rows in splits.items()
    }


def _document(question: Question) -> dict[str, Any]:
    return {
        "id": question.id,
        "system": question.system,
        "user": question.user,
        "answer": question.answer or "",
        "reference": question.reference or "",
        "urgent": question.metadata.get("urgent"),
    }


def process_results(document: dict[str, Any], results: list[str]) -> dict[str, float]:
    """Return the metrics of one completion; those that could not be checked are absent from the mean."""
    question = Question(
        document["id"],
        document["user"],
        document["system"],
        reference=document["reference"] or None,
        metadata={"urgent": document["urgent"]},
    )
    completion = "<think>" + results[0] if document["thinking"] else results[0]
    spec = StructureSpec.model_validate_json(document["spec"])
    return score_completion(question, completion, spec).metrics()
