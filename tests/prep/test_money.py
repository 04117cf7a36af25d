"""What a run will cost, what it may cost, what it did cost, and whether it was worth it."""

import dataclasses
import json
from pathlib import Path

import pytest

from benchmarks.teacher_server import Act, ChatServer, Seen
from tests.prep.conftest import Run, flat, good, make_rows, plain, reply_of, stubborn

TRIES = 3


def test_a_dry_run_sends_nothing_needs_no_key_and_leaves_nothing(
    server: ChatServer, source, prep: Run, tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DEEPSEEK_API_KEY")
    rows = [*make_rows(9), {**make_rows(1, seed=2)[0], "Doctor": None}]
    assert prep(source(rows), tmp_path / "out", "--dry-run", "teacher.max_cost=2") == 0
    printed = plain(capsys.readouterr().out)
    assert "rows 10" in printed
    assert "nothing to convert 1" in printed
    assert "9 first answers, 0 repairs" in printed
    assert "$2 for all runs" in printed
    assert not server.seen
    assert not (tmp_path / "out").exists()


def test_a_dry_run_counts_what_is_left_and_learns_from_what_was_paid(
    server: ChatServer, source, prep: Run, tmp_path: Path, capsys
) -> None:
    rows = source(make_rows(20))
    assert prep(rows, tmp_path / "out", "--limit", "8") == 0
    asked = len(server.seen)
    capsys.readouterr()
    assert prep(rows, tmp_path / "out", "--dry-run") == 0
    printed = plain(capsys.readouterr().out)
    assert "done, from the journal 8" in printed
    assert "12 first answers" in printed
    # The server counts 100 tokens a prompt and 20 an answer.
    assert "240 of answers" in printed
    assert "8 recorded answers" in printed
    assert len(server.seen) == asked


def test_max_cost_ends_the_run_cleanly_and_a_higher_one_goes_on(
    server: ChatServer, source, prep: Run, tmp_path: Path, capsys
) -> None:
    rows, prices = source(make_rows(40)), ["teacher.prices.output=1000", "teacher.max_tokens=64"]
    assert prep(rows, tmp_path / "out", *prices, "teacher.max_cost=0.5") == 1
    printed = plain(capsys.readouterr().out)
    assert "over budget" in printed
    assert "max_cost ended the run before its end" in printed
    asked = len(server.seen)
    assert 5 < asked < 25
    manifest = json.loads((tmp_path / "out/manifest.json").read_text())
    assert manifest["usage"]["total"]["dollars"] <= 0.5
    assert manifest["rows"]["kept"] == asked
    assert prep(rows, tmp_path / "out", *prices, "teacher.max_cost=5") == 0
    assert len(server.seen) == 40
    assert max(server.counts.values()) == 1


def test_cost_is_parted_into_first_pass_repair_and_waste(server: ChatServer, source, prep: Run, tmp_path: Path) -> None:
    """Row 0 needs one repair, row 1 fails with all its tries, the other eight are good at once."""
    rows = make_rows(10)
    bad = stubborn(rows, [1])

    def script(seen: Seen, times: int) -> Act:
        if reply_of(seen) == rows[0]["Doctor"] and len(seen.body["messages"]) == 2:
            return flat(seen, times)
        return bad(seen, times)

    server.script = script
    assert prep(source(rows), tmp_path / "out") == 0
    usage = json.loads((tmp_path / "out/manifest.json").read_text())["usage"]
    requests = {name: part["requests"] for name, part in usage.items()}
    assert requests == {"total": 9 + 1 + TRIES, "first pass": 9, "repair": 1, "other rows": 0, "wasted": TRIES}
    assert usage["total"]["cached"] == 60 * (10 + TRIES)
    assert usage["total"]["dollars"] == pytest.approx(sum(usage[n]["dollars"] for n in requests if n != "total"))


def test_answers_about_rows_that_are_not_in_this_run_are_not_called_wasted(
    server: ChatServer, source, prep: Run, tmp_path: Path, capsys
) -> None:
    rows = make_rows(10)
    server.script = stubborn(rows, [1, 8])
    assert prep(source(rows), tmp_path / "out") == 0
    assert "other rows" not in plain(capsys.readouterr().out)
    assert prep(source(rows), tmp_path / "out", "--limit", "4") == 0
    assert f"of it other rows {5 + TRIES} requests" in plain(capsys.readouterr().out)
    usage = json.loads((tmp_path / "out/manifest.json").read_text())["usage"]
    requests = {name: part["requests"] for name, part in usage.items()}
    total = 8 + 2 * TRIES
    assert requests == {"total": total, "first pass": 3, "repair": 0, "other rows": 5 + TRIES, "wasted": TRIES}


def test_rows_that_say_the_same_are_billed_once(server: ChatServer, source, prep: Run, tmp_path: Path) -> None:
    rows = make_rows(6)
    assert prep(source([*rows, *rows]), tmp_path / "out") == 0
    usage = json.loads((tmp_path / "out/manifest.json").read_text())["usage"]
    assert [usage[part]["requests"] for part in ("total", "first pass", "wasted")] == [6, 6, 0]


def test_a_dry_run_counts_rows_that_say_the_same_once(source, prep: Run, tmp_path: Path, capsys) -> None:
    rows = make_rows(6)
    assert prep(source([*rows, *rows]), tmp_path / "out", "--dry-run") == 0
    printed = plain(capsys.readouterr().out)
    assert "6 first answers" in printed
    assert "say the same as another row 6: asked once with it" in printed


def test_a_dry_run_of_the_offline_teacher_tells_the_rows_and_costs_nothing(
    source, prep: Run, tmp_path: Path, capsys
) -> None:
    rows = source([*make_rows(4), {**make_rows(1, seed=2)[0], "Doctor": None}])
    assert prep(rows, tmp_path / "out", "--dry-run", "--teacher", "rules") == 0
    printed = plain(capsys.readouterr().out)
    assert "rows 5" in printed
    assert "nothing to convert 1" in printed
    assert "cost none: the rules teacher asks nobody" in printed
    assert not (tmp_path / "out").exists()


def test_a_run_that_keeps_too_few_says_so_and_ends_with_1_each_time(
    server: ChatServer, source, prep: Run, tmp_path: Path, capsys
) -> None:
    rows = make_rows(10)
    server.script = stubborn(rows, [0, 1, 2])
    assert prep(source(rows), tmp_path / "out", "gate.min_success=0.75") == 1
    assert "only 70.0% of the rows" in plain(capsys.readouterr().out)
    assert prep(source(rows), tmp_path / "out", "gate.min_success=0.75") == 1
    assert "already done" in capsys.readouterr().out
    assert prep(source(rows), tmp_path / "fresh", "gate.min_success=0.7") == 0


def test_another_round_is_offered_where_it_can_be_had(
    server: ChatServer, source, prep: Run, tmp_path: Path, capsys
) -> None:
    rows = make_rows(10)
    server.script = stubborn(rows, [0, 1, 2])
    assert prep(source(rows), tmp_path / "hosted", "gate.min_success=1") == 1
    assert "--retry-failed asks for them once more" in plain(capsys.readouterr().out)
    reply = "Drink plenty of water. Take rest. Your throat is red because of the cold. Come back after a week."
    rows = [{**rows[0], "Doctor": reply}, {**rows[1], "Doctor": "rest"}]
    assert prep(source(rows), tmp_path / "offline", "gate.min_success=1", "--teacher", "rules") == 1
    printed = plain(capsys.readouterr().out)
    assert "only 50.0% of the rows" in printed
    assert "--retry-failed" not in printed


def test_answers_without_token_counts_are_told_with_what_they_may_cost(
    server: ChatServer, source, prep: Run, tmp_path: Path, capsys
) -> None:
    rows = make_rows(10)
    uncounted = {row["Doctor"] for row in rows[:4]}

    def script(seen: Seen, times: int) -> Act:
        counts = (0, 0, 0) if reply_of(seen) in uncounted else (100, 20, 60)
        return dataclasses.replace(good(seen, times), usage=counts)

    server.script = script
    assert prep(source(rows), tmp_path / "out") == 0
    usage = json.loads((tmp_path / "out/manifest.json").read_text())["usage"]
    assert (usage["total"]["requests"], usage["total"]["uncounted"]) == (10, 4)
    assert 0 < usage["total"]["estimated_dollars"] < usage["total"]["dollars"]
    assert (usage["first pass"]["uncounted"], usage["wasted"]["dollars"]) == (4, 0)
    told = f"4 answers: their cost is estimated at ${usage['total']['estimated_dollars']:.4f}"
    assert told in plain(capsys.readouterr().out)
    # The same from the journal, and nothing of it where all is counted.
    (tmp_path / "out/manifest.json").unlink()
    assert prep(source(rows), tmp_path / "out") == 0
    assert json.loads((tmp_path / "out/manifest.json").read_text())["usage"] == usage
    server.script = good
    capsys.readouterr()
    assert prep(source(rows), tmp_path / "counted") == 0
    assert "estimated" not in capsys.readouterr().out


def test_the_closing_table_names_the_model_that_was_asked_and_every_folder(
    server: ChatServer, source, prep: Run, tmp_path: Path, capsys
) -> None:
    server.script = lambda seen, times: (flat if len(seen.body["messages"]) == 2 else good)(seen, times)
    assert prep(source(make_rows(6)), tmp_path / "out") == 0
    printed = plain(capsys.readouterr().out)
    assert "through deepseek-chat" in printed
    assert "chat/ processed/ preferences/ failed.jsonl manifest.json" in printed
