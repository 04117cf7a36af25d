"""python -m evals.mece, as a user runs it."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.slow
def test_calibrating_again_writes_the_shipped_thresholds(
    run_module: Run, root: Path, cache: Path, tmp_path: Path
) -> None:
    out = tmp_path / "thresholds.yml"
    run = run_module("evals.mece", "calibrate", "--thresholds", str(out), "--cache", str(cache))
    assert run.returncode == 0, run.stderr
    assert out.read_text() == (root / "evals/mece/thresholds.yml").read_text()
    assert "balanced" in run.stdout


def test_a_missing_file_is_one_message(run_module: Run, tmp_path: Path) -> None:
    run = run_module("evals.mece", "error", "nowhere.jsonl", "--cache", str(tmp_path))
    assert run.returncode == 2
    assert "nowhere.jsonl: the file cannot be read" in run.stderr
    assert "Traceback" not in run.stderr
