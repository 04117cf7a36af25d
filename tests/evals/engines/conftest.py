"""A model on loopback whose completions a test writes, and the requests that lm-eval makes of questions."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from benchmarks.teacher_server import ChatServer
from evals.completions import Completion
from evals.engines.config import EndpointModel

KEY = "sk-model-8be2c410"


@dataclass
class Asking:
    """A model behind the test's server, and what it has handed out so far."""

    url: str
    journal: Path
    kept: list[Completion] = field(default_factory=list)

    def model(self, **changed: Any) -> EndpointModel:
        quick = {"first_wait": 0.01, "longest_wait": 0.05, "attempts": 2, "timeout": 1, "concurrency": 4}
        return EndpointModel.model_validate({"base_url": self.url, "model": "served"} | quick | changed)

    def lm(
        self, done: dict[int, Completion] | None = None, grammar: str | None = None, sample: int = 0, **changed: Any
    ) -> Any:
        """Return an `EndpointLM` for answers of 64 tokens at most."""
        from evals.engines.endpoint import EndpointLM

        model = self.model(**changed)

        def keep(batch: Sequence[Completion]) -> None:
            self.kept.extend(batch)

        lm = EndpointLM(model.endpoint(64, grammar), self.journal, opens_thinking=model.opens_thinking)
        lm.take_up(done or {}, sample, keep)
        return lm


def requests(*questions: str, **arguments: Any) -> list[Any]:
    from lm_eval.api.instance import Instance

    return [
        Instance(
            request_type="generate_until",
            doc={},
            arguments=(json.dumps([{"role": "user", "content": text}]), {"until": [], "do_sample": False} | arguments),
            idx=0,
            metadata=("outline", id, 1),
        )
        for id, text in enumerate(questions)
    ]


@pytest.fixture
def server() -> Iterator[ChatServer]:
    server = ChatServer().start()
    yield server
    server.stop()


@pytest.fixture
def asking(server: ChatServer, tmp_path: Path) -> Asking:
    return Asking(server.url, tmp_path / "model/journal.jsonl")
