import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from llm import Journal, Usage
from llm.redact import Redactor
from llm.storage import lock
from settings import UserError


def entry(name: str, **changes: Any) -> dict[str, Any]:
    usage = {"requests": 1, "prompt": 10, "cached": 4, "completion": 5}
    given = {"fingerprint": name, "response": {"text": f"answer {name} ü"}, "usage": usage, "error": None}
    return {**given, "attempt": 1, "seconds": 0.1, **changes}


def test_what_was_recorded_is_found_by_another_process_run(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "journal.jsonl"
    with Journal(path, 5) as journal:
        journal.record(entry("a"))
        journal.record(entry("b", response=None, usage=None, error="HTTP 500"))
    with Journal(path, 5) as journal:
        journal.record(entry("c"))
        found = journal.answer("a"), journal.answer("c")
        assert [line and line["response"]["text"] for line in found] == ["answer a ü", "answer c ü"]
        assert journal.answer("b") is None
        assert journal.usage == Usage(2, 20, 8, 10)


@pytest.mark.parametrize("cut", [1, 7, 60])
def test_a_torn_last_line_is_dropped_and_the_rest_used(tmp_path: Path, cut: int, caplog) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path, 5) as journal:
        journal.record(entry("a"))
        journal.record(entry("b"))
    os.truncate(path, path.stat().st_size - cut)
    with Journal(path, 5) as journal:
        assert journal.answer("a")
        assert journal.answer("b") is None
        journal.record(entry("b"))
    assert "torn" in caplog.text
    assert [json.loads(line)["fingerprint"] for line in path.read_text(encoding="utf-8").splitlines()] == ["a", "b"]


@pytest.mark.parametrize(
    "line",
    [
        "{broken",
        "[]",
        "7",
        '{"version": 1}',
        '{"version": 1, "fingerprint": "x", "attempt": 1}',
        '{"version": 2, "made_with": {}, "more": 1}',
        '{"version": 3, "settled": ["x"]}',
        "\x00\x00",
        json.dumps({"version": 2, **entry("x", usage={"prompu": 1})}),
        json.dumps({"version": 2, **entry("x", usage=7)}),
        json.dumps({"version": 2, **entry("x", fingerprint=["x"])}),
    ],
)
def test_a_line_that_is_no_entry_is_named_and_left_out(tmp_path: Path, line: str, caplog) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path, 5) as journal:
        journal.record(entry("a"))
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    with Journal(path, 5) as journal:
        journal.record(entry("b"))
    with Journal(path, 5) as journal:
        assert journal.answer("a")
        assert journal.answer("b")
    assert "line 2 is left out" in caplog.text


def test_two_runs_cannot_share_a_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path, 5), pytest.raises(UserError, match="another run is writing this journal"):
        Journal(path, 5)
    Journal(path, 5).close()


def test_a_lock_that_cannot_be_had_is_not_taken_for_another_run(tmp_path: Path) -> None:
    """As on a network's file system without a lock service; the kernel locks no handle that is only a path, either."""
    with pytest.raises(UserError, match="the file system cannot lock this journal: Bad file descriptor"):
        lock(os.open(tmp_path, os.O_PATH), tmp_path, "this journal")


def test_secrets_never_reach_the_file(tmp_path: Path) -> None:
    path, key = tmp_path / "journal.jsonl", 'sk-"12"\\34'
    with Journal(path, 5, Redactor([key])) as journal:
        journal.record(entry("a", response={"echo": f"Bearer {key}"}, error=f"bad {key}"))
    text = path.read_text(encoding="utf-8")
    assert key not in text
    assert json.loads(text)["response"] == {"echo": "Bearer [redacted]"}


def test_a_stand_in_for_a_key_eats_no_words(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.jsonl", 5, Redactor(["k", "none", ""])) as journal:
        journal.record(entry("a", response="keep none of it"))
        assert (journal.answer("a") or {})["response"] == "keep none of it"


def test_a_folder_that_cannot_be_made_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UserError, match="the journal cannot be opened"):
        Journal(tmp_path / "file" / "journal.jsonl", 5)


