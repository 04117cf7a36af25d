"""Another round for what failed, and the recorded answers judged anew."""

import json
import shutil
from pathlib import Path

import pytest

from benchmarks.teacher_server import Act, ChatServer, Seen
from llm import Endpoint, Journal
from llm.estimate import Estimate
from llm.recorded import RecordedClient
from outline import StructureSpec
from prep.config import PrepConfig
from prep.prompts import PromptSet
from prep.sources import Rows
from prep.teachers.openai import OpenAI
from settings import UserError, read_jsonl, write_jsonl
from tests.prep.conftest import Run, contents, flat, make_rows, outline_of, plain, reply_of, stubborn

TRIES = 3


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


@pytest.mark.parametrize("failing", [[3, 4], []], ids=["two failed", "none failed"])
@pytest.mark.parametrize("engine", [(), ("engine=batch", "batch.poll=0.05")], ids=["local", "batch"])
def test_another_round_with_another_model_is_refused(
    server: ChatServer, source, prep: Run, tmp_path: Path, engine: tuple[str, ...], failing: list[int]
) -> None:
    rows = make_rows(10)
    server.script = stubborn(rows, failing)
    assert prep(source(rows), tmp_path / "out", *engine) == 0
    asked, journal = server.answered, (tmp_path / "out/journal.jsonl").read_bytes()
    with pytest.raises(UserError, match=r"to 'another' since .* ask anew about the rows that were kept, too"):
        prep(source(rows), tmp_path / "out", "--retry-failed", "teacher.model=another", *engine)
    assert server.answered == asked
    assert (tmp_path / "out/journal.jsonl").read_bytes() == journal


def test_a_round_whose_dataset_could_not_be_written_is_taken_up_too(
    server: ChatServer, source, prep: Run, tmp_path: Path
) -> None:
    rows = make_rows(10)
    server.script = stubborn(rows, [3, 4])
    assert prep(source(rows), tmp_path / "out") == 0
    shutil.rmtree(tmp_path / "out/chat")
    (tmp_path / "out/chat").touch()
    with pytest.raises(UserError, match="cannot be written"):
        prep(source(rows), tmp_path / "out", "--retry-failed")
    asked = len(server.seen)
    (tmp_path / "out/chat").unlink()
    assert prep(source(rows), tmp_path / "out", "--retry-failed") == 0
    assert len(server.seen) == asked


def test_rows_that_get_another_round_are_looked_at_first(
    server: ChatServer, source, prep: Run, tmp_path: Path, config: PrepConfig, spec: StructureSpec
) -> None:
    """They were settled, as those that were kept."""
    server.script = stubborn(make_rows(4), [2])
    rows = Rows(config.source.model_copy(update={"hub": None, "path": source(make_rows(4))}), tmp_path)
    assert prep(tmp_path / "rows.jsonl", tmp_path / "out") == 0
    (failed,) = read_jsonl(tmp_path / "out/failed.jsonl")
    assert isinstance(config.teacher, Endpoint)
    assert config.prompts is not None
    with Journal(tmp_path / "out/journal.jsonl", 5) as journal:
        client = RecordedClient(config.teacher, journal, lambda request: None, Estimate(config.teacher))
        teacher = OpenAI(client, PromptSet(config.prompts, spec), TRIES, rounds={failed["row"]: 2})
        assert [teacher.asked(row) for row in rows] == ["before", "before", "lately", "before"]


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
    # Back again: that is a change too, but all of it was asked before.
    assert prep(rows, tmp_path / "out") == 0
    assert "a row that was asked with just this before keeps that answer" in plain(capsys.readouterr().err)
    assert len(server.seen) == 12


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


def test_answers_of_two_models_pass_for_those_of_neither(server: ChatServer, source, prep: Run, tmp_path: Path) -> None:
    rows, other = source(make_rows(6)), "teacher.model=another"
    assert prep(rows, tmp_path / "out") == 0
    assert prep(rows, tmp_path / "out", other, "--limit", "2") == 0
    assert prep(rows, tmp_path / "out", other, "--revalidate") == 0
    manifest = json.loads((tmp_path / "out/manifest.json").read_text())
    assert manifest["asked_with"]["model"] == ["another", "deepseek-chat"]
    assert manifest["teacher"]["model"] == "another, deepseek-chat"
    assert "(another, deepseek-chat)" in (tmp_path / "out/chat/README.md").read_text()
    assert len(server.seen) == 8
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
