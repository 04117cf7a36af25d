"""`python -m evals` asks a llama.cpp server, freely and under the grammar that goes along with each request."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from outline import StructureSpec, check_compliance
from settings import read_jsonl, write_jsonl
from tests.training.use.asking import conversation
from tests.training.use.serving import serving

pytestmark = pytest.mark.slow


def test_a_llama_server_keeps_to_the_grammar_of_a_request(
    gguf: Path, questions: list[str], spec: StructureSpec, run_module: Callable[..., Any], tmp_path: Path
) -> None:
    rows = [{"messages": conversation(question)} for question in questions[:8]]
    write_jsonl(tmp_path / "questions.jsonl", rows)
    with serving(gguf) as address:
        # So hot the model does not keep the contract by itself.
        server = {"base_url": address, "model": "any", "grammar_field": "llama.cpp", "temperature": 1.5, "seed": 7}
        config = {
            "run": "trial",
            "results": str(tmp_path),
            "questions": str(tmp_path / "questions.jsonl"),
            "models": [{"name": "free", "endpoint": server}, {"name": "held", "endpoint": server, "constrained": True}],
            "generation": {"max_new_tokens": 400, "batch_size": 1},
            "encoder": None,
        }
        (tmp_path / "eval.yml").write_text(json.dumps(config))
        done = run_module("evals", "--config", tmp_path / "eval.yml")
    assert done.returncode == 0, done.stderr
    free, held = (read_jsonl(tmp_path / f"trial/{name}/outline/completions.jsonl") for name in ("free", "held"))
    assert len(free) == len(held) == len(rows)
    assert any(not check_compliance(row["completion"], spec).compliant for row in free)
    ended = [row["completion"] for row in held if row["finish_reason"] == "stop"]
    assert ended
    assert all(check_compliance(text, spec).compliant for text in ended)
