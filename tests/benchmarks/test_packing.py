"""A file of outlines as the conversations that prep would make of it, and how the production runs pack them."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.packing import RUNS, conversations
from settings import UserError, write_jsonl

ROW = {"Description": "a rash", "Patient": "it itches since monday", "Status": "low severity", "outline": "- Wash it"}


@pytest.fixture(autouse=True)
def at_root(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)


def test_an_outline_answers_the_question_that_prep_would_ask(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "outlines.jsonl", [ROW])
    system, question, answer = conversations(tmp_path / "outlines.jsonl")[0]["messages"]
    assert "at least 3 levels" in system["content"]
    assert question == {"role": "user", "content": "a rash\nit itches since monday"}
    assert answer == {"role": "assistant", "content": "- Wash it"}


def test_a_row_without_an_outline_is_named(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "outlines.jsonl", [ROW, {**ROW, "outline": None}])
    with pytest.raises(UserError, match="row 2 has no question or no outline"):
        conversations(tmp_path / "outlines.jsonl")


@pytest.mark.slow
@pytest.mark.parametrize(("words", "status"), [(60, 0), (2000, 1)])
def test_it_says_whether_all_fit(
    words: int, status: int, tmp_path: Path, run_module: Callable[..., subprocess.CompletedProcess[str]], root: Path
) -> None:
    write_jsonl(tmp_path / "outlines.jsonl", [ROW, {**ROW, "outline": "- " + "rest " * words}])
    done = run_module("benchmarks", "packing", tmp_path / "outlines.jsonl", "--rows", 400, HF_HUB_OFFLINE="1")
    assert done.returncode == status, done.stdout + done.stderr[-2000:]
    told = json.loads((root / "results/bench/packing.json").read_text(encoding="utf-8"))
    assert told.keys() == set(RUNS)
    for row in told.values():
        assert (row["conversations"], row["too_long"]) == (400, 200 * status)
