"""Answers of servers that do not count their tokens, or count only some."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.teacher_server import Act, ChatServer
from llm import Endpoint, Journal, Usage
from llm.estimate import Estimate
from llm.request import NotSent
from settings import read_jsonl
from tests.llm.batches.conftest import ask as ask_batches
from tests.llm.conftest import question
from tests.llm.test_client_together import together

TEXT = "an answer of forty characters, not more."


def without(*counts: str) -> Act:
    """An answer whose usage lacks these counts; without all of them there is none."""
    body: dict[str, Any] = Act(content=TEXT).completion()
    body["usage"] = {name: count for name, count in body["usage"].items() if name not in counts} or None
    return Act(raw=json.dumps(body))


ALL = tuple(Act().completion()["usage"])


@pytest.mark.parametrize(
    ("missing", "usage"),
    [
        (ALL, Usage(1, 25, 0, 10, 1, 25, 10)),
        (("prompt_tokens", "prompt_cache_hit_tokens"), Usage(1, 25, 0, 20, 1, 25, 0)),
        (("completion_tokens", "total_tokens"), Usage(1, 100, 60, 10, 1, 0, 10)),
        (("completion_tokens",), Usage(1, 100, 60, 20)),
        (("total_tokens",), Usage(1, 100, 60, 20)),
    ],
)
def test_what_was_not_counted_is_estimated_and_told(
    server: ChatServer, endpoint: Endpoint, ask, tmp_path: Path, missing: tuple[str, ...], usage: Usage
) -> None:
    """The prompt has 100 characters, the answer 40."""
    server.script = lambda seen, times: without(*missing)
    first, again = (asyncio.run(ask(text="x" * 100)) for _ in range(2))
    assert (first.usage, again.usage, len(server.seen)) == (usage, usage, 1)
    with Journal(tmp_path / "journal.jsonl", 5) as journal:
        assert journal.usage == usage
    estimated = usage.estimated_prompt * 1 + usage.estimated_completion * 2
    assert usage.estimated_cost(endpoint.prices) == pytest.approx(estimated / 1e6)


def test_an_estimate_learns_nothing_from_itself(endpoint: Endpoint) -> None:
    estimate = Estimate(endpoint)
    estimate.learn(question("f"), Usage(1, 25, 0, 10, 1, 25, 10))
    assert estimate.learned == 0


def test_a_batch_line_without_counts_is_estimated_too(server: ChatServer, use) -> None:
    server.script = lambda seen, times: Act(content=TEXT, usage=(0, 0, 0))
    (line,) = use(ask_batches, [question("f", "x" * 100)])
    assert Usage(**line["usage"]) == Usage(1, 25, 0, 10, 1, 25, 10)


def test_the_estimate_counts_for_max_cost(server: ChatServer, endpoint: Endpoint, tmp_path: Path) -> None:
    """An answer is taken to cost some 22 micro-dollars; at nothing all would be asked."""
    server.script = lambda seen, times: without(*ALL)
    poor = endpoint.model_copy(update={"max_cost": 0.0005, "concurrency": 1})
    ended = together(poor, tmp_path, 40)
    assert any(isinstance(end, NotSent) for end in ended)
    with Journal(tmp_path / "journal.jsonl", 5) as journal:
        assert 0.0002 < journal.usage.cost(endpoint.prices) <= 0.0005


def test_max_cost_holds_what_may_have_been_paid_beyond_the_part_that_came(server: ChatServer, ask) -> None:
    """A request costs 149 micro-dollars at the most; the part that came is some 13 of them."""
    server.script = lambda seen, times: Act(raw='{"choices": [{"message":')
    with pytest.raises(NotSent, match="over max_cost"):
        asyncio.run(ask(max_cost=0.00025))
    assert len(server.seen) == 1


@pytest.mark.parametrize(("raw", "completion"), [('{"choices": [{"message":', 6), ("<html>Bad gateway</html>", 0)])
def test_json_that_broke_off_is_estimated_and_a_page_is_not(
    server: ChatServer, ask, tmp_path: Path, raw: str, completion: int
) -> None:
    """The JSON has 24 characters."""
    server.script = lambda seen, times: Act(raw=raw) if times == 1 else Act(content=TEXT, usage=(100, 60, 20))
    asyncio.run(ask(text="x" * 100))
    failed, _ = read_jsonl(tmp_path / "journal.jsonl")
    assert failed["error"].startswith("the answer is no JSON")
    assert failed["usage"] == (Usage(1, 25, 0, completion, 1, 25, completion).as_dict() if completion else None)
