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
    gguf: Path, questions: list[str], run_module: Callable[..., Any], tmp_path: Path
) -> None:
    # Narrower than what the model was trained to keep, so that it does not keep it by itself.
    spec = StructureSpec(min_depth=3, max_children=1, max_roots=2, allow_prose=False)
    (tmp_path / "narrow.yml").write_text(spec.model_dump_json())
    rows = [{"messages": conversation(question)} for question in questions[:8]]
    write_jsonl(tmp_path / "questions.jsonl", rows)
    example = {"role": "assistant", "content": "- Rest\n  - Two days\n    - At home"}
    write_jsonl(tmp_path / "shots.jsonl", [{"messages": [*row["messages"], example]} for row in rows[:3]])
    with serving(gguf) as address:
        server = {"base_url": address, "model": "any", "grammar_field": "llama.cpp", "temperature": 1, "seed": 7}
        config = {
            "run": "trial",
            "results": str(tmp_path),
            "spec": str(tmp_path / "narrow.yml"),
            "shots": str(tmp_path / "shots.jsonl"),
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
