"""Dry run, budget, another round for what failed, and the recorded answers judged anew."""

import json
from pathlib import Path

import pytest

from benchmarks.teacher_server import Act, ChatServer, Seen
from settings import UserError, read_jsonl, write_jsonl
from tests.prep.conftest import KEY, Run, contents, good, make_rows, outline_of, reply_of

TRIES = 3


def plain(printed: str) -> str:
    """The words that were printed, without a table's borders."""
    return " ".join(word for word in printed.split() if word != "│")


def flat(seen: Seen, times: int) -> Act:
    """An answer that no gate keeps."""
    return Act(content=f"- {reply_of(seen)}")


def stubborn(rows: list[dict], bad: list[int]):
    """A script that answers the rows of `bad` badly, in their repairs too."""
    replies = {rows[index]["Doctor"] for index in bad}
    return lambda seen, times: flat(seen, times) if reply_of(seen) in replies else good(seen, times)


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
    assert requests == {"total": 9 + 1 + TRIES, "first pass": 9, "repair": 1, "wasted": TRIES}
    assert usage["total"]["cached"] == 60 * (10 + TRIES)
    assert usage["total"]["dollars"] == pytest.approx(sum(usage[n]["dollars"] for n in requests if n != "total"))


def test_rows_that_say_the_same_are_billed_once(server: ChatServer, source, prep: Run, tmp_path: Path) -> None:
    rows = make_rows(6)
    assert prep(source([*rows, *rows]), tmp_path / "out") == 0
    usage = json.loads((tmp_path / "out/manifest.json").read_text())["usage"]
    assert [usage[part]["requests"] for part in ("total", "first pass", "wasted")] == [6, 6, 0]


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


def test_failed_rows_get_another_round_and_only_they(server: ChatServer, source, prep: Run, tmp_path: Path) -> None:
    rows = make_rows(10)
    server.script = stubborn(rows, [3, 4])
    assert prep(source(rows), tmp_path / "out") == 0
    asked = len(server.seen)
    server.script = stubborn(rows, [4])
    assert prep(source(rows), tmp_path / "out", "--retry-failed") == 0
    again = server.seen[asked:]
    assert {reply_of(seen) for seen in again} == {rows[3]["Doctor"], rows[4]["Doctor"]}
    assert len(again) == 1 + TRIES
    (failed,) = read_jsonl(tmp_path / "out/failed.jsonl")
    assert (failed["index"], len(failed["attempts"])) == (4, 2 * TRIES)
    # What the round brought stays, without a request, when the run is made once more.
    before = contents(tmp_path / "out")
    (tmp_path / "out/manifest.json").unlink()
    assert prep(source(rows), tmp_path / "out") == 0
    assert contents(tmp_path / "out") == before
    assert len(server.seen) == asked + 1 + TRIES


def test_an_interrupted_round_is_taken_up_not_begun_anew(server: ChatServer, source, prep: Run, tmp_path: Path) -> None:
    rows = make_rows(10)
    server.script = stubborn(rows, [3, 4])
    assert prep(source(rows), tmp_path / "out") == 0
    failed = (tmp_path / "out/failed.jsonl").read_bytes()
    assert prep(source(rows), tmp_path / "out", "--retry-failed") == 0
    asked = len(server.seen)
    # As if the round had been killed before its end: the journal has it, failed.jsonl is the one of before.
    (tmp_path / "out/failed.jsonl").write_bytes(failed)
    assert prep(source(rows), tmp_path / "out", "--retry-failed") == 0
    assert len(server.seen) == asked


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["--retry-failed"], "nothing to retry"), (["--retry-failed", "--teacher", "rules"], "nothing to retry")],
)
def test_a_retry_of_nothing_is_one_message(source, prep: Run, tmp_path: Path, arguments, message: str) -> None:
    with pytest.raises(UserError, match=message):
        prep(source(make_rows(2)), tmp_path / "out", *arguments)
    assert not (tmp_path / "out").exists()


def write_spec(path: Path, **changes: int) -> Path:
    spec = {"min_depth": 3, "max_children": 5, "max_roots": 5, "allow_prose": False, **changes}
    path.write_text(json.dumps(spec))
    return path


