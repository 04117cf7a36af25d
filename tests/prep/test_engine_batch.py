"""`engine: batch` against `engine: local`, with the same answers: the same dataset, at no more cost."""

import json
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.teacher_server import Act, ChatServer, Seen
from benchmarks.teacher_server.batches import BatchRules
from settings import UserError, read_jsonl
from tests.prep.conftest import KEY, Run, contents, good, make_rows, plain, reply_of

BATCH = ("engine=batch", "batch.poll=0.05", "batch.requests=15")


@pytest.fixture
def server() -> Iterator[ChatServer]:
    server = ChatServer(good, batches=BatchRules(seconds=0.1)).start()
    yield server
    server.stop()


def mended(rows: list[dict[str, Any]], bad: int) -> Callable[[Seen, int], Act]:
    """A script whose first answers to the first rows are flat."""
    replies = {row["Doctor"] for row in rows[:bad]}

    def script(seen: Seen, times: int) -> Act:
        first = len(seen.body["messages"]) == 2
        return Act(content=f"- {reply_of(seen)}") if first and reply_of(seen) in replies else good(seen, times)

    return script


def test_the_dataset_is_that_of_engine_local(server: ChatServer, source, prep: Run, tmp_path: Path) -> None:
    given = make_rows(40)
    hopeless = given[7]["Doctor"]
    repairs = mended(given, 12)
    server.script = lambda seen, times: (
        Act(content=f"- {reply_of(seen)}") if reply_of(seen) == hopeless else repairs(seen, times)
    )
    # Rows that say the same, and one without a reply.
    rows = source([*given, *given[:3], {**given[0], "Doctor": None}])
    assert prep(rows, tmp_path / "local") == 0
    asked = len(server.seen)
    assert prep(rows, tmp_path / "batch", *BATCH) == 0
    assert server.answered == 2 * asked
    assert len(server.seen) == asked
    ours, theirs = contents(tmp_path / "batch"), contents(tmp_path / "local")
    (failed,) = (row for row in rows_of(ours.pop("failed.jsonl")) if row["status"] == "failed")
    (expected,) = (row for row in rows_of(theirs.pop("failed.jsonl")) if row["status"] == "failed")
    assert ours == theirs
    assert failed["attempts"] == expected["attempts"]
    assert [without_time(line) for line in failed["requests"]] == [without_time(line) for line in expected["requests"]]


def rows_of(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines()]


def requests(journal: Path) -> list[dict[str, Any]]:
    return [line for line in read_jsonl(journal) if "fingerprint" in line]


def without_time(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name not in ("seconds", "batch")}


def test_repairs_go_into_batches_of_their_own(server: ChatServer, source, prep: Run, tmp_path: Path) -> None:
    given = make_rows(20)
    server.script = mended(given, 6)
    assert prep(source(given), tmp_path / "out", *BATCH) == 0
    turns: dict[str, list[int]] = {}
    for line in requests(tmp_path / "out/journal.jsonl"):
        turns.setdefault(line["batch"], []).append(line["turn"])
    assert turns == {"batch_1": [1] * 15, "batch_2": [1] * 5, "batch_3": [2] * 6}


@pytest.mark.parametrize("changes", [{"line_failures": 0.3}, {"end": "expired", "done_at_end": 0.7}])
def test_lines_without_an_answer_are_asked_again(
    server: ChatServer, source, prep: Run, tmp_path: Path, changes: dict[str, Any]
) -> None:
    rows = source(make_rows(20))
    assert prep(rows, tmp_path / "local") == 0
    server.batches.rules = BatchRules(seconds=0.05, **changes)
    # What an expired batch leaves undone is drawn from a line's id, so that asking again would never end it.
    server.call_script = lambda call, times: recover(server, call, times)
    assert prep(rows, tmp_path / "batch", *BATCH) == 0
    assert contents(tmp_path / "batch") == contents(tmp_path / "local")
    assert len(requests(tmp_path / "batch/journal.jsonl")) > 20
    assert server.ledger.paid_twice == 20, "the answers of the first run, once more each"


