"""One row, one line, one run: what goes wrong with it touches nothing else."""

import dataclasses
from pathlib import Path

import pytest

from benchmarks.teacher_server import Act, ChatServer, Seen
from settings import UserError, read_jsonl, write_jsonl
from tests.prep.conftest import KEY, Run, contents, good, make_rows, outline_of, reply_of, stubborn

TRIES = 3


def test_failed_rows_are_kept_with_answers_raw_responses_and_reasons(
    server: ChatServer, source, prep: Run, tmp_path: Path
) -> None:
    rows = make_rows(8)
    bad = stubborn(rows, [2])

    def script(seen: Seen, times: int) -> Act:
        if reply_of(seen) == rows[5]["Doctor"]:
            return Act(status=500, raw=f"it broke {KEY}")
        return bad(seen, times)

    server.script = script
    assert prep(source(rows), tmp_path / "out") == 0
    gate, wire = read_jsonl(tmp_path / "out/failed.jsonl")
    assert (gate["index"], gate["kind"], len(gate["attempts"])) == (2, "min_depth", TRIES)
    assert all(attempt["violations"] for attempt in gate["attempts"])
    answers = [line["response"]["choices"][0]["message"]["content"] for line in gate["requests"]]
    assert answers == [attempt["answer"] for attempt in gate["attempts"]]
    assert (wire["index"], wire["kind"], wire["attempts"]) == (5, "no answer", [])
    assert [line["response"] for line in wire["requests"]] == ["it broke [redacted]"] * 3
    assert all("HTTP 500" in line["error"] for line in wire["requests"])


def test_a_corrupt_journal_line_is_named_and_the_rest_used(
    server: ChatServer, source, prep: Run, tmp_path: Path, caplog
) -> None:
    rows = source(make_rows(6))
    assert prep(rows, tmp_path / "out") == 0
    before = contents(tmp_path / "out")
    journal = tmp_path / "out/journal.jsonl"
    lines = journal.read_text().split("\n")
    journal.write_text("\n".join([*lines[:3], '{"version": 2, "fing' + lines[3][60:], *lines[4:]]))
    assert prep(rows, tmp_path / "out", "gate.tries=2") == 0
    assert "line 4 is left out" in caplog.text
    assert len(server.seen) == 7
    after = contents(tmp_path / "out")
    assert after["chat/train.jsonl"] == before["chat/train.jsonl"]


@pytest.mark.parametrize("reason", ["length", "content_filter", "insufficient_system_resource"])
def test_an_answer_that_the_provider_broke_off_is_asked_for_again(
    server: ChatServer, source, prep: Run, tmp_path: Path, reason: str
) -> None:
    def script(seen: Seen, times: int) -> Act:
        if len(seen.body["messages"]) == 2 and times == 1:
            return Act(content=outline_of(reply_of(seen).rsplit(maxsplit=2)[0]), finish_reason=reason)
        return good(seen, times)

    server.script = script
    rows = make_rows(4)
    whole = {row["Doctor"].split()[-1] for row in rows}
    for again in ([], ["--revalidate"]):
        assert prep(source(rows), tmp_path / "out", *again) == 0
        kept = [row for file in (tmp_path / "out/chat").glob("*.jsonl") for row in read_jsonl(file)]
        assert {row["messages"][-1]["content"].split()[-1] for row in kept} == whole
    assert len(server.seen) == 8


def test_an_outline_that_invents_a_number_goes_back_with_the_finding(
    server: ChatServer, source, prep: Run, tmp_path: Path
) -> None:
    def script(seen: Seen, times: int) -> Act:
        if len(seen.body["messages"]) == 2:
            return Act(content=outline_of(reply_of(seen)) + " 700 mg")
        return good(seen, times)

    server.script = script
    assert prep(source(make_rows(4)), tmp_path / "out") == 0
    repairs = [seen for seen in server.seen if len(seen.body["messages"]) > 2]
    assert len(repairs) == 4
    assert all("700" in seen.text for seen in repairs)
    pairs = [
        pair
        for split in ("train", "validation", "test")
        for pair in read_jsonl(tmp_path / f"out/preferences/{split}.jsonl")
    ]
    assert len(pairs) == 4
    assert all("700" in pair["rejected"]["content"] and "700" not in pair["chosen"]["content"] for pair in pairs)


def test_no_file_holds_the_key(server: ChatServer, source, prep: Run, tmp_path: Path) -> None:
    server.script = lambda seen, times: Act(status=400, raw=f"bad {KEY}") if times == 1 else good(seen, times)
    prep(source(make_rows(3)), tmp_path / "out")
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert files
    assert all(KEY.encode() not in path.read_bytes() for path in files)


def test_a_second_run_on_one_journal_is_refused(server: ChatServer, source, prep: Run, tmp_path: Path) -> None:
    from llm import Journal

    with Journal(tmp_path / "out/journal.jsonl", 5), pytest.raises(UserError, match="another run is writing"):
        prep(source(make_rows(2)), tmp_path / "out")
    assert not server.seen


def test_a_folder_that_is_being_written_is_refused(server: ChatServer, source, prep: Run, tmp_path: Path) -> None:
    from llm.storage import held

    with held(tmp_path / "out"), pytest.raises(UserError, match="another run is writing this folder"):
        prep(source(make_rows(2)), tmp_path / "out")
    assert not server.seen


def test_rows_added_to_the_source_cost_only_themselves(server: ChatServer, source, prep: Run, tmp_path: Path) -> None:
    rows = make_rows(6)
    assert prep(source(rows), tmp_path / "out") == 0
    write_jsonl(tmp_path / "more.jsonl", [*make_rows(2, seed=9), *rows])
    assert prep(tmp_path / "more.jsonl", tmp_path / "out") == 0
    assert len(server.seen) == 8


def test_an_answer_with_half_a_surrogate_pair_is_one_like_any_other(
    server: ChatServer, source, prep: Run, tmp_path: Path
) -> None:
    rows = source(make_rows(6))
    server.script = lambda seen, times: Act(content=f"{good(seen, times).content} \ud83d")
    assert prep(rows, tmp_path / "out", "gate.tries=1") == 0
    before = contents(tmp_path / "out")
    (tmp_path / "out/manifest.json").unlink()
    assert prep(rows, tmp_path / "out", "gate.tries=1") == 0
    assert contents(tmp_path / "out") == before
    assert len(server.seen) == 6


def test_the_order_in_which_rows_end_shows_in_no_dataset(server: ChatServer, source, prep: Run, tmp_path: Path) -> None:
    """Long replies are asked about first, and answers come as they come."""
    rows = [
        {**row, "Doctor": f"{row['Doctor']} {'ruva ' * (index * 7 % 12)}"} for index, row in enumerate(make_rows(12))
    ]
    bad = stubborn([{**row, "Doctor": row["Doctor"].strip()} for row in rows], [1, 4, 8, 9])
    found = []
    for concurrency, fast in ((1, 0), (8, 0), (8, 1)):
        server.script = lambda seen, times, fast=fast: dataclasses.replace(
            bad(seen, times), delay=0.02 * (len(reply_of(seen)) % 5 if fast else 0)
        )
        out = tmp_path / f"{concurrency}-{fast}"
        assert prep(source(rows), out, f"teacher.concurrency={concurrency}", "gate.min_success=0") == 0
        found.append({name: text for name, text in contents(out).items() if name != "failed.jsonl"})
    assert b"rows 1, 4, 8, 9" in found[0]["chat/README.md"]
    assert found[0] == found[1] == found[2]
