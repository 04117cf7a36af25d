"""`python -m evals` with a judge: its verdicts are in the report, and a judge that is away costs no report."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import binomtest

from benchmarks.teacher_server import Act, ChatServer
from settings import write_jsonl
from tests.evals.judge.conftest import BAD, GOOD, KEY, QUESTIONS, fair

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def evals(tmp_path: Path, run_module: Run, settings_of: Callable[..., dict[str, Any]]) -> Run:
    """Score two models' saved completions and have them judged by `options`; `changed` are of the judge's endpoint."""
    questions, models = tmp_path / "questions.jsonl", []
    rows = [{"messages": each.messages(), "metadata": {"reference": each.reference}} for each in QUESTIONS]
    write_jsonl(questions, rows)
    for name, answers in (("good", GOOD), ("bad", BAD)):
        path = tmp_path / f"{name}.jsonl"
        write_jsonl(path, [{"id": id, "completion": text} for id, text in answers.items()])
        models.append({"name": name, "completions": str(path)})
    config = {"run": "trial", "results": str(tmp_path), "questions": str(questions), "models": models, "encoder": None}
    config["generation"] = {"max_new_tokens": 64, "batch_size": 1}
    config["statistics"] = {"confidence": 0.8}

    def run(options: dict[str, Any] | None = None, **changed: Any) -> subprocess.CompletedProcess[str]:
        judge = settings_of(**changed) | (options or {})
        (tmp_path / "eval.yml").write_text(json.dumps(config | {"judge": judge}))
        return run_module("evals", "--config", tmp_path / "eval.yml", JUDGE_KEY=KEY)

    return run


@pytest.mark.slow
def test_the_report_holds_what_the_judge_said(evals: Run, tmp_path: Path) -> None:
    done = evals()
    assert done.returncode == 0, done.stderr
    (pair,) = json.loads((tmp_path / "trial/summary.json").read_text())["judge"]["pairwise"]
    assert (pair["first"], pair["wins"], pair["losses"]) == ("good", len(QUESTIONS), 0)
    assert pair["win_rate"]["low"] == pytest.approx(
        binomtest(len(QUESTIONS), len(QUESTIONS)).proportion_ci(0.8, "wilson").low
    )
    assert KEY not in done.stdout + done.stderr + (tmp_path / "trial/report.html").read_text()


@pytest.mark.slow
def test_a_judge_that_goes_away_costs_no_report_and_its_verdicts_are_kept(
    evals: Run, server: ChatServer, tmp_path: Path
) -> None:
    server.script = lambda seen, times: Act(status=401) if server.answered >= 9 else fair(seen, times)
    done = evals(concurrency=1)
    assert done.returncode == 2
    assert "refused the API key of JUDGE_KEY" in done.stderr
    assert "Traceback" not in done.stderr
    assert {"report.html", "report.md", "summary.json"} <= {path.name for path in (tmp_path / "trial").iterdir()}
    assert "not judged" in (tmp_path / "trial/report.md").read_text()
    answered, server.script = server.answered, fair
    assert evals().returncode == 0
    assert server.answered > answered
    assert server.ledger.paid_twice == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("act", "reason"), [(Act(content="no verdict"), "no JSON object: 18"), (Act(status=429), "no answer: 18")]
)
def test_a_judge_without_a_single_verdict_is_told_and_fails_the_run(
    evals: Run, server: ChatServer, tmp_path: Path, act: Act, reason: str
) -> None:
    server.script = lambda seen, times: act
    done = evals()
    assert done.returncode == 1, done.stderr
    said = f"judge: 0 of 18 verdicts could be read ({reason})."
    assert said in done.stdout
    assert said in (tmp_path / "trial/report.md").read_text()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "message"),
    [({"prompts": "none.yml"}, "none.yml"), ({"pairs": [["good", "nobody"]]}, "there is no model 'nobody'")],
)
def test_a_mistake_in_the_judge_is_told_before_a_model_answers(
    evals: Run, tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    done = evals(options)
    assert done.returncode == 2
    assert message in done.stderr
    assert not (tmp_path / "trial").exists()
