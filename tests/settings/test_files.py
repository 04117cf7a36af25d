from pathlib import Path

import pytest

from settings import UserError, read_jsonl, write_jsonl


def test_rows_come_back_as_they_were_written(tmp_path: Path) -> None:
    rows = [{"text": "line\u2028separator, ünïcode\n"}, {"n": 1.5, "none": None}]
    write_jsonl(tmp_path / "new/rows.jsonl", rows)
    assert read_jsonl(tmp_path / "new/rows.jsonl") == rows


@pytest.mark.parametrize(
    ("line", "message"), [("{", "line 2: this is not valid JSON"), ("[1]", "line 2: a row is a JSON object")]
)
def test_a_bad_line_is_named_by_its_number(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "rows.jsonl").write_text('{"a": 1}\n' + line + "\n")
    with pytest.raises(UserError, match=message):
        read_jsonl(tmp_path / "rows.jsonl")


def test_a_folder_that_is_a_file_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        write_jsonl(tmp_path / "file/rows.jsonl", [{}])


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").mkdir()
    with pytest.raises(UserError, match="cannot be written"):
        write_jsonl(tmp_path / "rows.jsonl", [{}])
    assert [path.name for path in tmp_path.iterdir()] == ["rows.jsonl"]
