"""A mistake ends in one message that says what to do."""

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from evals.review.__main__ import main
from evals.review.report.__main__ import main as report
from settings import UserError, write_jsonl
from tests.evals.review.results import NAMES, leave_run


def said(folder: Path, *arguments: object, command: Callable[..., int] = main) -> str:
    with pytest.raises(UserError) as raised:
        command(["--run", str(folder), *map(str, arguments)])
    return str(raised.value)


def test_no_such_run(folder: Path) -> None:
    message = said(folder.parent / "other")
    assert "there is no run here (no run.json)" in message
    assert f"{folder.parent} has trial" in message
    assert "`just eval` makes one" in said(folder.parent.parent / "none/other")


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"run": "a", "conditions": [{}]}', '{"run": "a", "conditions": 1}'])
def test_a_broken_index(folder: Path, text: str) -> None:
    (folder / "run.json").write_text(text)
    assert "run.json: this is no index of a run" in said(folder)


def test_only_one_condition(tmp_path: Path) -> None:
    folder = leave_run(tmp_path / "one", NAMES[:1])
    assert f"a comparison needs two conditions of outline, got {NAMES[0]}" in said(folder)


def test_a_condition_without_answers(folder: Path) -> None:
    (folder / NAMES[0] / "outline/completions.jsonl").unlink()
    assert f"a comparison needs two conditions of outline, got {NAMES[1]}" in said(folder)
    assert f"no condition {NAMES[0]!r} has answers" in said(folder, "--pairs", ",".join(NAMES))


def test_questions_that_are_not_shared(folder: Path) -> None:
    path = folder / NAMES[0] / "outline/completions.jsonl"
    write_jsonl(path, [{"id": 99, "sample": 0, "completion": "- a"}])
    assert f"{NAMES[0]} and {NAMES[1]} have answered no question of outline in common" in said(folder)


def test_a_row_without_its_keys(folder: Path) -> None:
    write_jsonl(folder / "questions/outline.jsonl", [{"id": 1}])
    assert "outline.jsonl, row 1: user is missing" in said(folder)


def test_several_tasks(folder: Path) -> None:
    index = json.loads((folder / "run.json").read_text())
    index["conditions"] += [{**index["conditions"][0], "task": "safety"}]
    (folder / "run.json").write_text(json.dumps(index))
    assert "the run has several tasks: outline, safety" in said(folder)
    assert "there is no task 'mmlu'; allowed: outline, safety" in said(folder, "--task", "mmlu")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--n", "0"], "--n must be at least 1, got 0"),
        (["--repeat", "0.6"], "--repeat is a share from 0 to 0.5, got 0.6"),
        (["--repeat", "nan"], "--repeat is a share"),
        (["--host", "0.0.0.0"], "others can reach this address, so raters need a token"),
        (["--port", "70000"], "--port is a number from 0 to 65535, got 70000"),
        (["--host", "203.0.113.9", "--token-file", "token"], "cannot listen there"),
    ],
)
def test_wrong_arguments(folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str) -> None:
    monkeypatch.chdir(folder)
    (folder / "token").write_text("0123456789abcdef")
    assert message in said(folder, *arguments)
    assert not (folder / "review.sqlite").exists()


def test_a_port_that_is_taken(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert "Address already in use" in said(folder, "--port", taken.getsockname()[1])


def test_a_command_ends_without_a_traceback(folder: Path, run_module: Callable[..., object]) -> None:
    ended = run_module("evals.review", "--run", folder, "--n", "0")
    assert (ended.returncode, ended.stdout) == (2, "")  # type: ignore[attr-defined]
    assert "Traceback" not in ended.stderr  # type: ignore[attr-defined]


def test_a_report_of_nothing(folder: Path) -> None:
    assert "there are no ratings yet" in said(folder, command=report)
    assert "there is no run here" in said(folder / "none", command=report)
    assert not (folder / "review.sqlite").exists()
