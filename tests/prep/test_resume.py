"""Killed, interrupted, refused, out of disk: what was paid for is kept, and the same command goes on."""

import json
import resource
import signal
import time
from pathlib import Path

import pytest

from benchmarks.teacher_server import Act, ChatServer, Seen
from prep.fingerprint import of_file
from prep.view.__main__ import main as view
from settings import UserError, read_jsonl
from tests.prep.conftest import KEY, Run, contents, good, make_rows, outline_of, reply_of, stubborn, wait_for

CONCURRENCY = 8


def slow(seen: Seen, times: int) -> Act:
    return Act(content=outline_of(reply_of(seen)), delay=0.1)


@pytest.mark.slow
def test_a_killed_run_goes_on_and_pays_only_what_was_in_flight_twice(
    server: ChatServer, source, start, prep: Run, tmp_path: Path
) -> None:
    rows = source(make_rows(60))
    server.script = slow
    for kill_at in (15, 35):
        process = start(rows, tmp_path / "killed")
        wait_for(server, kill_at)
        process.kill()
        process.wait()
        assert not (tmp_path / "killed/manifest.json").exists()
    server.script = good
    assert prep(rows, tmp_path / "killed") == 0
    assert len(server.counts) == 60
    assert sum(server.counts.values()) - 60 <= 2 * CONCURRENCY
    assert max(server.counts.values()) <= 3
    assert prep(rows, tmp_path / "whole") == 0
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")
    assert len(read_jsonl(tmp_path / "killed/failed.jsonl")) == 0


@pytest.mark.slow
def test_an_interrupt_ends_soon_with_a_summary_and_130(
    server: ChatServer, source, start, prep: Run, tmp_path: Path
) -> None:
    rows = source(make_rows(60))
    server.script = slow
    process = start(rows, tmp_path / "out")
    wait_for(server, 20)
    process.send_signal(signal.SIGINT)
    asked = time.monotonic()
    printed, _ = process.communicate(timeout=20)
    assert time.monotonic() - asked < 5
    assert process.returncode == 130
    assert "stopped before the end" in printed
    assert "Traceback" not in printed
    assert prep(rows, tmp_path / "out") == 0
    assert sum(server.counts.values()) - 60 <= CONCURRENCY


@pytest.mark.slow
def test_a_refused_key_stops_at_once_with_one_message(server: ChatServer, source, start, tmp_path: Path) -> None:
    server.script = lambda seen, times: Act(status=401, raw=json.dumps({"error": {"message": f"bad key {KEY}"}}))
    process = start(source(make_rows(40)), tmp_path / "out")
    printed, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert printed.count("error:") == 1
    assert "refused the API key of DEEPSEEK_API_KEY" in printed
    assert "Traceback" not in printed
    assert len(server.seen) <= CONCURRENCY
    assert KEY not in printed
    assert all(KEY.encode() not in path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file())


def test_a_model_that_the_provider_calls_wrong_stops_the_run_and_costs_no_row(
    server: ChatServer, source, prep: Run, tmp_path: Path
) -> None:
    server.script = lambda seen, times: Act(status=400, raw="Model Not Exist")
    rows = source(make_rows(60))
    with pytest.raises(UserError, match=r"called the first \d+ requests wrong and answered none .*Model Not Exist"):
        prep(rows, tmp_path / "out")
    assert len(server.seen) < 8 + 2 * CONCURRENCY
    assert not (tmp_path / "out/failed.jsonl").exists()
    server.script = good
    assert prep(rows, tmp_path / "out") == 0
    assert read_jsonl(tmp_path / "out/failed.jsonl") == []


@pytest.mark.slow
def test_a_full_disk_is_one_message_and_loses_nothing(
    server: ChatServer, source, start, prep: Run, tmp_path: Path
) -> None:
    """The limit on a file's size stands in for the disk: the journal hits it half-way through a line."""
    rows = source(make_rows(60))
    process = start(rows, tmp_path / "out", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000)))
    printed, _ = process.communicate(timeout=60)
    assert process.returncode == 2, printed
    assert printed.count("error:") == 1
    assert "the file has reached the largest size" in printed
    assert "Traceback" not in printed
    kept = sum("fingerprint" in line for line in read_jsonl(tmp_path / "out/journal.jsonl"))
    assert kept >= 5
    paid = len(server.seen)
    assert paid - kept <= CONCURRENCY
    assert prep(rows, tmp_path / "out") == 0
    assert len(server.seen) - paid == 60 - kept


def test_a_finished_run_is_not_done_again(server: ChatServer, source, prep: Run, tmp_path: Path, capsys) -> None:
    rows = source(make_rows(12))
    assert prep(rows, tmp_path / "out") == 0
    asked, before = len(server.seen), contents(tmp_path / "out")
    assert prep(rows, tmp_path / "out") == 0
    assert "already done: 12 of 12 rows" in capsys.readouterr().out
    assert prep(rows, tmp_path / "out", "teacher.concurrency=3") == 0
    assert len(server.seen) == asked
    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize("harm", ["edit", "remove"])