def recover(server: ChatServer, call: str, times: int) -> Act:
    if (call, times) == ("POST /v1/batches", 4):
        server.batches.rules = BatchRules(seconds=0.05)
    return Act()


def test_a_line_that_always_fails_ends_with_its_attempts(
    server: ChatServer, source, prep: Run, tmp_path: Path, capsys
) -> None:
    server.batches.rules = BatchRules(seconds=0.05, line_failures=1.0)
    assert prep(source(make_rows(3)), tmp_path / "out", *BATCH) == 1
    assert "3 rows got no answer; the same command asks for them again" in capsys.readouterr().out
    for row in read_jsonl(tmp_path / "out/failed.jsonl"):
        assert [line["attempt"] for line in row["requests"]] == [1, 2, 3]
        assert (row["kind"], row["reason"][:8]) == ("no answer", "HTTP 500")


def test_a_batch_that_the_provider_refuses_is_one_message(
    server: ChatServer, source, prep: Run, tmp_path: Path
) -> None:
    server.batches.rules = BatchRules(seconds=0.05, end="failed")
    with pytest.raises(UserError, match="refused the batch batch_1 as a whole: the batch failed"):
        prep(source(make_rows(3)), tmp_path / "out", *BATCH)
    server.batches.rules = BatchRules(seconds=0.05)
    assert prep(source(make_rows(3)), tmp_path / "out", *BATCH) == 0
    assert server.answered == 3


def test_batches_that_are_too_much_at_once_go_one_after_the_other(
    server: ChatServer, source, prep: Run, tmp_path: Path
) -> None:
    server.batches.rules = BatchRules(seconds=0.1, at_once=1)
    assert prep(source(make_rows(20)), tmp_path / "out", *BATCH, "batch.requests=8") == 0
    assert server.calls["POST /v1/batches"] > 3
    assert server.answered == 20
    assert server.ledger.paid_twice == 0


def test_no_batch_can_carry_the_cost_over_the_limit(
    server: ChatServer, source, prep: Run, tmp_path: Path, capsys
) -> None:
    """An answer costs $0.0000186 and could cost 900 times that, so at first few requests fit, and more later."""
    rows = source(make_rows(20))
    assert prep(rows, tmp_path / "out", *BATCH, "teacher.max_cost=0.003") == 0
    sizes = [line["batch"] for line in requests(tmp_path / "out/journal.jsonl")]
    assert sizes.count("batch_1") < 5
    assert len(sizes) == 20
    capsys.readouterr()
    assert prep(rows, tmp_path / "poor", *BATCH, "teacher.max_cost=0.0016") == 1
    assert "teacher.max_cost ended the run" in capsys.readouterr().out
    paid = len(requests(tmp_path / "poor/journal.jsonl"))
    assert 0 < paid < 20
    assert prep(rows, tmp_path / "poor", *BATCH) == 0
    assert contents(tmp_path / "poor") == contents(tmp_path / "out")
    assert server.answered == 40


def test_each_engine_goes_on_with_what_the_other_left(server: ChatServer, source, prep: Run, tmp_path: Path) -> None:
    rows = source(make_rows(12))
    assert prep(rows, tmp_path / "out", *BATCH, "limit=5") == 0
    assert prep(rows, tmp_path / "out", "limit=8") == 0
    assert prep(rows, tmp_path / "out", *BATCH) == 0
    assert len(server.seen) == 3
    assert server.answered == 12
    assert prep(rows, tmp_path / "out", *BATCH, "--revalidate") == 0
    assert server.answered == 12


