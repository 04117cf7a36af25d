"""The shipped task by lm-eval, through an endpoint and into a store of completions."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.teacher_server import Act, ChatServer, Seen
from evals.completions import CompletionStore
from evals.config import TASKS
from evals.engines.config import EndpointModel
from evals.questions import load_questions
from tests.evals.conftest import COMPLIANT
from tests.evals.engines.conftest import Asking

pytestmark = pytest.mark.slow


def answer(seen: Seen, times: int) -> Act:
    """Compliant to two questions, flat to two, and no answer at all to the fifth."""
    days = [number for number in range(1, 5) if f"since {number} days" in seen.text]
    if not days:
        return Act(status=500)
    return Act(content=COMPLIANT if days[0] <= 2 else "- rest")


def evaluate(model: EndpointModel, store: CompletionStore, questions: Path, journal: Path) -> tuple[Any, Any]:
    import lm_eval
    from lm_eval.tasks import TaskManager

    from evals.engines.endpoint import EndpointLM

    lm = EndpointLM(model.endpoint(64), journal, store.done, store.append)
    simple_evaluate: Any = lm_eval.simple_evaluate
    results = simple_evaluate(
        model=lm,
        tasks=["outline"],
        task_manager=TaskManager(
            include_path=str(TASKS), include_defaults=False, metadata={"questions": str(questions)}
        ),
        apply_chat_template=True,
        gen_kwargs={"max_gen_toks": 32},
        bootstrap_iters=0,
    )
    return lm, results


def test_the_task_runs_through_an_endpoint(
    server: ChatServer, asking: Asking, questions_file: Path, tmp_path: Path
) -> None:
    server.script = answer
    questions = load_questions(questions_file)
    store = CompletionStore(tmp_path / "model", {"model": "served"}, questions)
    store.open()
    lm, results = evaluate(asking.model(), store, questions_file, asking.journal)
    assert sorted(store.done) == [0, 1, 2, 3]
    assert list(lm.failures) == [4]
    samples = {sample["doc_id"]: sample["compliance"] for sample in results["samples"]["outline"]}
    assert [samples[id] for id in range(4)] == [1, 1, 0, 0]
    body = next(seen.body for seen in server.seen if seen.text == questions[0].user)
    assert body["messages"] == questions[0].messages()
    assert body["max_tokens"] == 32

    # A second run finds all but the one that failed, which it asks for again.
    before = len(server.seen)
    server.script = lambda seen, times: Act(content=COMPLIANT)
    again = CompletionStore(tmp_path / "model", {"model": "served"}, questions)
    again.open()
    evaluate(asking.model(), again, questions_file, asking.journal)
    assert len(server.seen) == before + 1
    assert sorted(again.done) == [0, 1, 2, 3, 4]