def test_a_changed_structure_is_judged_anew_without_a_request(
    server: ChatServer, source, prep: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = make_rows(10)
    four = {rows[index]["Doctor"] for index in (0, 1)}

    def deeper(seen: Seen, times: int) -> Act:
        text = reply_of(seen)
        return Act(content=outline_of(text) + (f"\n      - {text.split()[-1]}" if text in four else ""))

    server.script = deeper
    assert prep(source(rows), tmp_path / "out") == 0
    asked = len(server.seen)
    monkeypatch.delenv("DEEPSEEK_API_KEY")
    strict = write_spec(tmp_path / "four.yml", min_depth=4)
    assert prep(source(rows), tmp_path / "out", "--revalidate", f"spec={strict}", "gate.min_success=0") == 0
    manifest = json.loads((tmp_path / "out/manifest.json").read_text())
    assert manifest["rows"]["kept"] == 2
    assert manifest["rows"]["failed"] == {"min_depth": 8}
    assert manifest["asked_with"]["model"] == "deepseek-chat"
    assert len(server.seen) == asked
    assert prep(source(rows), tmp_path / "out", "--revalidate") == 0
    assert json.loads((tmp_path / "out/manifest.json").read_text())["rows"]["kept"] == 10
    assert len(server.seen) == asked


def test_revalidation_without_a_change_gives_the_same_bytes(
    server: ChatServer, source, prep: Run, tmp_path: Path
) -> None:
    rows = make_rows(10)
    bad = stubborn(rows, [1])
    server.script = lambda seen, times: flat(seen, times) if len(seen.body["messages"]) == 2 else bad(seen, times)
    assert prep(source(rows), tmp_path / "out") == 0
    before = contents(tmp_path / "out")
    asked = len(server.seen)
    assert prep(source(rows), tmp_path / "out", "--revalidate") == 0
    assert contents(tmp_path / "out") == before
    assert len(server.seen) == asked


def test_a_changed_prompt_or_model_asks_anew_and_says_why(
    server: ChatServer, source, prep: Run, tmp_path: Path, capsys
) -> None:
    rows = source(make_rows(6))
    assert prep(rows, tmp_path / "out") == 0
    assert "changed" not in capsys.readouterr().err
    assert prep(rows, tmp_path / "out", "teacher.model=another", 'prompts.user="Doctor\'s reply:\\n{reply}"') == 0
    said = plain(capsys.readouterr().err)
    assert "model changed from 'deepseek-chat' to 'another'" in said
    assert "prompts.user changed" in said
    assert len(server.seen) == 12


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


def test_answers_of_another_model_do_not_pass_for_those_of_the_one_that_is_set(
    server: ChatServer, source, prep: Run, tmp_path: Path
) -> None:
    rows, other = source(make_rows(6)), "teacher.model=another"
    assert prep(rows, tmp_path / "out") == 0
    assert prep(rows, tmp_path / "out", "--revalidate", other) == 0
    manifest = json.loads((tmp_path / "out/manifest.json").read_text())
    assert manifest["teacher"]["model"] == manifest["asked_with"]["model"] == "deepseek-chat"
    assert "(deepseek-chat)" in (tmp_path / "out/chat/README.md").read_text()
    assert len(server.seen) == 6
    assert prep(rows, tmp_path / "out", other) == 0
    assert len(server.seen) == 12


@pytest.mark.parametrize(
    ("arguments", "message"), [((), "holds no journal"), (("--teacher", "rules"), "records no answers")]
)
def test_a_revalidation_of_nothing_is_one_message_and_changes_nothing(
    source, prep: Run, tmp_path: Path, arguments, message: str
) -> None:
    rows = source(make_rows(6))
    assert prep(rows, tmp_path / "out") == 0
    (tmp_path / "out/journal.jsonl").unlink()
    before = contents(tmp_path / "out")
    with pytest.raises(UserError, match=message):
        prep(rows, tmp_path / "out", "--revalidate", *arguments)
    assert contents(tmp_path / "out") == before
    assert (tmp_path / "out/manifest.json").exists()


def test_failures_of_an_earlier_release_are_one_message(source, prep: Run, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    write_jsonl(tmp_path / "out/failed.jsonl", [{"index": 0, "status": "failed", "attempts": []}])
    with pytest.raises(UserError, match="earlier release"):
        prep(source(make_rows(2)), tmp_path / "out", "--retry-failed")


def test_a_dry_run_counts_rows_that_say_the_same_once(source, prep: Run, tmp_path: Path, capsys) -> None:
    rows = make_rows(6)
    assert prep(source([*rows, *rows]), tmp_path / "out", "--dry-run") == 0
    assert "6 first answers" in plain(capsys.readouterr().out)


def test_a_folder_that_is_being_written_is_refused(server: ChatServer, source, prep: Run, tmp_path: Path) -> None:
    from llm.storage import held

    with held(tmp_path / "out"), pytest.raises(UserError, match="another run is writing this folder"):
        prep(source(make_rows(2)), tmp_path / "out")
    assert not server.seen
