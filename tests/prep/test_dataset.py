"""One run through a server with all kinds of rows, and everything that it leaves on the disk."""

import json
from pathlib import Path

import pytest
import yaml

from benchmarks.teacher_server import Act, ChatServer, Seen
from outline import StructureSpec, check_compliance, check_fidelity
from prep.__main__ import main
from prep.chat import question_row, write_questions
from settings import read_jsonl
from tests.prep.conftest import KEY, consultation, contents, good, make_rows, write_jsonl

ROWS = make_rows(24)
NULL, BLANK, NEVER_GOOD, REPAIRED, REPEATED = 2, 5, 7, 11, 20
COLUMNS = {"Description", "Patient", "Doctor", "Status", "_original_doctor", "_conversion_success"}


def script(seen: Seen, times: int) -> Act:
    asked = seen.body["messages"][1]["content"]
    if ROWS[NEVER_GOOD]["Doctor"] in asked:
        return Act(content="I would rather not.")
    if ROWS[REPAIRED]["Doctor"] in asked and len(seen.body["messages"]) == 2:
        return Act(content="- flat")
    return good(seen, times)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """The folder of a finished run."""
    folder = tmp_path_factory.mktemp("run")
    rows = [dict(row) for row in ROWS]
    rows[NULL]["Doctor"], rows[BLANK]["Doctor"] = None, "  "
    rows[REPEATED] = dict(rows[0])
    write_jsonl(folder / "rows.jsonl", rows)
    write_jsonl(folder / "questions.jsonl", [rows[1], {**rows[1], "Patient": "unlike all the others"}])
    questions = {"path": str(folder / "questions.jsonl"), "columns": {name.lower(): name for name in ROWS[0]}}
    server = ChatServer().start()
    server.script = script
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        patch.setenv("DEEPSEEK_API_KEY", KEY)
        arguments = ["--source", str(folder / "rows.jsonl"), "--out", str(folder / "out")]
        status = main([*arguments, f"teacher.base_url={server.url}", f"questions={json.dumps(questions)}"])
    server.stop()
    assert status == 0
    return folder / "out"


def chat(out: Path) -> list[dict]:
    return [row for name in ("train", "validation", "test") for row in read_jsonl(out / "chat" / f"{name}.jsonl")]


def test_the_full_set_has_every_row_and_the_clean_one_the_kept(out: Path) -> None:
    import datasets

    full = datasets.load_from_disk(str(out / "processed/hierarchical_dataset"))
    clean = datasets.load_from_disk(str(out / "processed/hierarchical_dataset_clean"))
    assert set(full.column_names) == set(clean.column_names) == COLUMNS
    assert [i for i, row in enumerate(full) if not row["_conversion_success"]] == [NULL, BLANK, NEVER_GOOD]
    assert full[NEVER_GOOD]["Doctor"] == full[NEVER_GOOD]["_original_doctor"] == ROWS[NEVER_GOOD]["Doctor"]
    assert full[NULL]["Doctor"] is None
    asked = ["Description", "Patient", "Status"]
    assert full.select_columns(asked).to_list() == [
        {name: row[name] for name in asked} for row in read_jsonl(out.parent / "rows.jsonl")
    ]
    assert clean.to_list() == [row for row in full if row["_conversion_success"]]
    assert clean[0]["_original_doctor"] == ROWS[0]["Doctor"]


def test_every_kept_row_is_compliant_and_faithful(out: Path, spec: StructureSpec) -> None:
    rows = chat(out)
    for row in rows:
        answer, metadata = row["messages"][-1]["content"], row["metadata"]
        assert check_compliance(answer, spec).compliant
        assert not check_fidelity(metadata["reference"], answer, row["messages"][1]["content"]).found
        assert (metadata["teacher"], metadata["status"]) == ("openai", "low severity")
        assert metadata["reference"] == ROWS[metadata["index"]]["Doctor"]
    left_out = {NULL, BLANK, NEVER_GOOD, REPEATED, 1}
    assert sorted(row["metadata"]["index"] for row in rows) == sorted(set(range(24)) - left_out)


