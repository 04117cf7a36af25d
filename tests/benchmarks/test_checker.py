"""The measurement of the checker: what it measures, and what it says of too little."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from benchmarks.checker import LENGTHS, LOOPS, groups
from evals.validity.mutations import draw_case
from outline import StructureSpec, check_compliance


def test_the_groups_are_of_answers_length_and_of_the_kind_that_they_name(spec: StructureSpec) -> None:
    found = groups([draw_case(Random(number), spec) for number in range(400)])
    assert all(found.values())
    assert {len(text) in LENGTHS for texts in found.values() for text in texts} == {True}
    for name, kept in {"canonical": True, "other forms": True, "broken": False, LOOPS: False}.items():
        assert {check_compliance(text, spec).compliant for text in found[name]} == {kept}


def test_too_few_outlines_are_refused(run_module: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = run_module("benchmarks", "checker", "--cases", 20)
    assert done.returncode != 0
    assert "17 different outlines are needed" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_is_measured_too(
    run_module: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path, root: Path
) -> None:
    file = tmp_path / "outlines.jsonl"
    file.write_text("".join(json.dumps({"answer": f"- a\n  - {number}"}) + "\n" for number in range(20)))
    done = run_module("benchmarks", "checker", file, "--field", "answer", "--cases", 1600, "--repeats", 1)
    assert "the file" in done.stdout, done.stderr
    rows = json.loads((root / "results/bench/checker.json").read_text(encoding="utf-8"))
    assert rows["the file"]["outlines"] == 20
    assert all(row["checks"] > 0 and row["readings"] > 0 for row in rows.values())


@pytest.mark.parametrize("repeats", ["0", "-1"])
def test_no_round_is_refused(repeats: str, run_module: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = run_module("benchmarks", "checker", f"--repeats={repeats}")
    assert f"--repeats must be at least 1, got {repeats}" in done.stderr