def test_a_dataset_that_was_touched_is_made_again_from_the_journal(
    server: ChatServer, source, prep: Run, tmp_path: Path, harm: str
) -> None:
    rows = source(make_rows(12))
    prep(rows, tmp_path / "out")
    asked, before = len(server.seen), contents(tmp_path / "out")
    train = tmp_path / "out/chat/train.jsonl"
    train.unlink() if harm == "remove" else train.write_text("{}\n", encoding="utf-8")
    assert prep(rows, tmp_path / "out") == 0
    assert len(server.seen) == asked
    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize(
    ("change", "requests"),
    [
        ("teacher.model=other", 12),
        ("teacher.temperature=0.5", 12),
        ("prompts.system='{structure} now'", 12),
        ("gate.min_coverage=0.1", 0),
        ("chat.seed=9", 0),
    ],
)
def test_only_what_a_request_depends_on_makes_new_ones(
    server: ChatServer, source, prep: Run, tmp_path: Path, change: str, requests: int
) -> None:
    rows = source(make_rows(12))
    prep(rows, tmp_path / "out")
    asked = len(server.seen)
    assert prep(rows, tmp_path / "out", change) == 0
    assert len(server.seen) - asked == requests


def test_rows_without_an_answer_are_asked_again_by_the_next_run(
    server: ChatServer, source, prep: Run, tmp_path: Path, capsys
) -> None:
    given = make_rows(12)
    server.script = lambda seen, times: Act(status=500) if reply_of(seen) == given[4]["Doctor"] else good(seen, times)
    assert prep(source(given), tmp_path / "out") == 0
    assert "1 rows got no answer" in capsys.readouterr().out
    (failed,) = read_jsonl(tmp_path / "out/failed.jsonl")
    assert (failed["index"], failed["kind"]) == (4, "no answer")
    server.script = good
    asked = len(server.seen)
    assert prep(source(given), tmp_path / "out") == 0
    assert len(server.seen) - asked == 1
    assert read_jsonl(tmp_path / "out/failed.jsonl") == []


def test_the_repair_turn_tells_the_teacher_its_exact_faults(
    server: ChatServer, source, prep: Run, tmp_path: Path
) -> None:
    def script(seen: Seen, times: int) -> Act:
        repairing = len(seen.body["messages"]) > 2
        return good(seen, times) if repairing else Act(content="- take 7 tablets of this\n- and no more")

    server.script = script
    assert prep(source(make_rows(3)), tmp_path / "out") == 0
    repairs = [seen for seen in server.seen if len(seen.body["messages"]) == 4]
    assert len(repairs) == 3
    for seen in repairs:
        assert seen.body["messages"][2] == {"role": "assistant", "content": "- take 7 tablets of this\n- and no more"}
        assert "min_depth: the answer: expected at least 3 levels, got 1 level" in seen.text
        assert "7" in seen.text


def test_a_second_run_on_the_same_folder_is_refused(server: ChatServer, source, prep: Run, tmp_path: Path) -> None:
    from llm import Journal

    rows = source(make_rows(3))
    with Journal(tmp_path / "out/journal.jsonl", 5), pytest.raises(UserError, match="another run"):
        prep(rows, tmp_path / "out")
    assert server.seen == []


def test_no_row_kept_is_no_dataset_and_status_1(server: ChatServer, source, prep: Run, tmp_path: Path, capsys) -> None:
    server.script = lambda seen, times: Act(content="no")
    assert prep(source(make_rows(3)), tmp_path / "out") == 1
    assert "no row was kept" in capsys.readouterr().out
    assert not (tmp_path / "out/manifest.json").exists()
    assert len(read_jsonl(tmp_path / "out/failed.jsonl")) == 3


def test_a_run_that_keeps_nothing_leaves_no_earlier_dataset_in_its_place(
    server: ChatServer, source, prep: Run, tmp_path: Path, capsys
) -> None:
    """Nor loses it: it stands aside, whole."""
    out, rows = tmp_path / "out", make_rows(6)
    server.script = stubborn(rows, [5])
    assert prep(source(rows), out) == 0
    (out / "view.html").write_text("of the first run")
    before = contents(out)
    blank = [{**row, "Doctor": ""} for row in rows]
    assert prep(source(blank), out) == 1
    assert f"an earlier run left here now lies in {out / 'before'}" in capsys.readouterr().out
    assert {path.name for path in out.iterdir()} == {"before", "failed.jsonl", "journal.jsonl"}
    assert contents(out / "before") == before
    files = json.loads((out / "before/manifest.json").read_text())["files"]
    assert all(of_file(out / "before" / name) == digest for name, digest in files.items())
    with pytest.raises(UserError, match="the last run kept no row"):
        view([str(out)])
    # Once more: there is nothing left to move, and what was moved stays.
    assert prep(source(blank), out) == 1
    assert "earlier run" not in capsys.readouterr().out
    assert contents(out / "before") == before
    # A dataset is made anew, and then set aside beside the first.
    asked = len(server.seen)
    assert prep(source(rows), out) == 0
    assert len(server.seen) == asked
    assert prep(source(blank), out) == 1
    assert contents(out / "before-2") == {name: text for name, text in before.items() if name != "view.html"}
    assert contents(out / "before") == before
