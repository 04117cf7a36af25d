"""The README's first command on a clean checkout, with the tiny model in the place of the real one."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EVAL = """
run: sample
title: the tiny model, before and after
questions: data/quickstart/chat/questions.jsonl
reference_answers: null
models:
  - {name: base, path: models/tiny}
  - {name: tuned, path: outputs/tiny-cpu}
generation: {max_new_tokens: 400, batch_size: 16, dtype: float32, device: cpu}
limit: 16
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tracked files alone in a folder of their own; the environment is shared, since it is the slow part."""
    folder = tmp_path_factory.mktemp("checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    if (ROOT / ".tools").exists():
        (folder / ".tools").symlink_to(ROOT / ".tools")
    (folder / "eval.yml").write_text(EVAL)
    return folder


def quickstart(checkout: Path) -> str:
    done = subprocess.run(
        ["./justw", "quickstart", "tiny", "tiny-cpu", "eval.yml"],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HF_HUB_OFFLINE": "1", "COLUMNS": "120"},
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout + done.stderr


@pytest.mark.slow
def test_the_quickstart_trains_and_scores_a_model_and_does_nothing_twice(checkout: Path) -> None:
    quickstart(checkout)
    results = checkout / "results/sample"
    base, tuned = json.loads((results / "summary.json").read_text())["conditions"]
    assert (base["n"], tuned["n"]) == (16, 16)
    assert base["figures"]["depth"]["value"] < tuned["figures"]["depth"]["value"]
    assert (results / "report.html").stat().st_size > 1000
    model = checkout / "outputs/tiny-cpu/model.safetensors"
    trained, completions = model.stat().st_mtime_ns, (results / "tuned/outline/completions.jsonl").read_bytes()

    again = quickstart(checkout)
    assert "already done" in again
    assert "trained already" in again
    assert model.stat().st_mtime_ns == trained
    assert (results / "tuned/outline/completions.jsonl").read_bytes() == completions