def test_a_full_disk_is_one_message_and_leaves_the_lines_before_whole(tmp_path: Path) -> None:
    """The limit on a file's size stands in for the disk: the write fails half-way through a line, as on a full one."""
    path = tmp_path / "journal.jsonl"
    script = (
        "import sys; from llm import Journal; from settings import UserError\n"
        "from tests.llm.test_journal import entry\n"
        "with Journal(sys.argv[1], 5) as journal:\n"
        "    try:\n"
        "        for number in range(100): journal.record(entry(str(number)))\n"
        "    except UserError as error: print(error)\n"
    )

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    run = subprocess.run(
        [sys.executable, "-c", script, path], capture_output=True, text=True, preexec_fn=small_files, check=False
    )
    assert run.returncode == 0, run.stderr
    assert "the file has reached the largest size that is allowed" in run.stdout
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["fingerprint"] for line in lines] == [str(number) for number in range(len(lines))]
    assert 2 <= len(lines) < 100


def test_all_requests_about_a_subject_are_found_again_the_failed_ones_too(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path, 5) as journal:
        journal.record(entry("a", subject="row"))
        journal.record(entry("b", subject="other"))
        journal.record(entry("c", subject="row", response=None, usage=None, error="HTTP 500"))
    with Journal(path, 5) as journal:
        assert [line["fingerprint"] for line in journal.about("row")] == ["a", "c"]
        assert journal.about("nobody") == []


def test_a_journal_knows_which_subjects_were_settled_when_it_was_opened(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path, 5) as journal:
        for name in ("kept", "killed", "again"):
            journal.record(entry(name, subject=name))
        for name in ("kept", "again", "kept", "nobody"):
            journal.settle(name)
        journal.record(entry("more", subject="again", response=None, usage=None, error="HTTP 500"))
        assert {journal.asked(name) for name in ("kept", "killed", "again")} == {"never"}
    with Journal(path, 5) as journal:
        journal.record(entry("new", subject="new"))
        journal.settle("killed")
        found = [journal.asked(name) for name in ("kept", "killed", "again", "new", "nobody")]
        assert found == ["before", "lately", "lately", "never", "never"]
        assert [line["fingerprint"] for line in journal.about("again")] == ["again", "more"]
    settled = [line["settled"] for line in map(json.loads, path.read_text().splitlines()) if "settled" in line]
    assert settled == ["kept", "again", "killed"]


def test_a_change_of_what_requests_are_made_with_is_told_across_runs(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with Journal(path, 5) as journal:
        assert journal.made_with is None
        journal.begin({"model": "a"})
        journal.record(entry("x", subject="row"))
    with Journal(path, 5) as journal:
        assert journal.made_with == {"model": "a"}
        journal.begin({"model": "a"})
        journal.begin({"model": "b"})
        journal.record(entry("y", subject="row"))
        made_with = [line["made_with"] for line in journal.about("row")]
    assert made_with[0] != made_with[1]
    assert len(path.read_text().splitlines()) == 4


def test_a_journal_of_the_first_version_is_read_by_fingerprint(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text(json.dumps({"version": 1, **entry("a")}) + "\n")
    with Journal(path, 5) as journal:
        assert journal.answer("a")
        assert journal.usage.prompt == 10


def test_a_journal_of_another_version_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text(json.dumps({"version": 99, **entry("a")}) + "\n")
    with pytest.raises(UserError, match="format 99, this program reads 1 to 3") as raised:
        Journal(path, 5)
    assert "--out" in (raised.value.hint or "")
    assert path.read_text().startswith('{"version": 99')


def test_an_answer_that_no_file_can_hold_is_recorded_all_the_same(tmp_path: Path) -> None:
    with Journal(tmp_path / "journal.jsonl", 5) as journal:
        journal.record(entry("a", response={"text": "half a pair: \ud83d"}))
    with Journal(tmp_path / "journal.jsonl", 5) as journal:
        assert journal.answer("a") is not None


@pytest.mark.parametrize(("save_every", "forced"), [(1e-9, 3), (3600.0, 1)])
def test_lines_are_forced_to_the_disk_as_often_as_asked_and_at_the_end(
    save_every: float, forced: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handles: list[int] = []
    monkeypatch.setattr(os, "fsync", handles.append)
    with Journal(tmp_path / "journal.jsonl", save_every) as journal:
        journal.record(entry("a"))
        journal.record(entry("b"))
    assert len(handles) == forced
    assert len(set(handles)) == 1
