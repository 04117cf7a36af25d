from pathlib import Path

import pytest

from settings import UserError, iterate_jsonl, open_jsonl, read_jsonl, write_jsonl


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


def test_a_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text('{"a": "\ufeff"}\n', encoding="utf-8-sig")
    assert read_jsonl(tmp_path / "rows.jsonl") == list(iterate_jsonl(tmp_path / "rows.jsonl")) == [{"a": "\ufeff"}]


def test_half_a_surrogate_pair_is_read_as_what_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(r'{"a \ud83d": ["\uD83D", "\ud83d\ude00", "\\ud83d"]}' + "\n")
    rows = read_jsonl(path)
    assert rows == list(iterate_jsonl(path)) == [{"a ?": ["?", "\U0001f600", r"\ud83d"]}]
    write_jsonl(path, rows)
    assert read_jsonl(path) == rows


def test_a_text_that_no_file_can_hold_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_jsonl(tmp_path / "rows.jsonl", [{"a": "\ud83d"}])
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_a_file_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        write_jsonl(tmp_path / "file/rows.jsonl", [{}])


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").mkdir()
    with pytest.raises(UserError, match="cannot be written"):
        write_jsonl(tmp_path / "rows.jsonl", [{}])
    assert [path.name for path in tmp_path.iterdir()] == ["rows.jsonl"]


def test_reading_row_by_row_gives_the_same(tmp_path: Path) -> None:
    rows = [{"text": "line\u2028separator, ünïcode\n"}, {"n": 1.5, "none": None}]
    write_jsonl(tmp_path / "rows.jsonl", rows)
    with (tmp_path / "rows.jsonl").open("a") as file:
        file.write(' \r\n{"last": 1}')
    assert list(iterate_jsonl(tmp_path / "rows.jsonl")) == [*rows, {"last": 1}] == read_jsonl(tmp_path / "rows.jsonl")


@pytest.mark.parametrize(
    ("content", "message"),
    [(b'{}\n\n{"a": \n', "line 3: this is not valid JSON"), (b"{}\n\xff\n", "it is not UTF-8 text"), (None, "No such")],
)
def test_a_bad_file_is_told_when_its_fault_is_reached(tmp_path: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        (tmp_path / "rows.jsonl").write_bytes(content)
    with pytest.raises(UserError, match=message):
        list(iterate_jsonl(tmp_path / "rows.jsonl"))


def test_rows_written_one_by_one_are_the_same_file(tmp_path: Path) -> None:
    rows = [{"text": "ünïcode\n"}, {"n": 1.5}]
    write_jsonl(tmp_path / "at_once.jsonl", rows)
    with open_jsonl(tmp_path / "new/one_by_one.jsonl") as add:
        for row in rows:
            add(row)
    assert (tmp_path / "new/one_by_one.jsonl").read_bytes() == (tmp_path / "at_once.jsonl").read_bytes()


def test_rows_that_stop_half_way_leave_the_old_file(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "rows.jsonl", [{"old": 1}])
    with pytest.raises(TypeError, match="not JSON serializable"), open_jsonl(tmp_path / "rows.jsonl") as add:
        add({"new": object()})
    assert [path.name for path in tmp_path.iterdir()] == ["rows.jsonl"]
    assert read_jsonl(tmp_path / "rows.jsonl") == [{"old": 1}]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").mkdir()
    with pytest.raises(UserError, match=r"rows.jsonl: the file cannot be written"), open_jsonl(tmp_path / "rows.jsonl"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["rows.jsonl"]
