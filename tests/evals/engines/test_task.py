"""The harness asks a model behind an endpoint, through lm-eval and into its store of completions."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.teacher_server import Act, ChatServer, Seen
from evals.config import EvalConfig
from evals.harness import evaluate
from evals.questions import load_questions
from evals.summary import Result
from outline import StructureSpec
from settings import load_config
from tests.evals.conftest import COMPLIANT
from tests.evals.engines.conftest import Asking

pytestmark = pytest.mark.slow
Served = Callable[..., Result]


def answer(seen: Seen, times: int) -> Act:
    """Compliant to two questions, flat to two, and no answer at all to the fifth."""
    days = [number for number in range(1, 5) if f"since {number} days" in seen.text]
    if not days:
        return Act(status=500)
    return Act(content=COMPLIANT if days[0] <= 2 else "- rest")


@pytest.fixture
def served(config_file: Path, asking: Asking) -> Served:
    """Evaluate the model behind the test's server."""

    def run(*overrides: str, **entry: Any) -> Result:
        endpoint = json.loads(asking.model(**entry.pop("endpoint", {})).model_dump_json(exclude_unset=True))
        models = f"models={json.dumps([{'name': 'served', 'endpoint': endpoint} | entry])}"
        return evaluate(load_config(config_file, EvalConfig, [models, *overrides])).results[0]

    return run


def test_a_question_without_an_answer_is_unscored_and_the_only_one_asked_again(
    server: ChatServer, served: Served, questions_file: Path
) -> None:
    server.script = answer
    first = served()
    assert {id: score.compliant for (id, _), score in first.scores.items()} == {0: True, 1: True, 2: False, 3: False}
    assert first.error
    assert "1 requests found no answer" in first.error
    questions = load_questions(questions_file)
    body = next(seen.body for seen in server.seen if seen.text == questions[0].user)
    assert (body["messages"], body["max_tokens"]) == (questions[0].messages(), 12)

    before = len(server.seen)
    server.script = lambda seen, times: Act(content=COMPLIANT)
    second = served()
    assert len(server.seen) == before + 1
    assert (len(second.scores), second.error) == (5, None)
    served()
    assert len(server.seen) == before + 1


def test_the_grammar_of_the_spec_goes_to_the_server(server: ChatServer, served: Served, spec: StructureSpec) -> None:
    served(constrained=True, endpoint={"grammar_field": "llama.cpp"})
    assert {seen.body["grammar"] for seen in server.seen} == {spec.grammar()}


def test_every_sample_is_a_request_of_its_own(server: ChatServer, served: Served) -> None:
    result = served("generation.samples=2", "generation.temperature=0.7")
    assert len(server.seen) == len(result.scores) == 10
    assert {seen.body["temperature"] for seen in server.seen} == {0.7}
