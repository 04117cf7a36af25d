"""`python -m evals` with models behind endpoints: one that refuses costs no other its answers, nor the report."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.teacher_server import Act, ChatServer, Seen
from tests.evals.conftest import COMPLIANT

Run = Callable[..., subprocess.CompletedProcess[str]]
KEY = "sk-model-51c07d2e"


def by_model(seen: Seen, times: int) -> Act:
    """The model `bad` does not know any key; the others answer."""
    return Act(status=401) if seen.body["model"] == "bad" else Act(content=COMPLIANT)


@pytest.fixture
def server() -> Iterator[ChatServer]:
    server = ChatServer().start()
    server.script = by_model
    yield server
    server.stop()


@pytest.fixture
def evals(tmp_path: Path, run_module: Run, config_file: Path, server: ChatServer) -> Run:
    """Evaluate models of the server by their names there; `changed` are keys of the endpoint by model."""

    def run(*models: str, changed: dict[str, Any] | None = None, **also: Any) -> subprocess.CompletedProcess[str]:
        quick = {"base_url": server.url, "api_key_env": "MODEL_KEY", "first_wait": 0.01, "longest_wait": 0.05}
        entries = [
            {"name": name, "endpoint": quick | {"model": name, "attempts": 2} | (changed or {}).get(name, {})}
            for name in models
        ]
        given = {"results": str(tmp_path / "out"), "encoder": None, "models": entries} | also
        overrides = [f"{key}={json.dumps(value)}" for key, value in given.items()]
        return run_module("evals", "--config", config_file, *overrides, MODEL_KEY=KEY)

    return run


def conditions(tmp_path: Path) -> dict[str, Any]:
    summary = json.loads((tmp_path / "out/trial/summary.json").read_text("utf-8"))
    return {row["name"]: (row["n"], row["unscored"]) for row in summary["conditions"]}


@pytest.mark.slow
def test_an_endpoint_that_refuses_ends_its_own_model_only(evals: Run, server: ChatServer, tmp_path: Path) -> None:
    done = evals("ok", "bad", "later")
    assert done.returncode == 2
    assert "error: bad: " in done.stderr
    assert "refused the API key of MODEL_KEY" in done.stderr
    assert "Traceback" not in done.stderr
    assert conditions(tmp_path) == {"ok": (5, 0), "bad": (0, 5), "later": (5, 0)}
    for name in ("report.md", "report.html"):
        assert "refused the API key of MODEL_KEY" in (tmp_path / "out/trial" / name).read_text("utf-8")
    asked = len(server.seen)
    server.script = lambda seen, times: Act(content=COMPLIANT)
    assert evals("ok", "bad", "later").returncode == 0
    assert {seen.body["model"] for seen in server.seen[asked:]} == {"bad"}


@pytest.mark.slow
def test_a_key_is_missed_before_anything_is_asked_and_only_by_who_must_ask(
    evals: Run, server: ChatServer, tmp_path: Path
) -> None:
    lacking = {"api_key_env": "NOPE_KEY"}
    done = evals("ok", "later", changed={"later": lacking})
    assert done.returncode == 2
    assert "error: later: the environment variable NOPE_KEY is not set" in done.stderr
    assert not server.seen
    assert evals("ok", "later").returncode == 0
    asked = len(server.seen)
    assert evals("ok", "later", changed={"later": lacking}).returncode == 0
    assert len(server.seen) == asked
    assert conditions(tmp_path) == {"ok": (5, 0), "later": (5, 0)}
