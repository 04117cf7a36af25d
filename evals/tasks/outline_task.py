"""The functions behind outline.yaml: the questions and their scoring, by `evals` and `outline`."""

import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
# lm-eval loads this file by its path, from whatever folder it was started in; our packages lie beside `evals`.
if str(ROOT) not in sys.path:
    sys.path.append(str(ROOT))

from evals.answers import opens_thinking  # noqa: E402
from evals.questions import Question, load_questions  # noqa: E402
from evals.scoring import score_completion  # noqa: E402
from outline import StructureSpec  # noqa: E402


def load(
    questions: str | None = None,
    spec: str | None = None,
    limit: int | None = None,
    prompt_end: str = "",
    **_: Any,
) -> dict[str, Any]:
    """Return the split `test`, one document a question; lm-eval passes the task's metadata as keyword arguments.

    `questions` is a chat file (else the environment's OUTLINE_QUESTIONS, else data/chat/test.jsonl of this
    repository) and `spec` a structure contract (else configs/outline.yml). `prompt_end` is the end of the rendered
    prompt; give `<think>` where the chat template opens the think block, since lm-eval does not show the prompt to
    the scoring. lm-eval adds the model's arguments to the metadata; those are not ours.
    """
    import datasets

    path = questions or os.environ.get("OUTLINE_QUESTIONS") or str(ROOT / "data/chat/test.jsonl")
    shared = {
        "spec": StructureSpec.load(spec or ROOT / "configs/outline.yml").model_dump_json(),
        "thinking": opens_thinking(prompt_end),
    }
    rows = [_document(question) | shared for question in load_questions(path, limit)]
    return {"test": datasets.Dataset.from_list(rows)}


def _document(question: Question) -> dict[str, Any]:
    return {
        "id": question.id,
        "system": question.system,
        "user": question.user,
        "answer": question.answer or "",
        "reference": question.reference or "",
    }


def process_results(document: dict[str, Any], results: list[str]) -> dict[str, float]:
    """Return the metrics of one completion; those that could not be checked are absent from the mean."""
    question = Question(document["id"], document["user"], document["system"], reference=document["reference"] or None)
    completion = "<think>" + results[0] if document["thinking"] else results[0]
    spec = StructureSpec.model_validate_json(document["spec"])
    return score_completion(question, completion, spec).metrics()