def test_another_round_asks_for_failed_rows_once_more(server: ChatServer, source, prep: Run, tmp_path: Path) -> None:
    given = make_rows(8)
    reply = given[2]["Doctor"]
    server.script = lambda seen, times: Act(content="flat") if reply_of(seen) == reply else good(seen, times)
    assert prep(source(given), tmp_path / "out", *BATCH) == 0
    assert server.answered == 10
    server.script = good
    assert prep(source(given), tmp_path / "out", *BATCH, "--retry-failed") == 0
    assert server.answered == 11
    assert read_jsonl(tmp_path / "out/failed.jsonl") == []


def wait_for_call(server: ChatServer, call: str, times: int) -> None:
    deadline = time.monotonic() + 60
    while server.calls[call] < times:
        assert time.monotonic() < deadline, f"only {server.calls[call]} of {call}"
        time.sleep(0.002)


@pytest.mark.slow
def test_a_run_that_is_killed_again_and_again_pays_for_nothing_twice(
    server: ChatServer, source, prep: Run, start, tmp_path: Path
) -> None:
    given = make_rows(40)
    server.script = mended(given, 10)
    server.batches.rules = BatchRules(seconds=1.5)
    rows = source(given)
    for call, times in [("POST /v1/batches", 2), ("GET /v1/batches/{id}", 1), ("GET /v1/files/{id}/content", 1)]:
        process = start(rows, tmp_path / "killed", *BATCH)
        wait_for_call(server, call, server.calls[call] + times)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not (tmp_path / "killed/manifest.json").exists()
        for path in tmp_path.rglob("*"):
            assert not path.is_file() or KEY.encode() not in path.read_bytes()
    assert prep(rows, tmp_path / "killed", *BATCH) == 0
    stats = server.ledger.stats()
    assert (stats["answered"], stats["paid"], stats["paid_twice"]) == (50, 50, 0)
    assert not (tmp_path / "killed/batches").exists()
    assert prep(rows, tmp_path / "whole") == 0
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")


def test_what_was_never_sent_as_a_batch_does_not_keep_another_engine_from_asking(
    server: ChatServer, source, prep: Run, tmp_path: Path
) -> None:
    (tmp_path / "out/batches").mkdir(parents=True)
    (tmp_path / "out/batches/draft-0.jsonl").write_text("{}\n")
    assert prep(source(make_rows(2)), tmp_path / "out") == 0


def test_a_dry_run_counts_what_is_under_way_as_sent_and_leaves_it(
    server: ChatServer, source, prep: Run, tmp_path: Path, capsys
) -> None:
    server.call_script = lambda call, times: Act(status=401 if call == "GET /v1/batches/{id}" else 200)
    rows = source(make_rows(20))
    with pytest.raises(UserError, match="refused the API key"):
        prep(rows, tmp_path / "out", *BATCH)
    before = contents(tmp_path / "out")
    assert prep(source(make_rows(24)), tmp_path / "out", *BATCH, "--dry-run") == 0
    told = plain(capsys.readouterr().out)
    assert "under way in batches 20 requests" in told
    assert "to be asked 4 first answers, 0 repairs" in told
    assert contents(tmp_path / "out") == before
    with pytest.raises(UserError, match="batches are under way"):
        prep(rows, tmp_path / "out", "--dry-run")


@pytest.mark.slow
def test_an_interrupt_leaves_the_batches_to_the_provider_and_says_so(
    server: ChatServer, source, prep: Run, start, tmp_path: Path
) -> None:
    rows = source(make_rows(20))
    server.batches.rules = BatchRules(seconds=2)
    process = start(rows, tmp_path / "out", *BATCH)
    wait_for_call(server, "GET /v1/batches/{id}", 4)
    process.send_signal(signal.SIGINT)
    printed, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "the batches under way go on at the provider; the same command takes them up" in printed
    assert "Traceback" not in printed
    with pytest.raises(UserError, match="batches are under way"):
        prep(rows, tmp_path / "out")
    assert prep(rows, tmp_path / "out", *BATCH) == 0
    assert server.answered == 20
    assert server.calls["POST /v1/batches"] == 2
