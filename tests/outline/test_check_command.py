import csv
import json
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

GOOD = "- take 5 mg\n  - daily\n    - with food"
FLAT = "- take 50 mg\n- daily"
ROWS = [
    {"answer": GOOD, "reply": "take 5 mg daily with food"},
    {"answer": FLAT, "reply": "take 5 mg"},
    {"answer": None, "reply": None},
]


def write_jsonl(path: Path) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))


def write_csv(path: Path) -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["answer", "reply"])
        writer.writeheader()
        writer.writerows(ROWS)


def write_parquet(path: Path) -> None:
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(ROWS), path)


@pytest.mark.parametrize("write", [write_jsonl, write_csv, write_parquet])
def test_every_format_gives_the_same_counts(tmp_path: Path, run_module, write) -> None:
    path = tmp_path / f"rows.{write.__name__.removeprefix('write_')}"
    write(path)
    done = run_module("outline", "check", path, "--field", "answer", "--source-field", "reply", "--json")
    result = json.loads(done.stdout)
    assert (result["n"], result["compliant"], result["noncompliant_rows"]) == (3, 1, [1, 2])
    assert result["criteria"]["min_depth"] == pytest.approx(1 / 3)
    assert result["fidelity"]["checked"] == 2
    assert result["fidelity"]["unchecked"] == 1
    assert result["fidelity"]["invented_number_rows"] == [1]
    assert result["fidelity"]["lost_number_rows"] == [1]


def test_the_table_names_the_frequent_violations(tmp_path: Path, run_module) -> None:
    write_jsonl(tmp_path / "rows.jsonl")
    done = run_module("outline", "check", tmp_path / "rows.jsonl", "--field", "answer")
    assert done.returncode == 0
    assert "1 of 3" in done.stdout
    assert (
        "min_depth: 2, first in row 1 (0-based): min_depth: the answer: expected at least 3 levels, got 1 level"
        in done.stdout
    )
    assert "unchecked" in done.stdout


@pytest.mark.parametrize(("text", "status"), [(GOOD, 0), (FLAT, 1)])
def test_the_exit_status_tells_whether_the_share_is_reached(run_module, text: str, status: int) -> None:
    assert run_module("outline", "check", "-", "--min-compliance", "1", stdin=text).returncode == status


def test_another_spec_is_another_verdict(tmp_path: Path, run_module) -> None:
    (tmp_path / "flat.yml").write_text("min_depth: 1\nmax_children: 1\nmax_roots: null\nallow_prose: true\n")
    done = run_module("outline", "check", "-", "--spec", tmp_path / "flat.yml", "--min-compliance", "1", stdin=FLAT)
    assert done.returncode == 0


def test_a_row_of_standard_input_that_is_no_object_is_named(run_module) -> None:
    done = run_module("outline", "check", "-", stdin='{"outline": "- a"}\n3\n')
    assert done.returncode == 2
    assert "standard input, line 2: a row is a JSON object, got int" in done.stderr


@pytest.mark.parametrize(
    ("name", "content", "options", "message"),
    [
        ("rows.jsonl", '{"answer": "x"}\n{', [], "line 2: this is not valid JSON"),
        ("rows.jsonl", '{"answer": "x"}', [], "row 0 (0-based) has no field 'outline'; it has: answer"),
        ("rows.jsonl", '{"outline": 5}', [], "field 'outline' must be a text, got int"),
        ("rows.jsonl", "", [], "there is nothing to check"),
        ("rows.csv", "", [], "there is nothing to check"),
        ("rows.xlsx", "", [], "the format is told by the file's ending"),
        ("rows.parquet", "no parquet", [], "cannot be read"),
        ("rows.md", "- a", ["--min-compliance", "2"], "must lie between 0 and 1"),
        ("rows.md", "- a", ["--spec", "gone.yml"], "gone.yml: the config cannot be read"),
    ],
)
def test_bad_input_is_one_message_and_exit_2(tmp_path: Path, run_module, name, content, options, message) -> None:
    (tmp_path / name).write_text(content)
    done = run_module("outline", "check", tmp_path / name, *options)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