def test_a_conversation_is_system_user_assistant(out: Path, spec: StructureSpec) -> None:
    for row in chat(out):
        system, user, assistant = row["messages"]
        assert [system["role"], user["role"], assistant["role"]] == ["system", "user", "assistant"]
        assert spec.instruction() in system["content"]
        original = ROWS[row["metadata"]["index"]]
        assert user["content"] == f"{original['Description']}\n{original['Patient']}"


def test_questions_have_no_answer_and_are_not_trained_on(out: Path) -> None:
    questions = read_jsonl(out / "chat/questions.jsonl")
    assert [[message["role"] for message in row["messages"]] for row in questions] == [["system", "user"]] * 2
    assert questions[0]["metadata"]["reference"] == ROWS[1]["Doctor"]
    assert questions[0]["metadata"].keys() == chat(out)[0]["metadata"].keys()
    assert 1 not in [row["metadata"]["index"] for row in chat(out)]


def test_the_mended_row_is_a_preference_pair(out: Path) -> None:
    (pair,) = [row for file in sorted((out / "preferences").iterdir()) for row in read_jsonl(file)]
    (kept,) = [row for row in chat(out) if row["metadata"]["index"] == REPAIRED]
    assert [*pair["messages"], pair["chosen"]] == kept["messages"]
    assert pair["rejected"] == {"role": "assistant", "content": "- flat"}
    assert pair["metadata"]["findings"][0].startswith("min_depth: ")
    assert pair["metadata"]["fingerprint"] != pair["metadata"]["rejected_fingerprint"]


def test_failed_rows_are_told_with_reason_and_attempts(out: Path) -> None:
    failed = {row["index"]: row for row in read_jsonl(out / "failed.jsonl")}
    assert {index: row["kind"] for index, row in failed.items()} == {
        NULL: "null reply",
        BLANK: "blank reply",
        NEVER_GOOD: "list_only",
    }
    assert len(failed[NEVER_GOOD]["attempts"]) == 3
    assert failed[NEVER_GOOD]["attempts"][0]["answer"] == "I would rather not."


def test_the_card_tells_what_is_in_and_what_is_not(out: Path) -> None:
    card = (out / "chat/README.md").read_text(encoding="utf-8")
    _, front, text = card.split("---\n", 2)
    splits = yaml.safe_load(front)["configs"][0]["data_files"]
    assert {part["split"] for part in splits} == {"train", "validation", "test", "questions"}
    for line in (
        "| source | 24 |",
        "| kept | 21 |",
        f"- list_only: 1 (rows {NEVER_GOOD})",
        f"- null reply: 1 (rows {NULL})",
        "| left out: duplicates of another row | 1 |",
        "| left out: near-duplicates of a held-out question | 1 |",
        "| passed at the first try | 95.2% |",
        "| preferences/*.jsonl (the outline against a refused first answer) | 1 |",
    ):
        assert line in text


def test_the_manifest_covers_every_file_and_the_cost(out: Path) -> None:
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["files"]) == set(contents(out))
    assert manifest["rows"]["total"] == 24
    # 20 different rows, one of them asked twice and one three times.
    assert manifest["usage"]["total"]["requests"] == 24
    assert manifest["usage"]["total"]["dollars"] == pytest.approx(24 * (40 * 0.28 + 60 * 0.028 + 20 * 0.42) / 1e6)
    assert manifest["teacher"]["model"] == "deepseek-chat"


def test_the_key_is_in_no_file(out: Path) -> None:
    assert all(KEY.encode() not in path.read_bytes() for path in out.rglob("*") if path.is_file())


def test_questions_that_are_held_out_no_longer_leave_no_file(tmp_path: Path) -> None:
    (file,) = write_questions(tmp_path, [question_row(consultation(), "Answer.")])
    assert len(read_jsonl(file)) == 1
    assert write_questions(tmp_path, []) == []
    assert not file.exists()
