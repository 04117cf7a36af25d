import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from prep.config import Columns, Source
from prep.consultation import Consultation
from prep.sources import Rows, looks_like_hub_id
from settings import UserError, write_jsonl
from tests.prep.conftest import consultation

COLUMNS = Columns(description="Description", patient="Patient", doctor="Doctor", status="Status")
ROWS = [
    {"Description": "a, cold", "Patient": 'I "cough"\nat night', "Doctor": "drink {water}", "Status": "low"},
    {"Description": "ü", "Patient": "it hurts", "Doctor": None, "Status": "high"},
]


def write_csv(path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(ROWS[0]))
        writer.writeheader()
        writer.writerows(ROWS)


def write_arrow(path: Path) -> None:
    import datasets

    datasets.Dataset.from_list(ROWS).save_to_disk(path)


WRITERS: dict[str, Callable[[Path], Any]] = {
    "rows.jsonl": lambda path: write_jsonl(path, ROWS),
    "rows.csv": write_csv,
    "rows.parquet": lambda path: pyarrow.parquet.write_table(pyarrow.Table.from_pylist(ROWS), path),
    "rows": write_arrow,
}


def list_of(source: Source, raw: Path, limit: int | None = None) -> list[Consultation]:
    """Return the rows, seen twice: a source is read anew each time."""
    rows = Rows(source, raw, limit)
    assert list(rows) == list(rows)
    assert len(list(rows)) == len(rows)
    return list(rows)


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_rows(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path / name)
    rows = list_of(Source(path=tmp_path / name, columns=COLUMNS), tmp_path)
    assert rows[0] == Consultation(0, "a, cold", 'I "cough"\nat night', "drink {water}", "low")
    # CSV has no null: its empty cell is a blank reply.
    assert rows[1] == Consultation(1, "ü", "it hurts", "" if name == "rows.csv" else None, "high")


def test_columns_are_mapped_and_optional_ones_may_be_absent(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "rows.jsonl", [{"question": "why", "answer": "because"}])
    mapped = Columns(description=None, patient="question", doctor="answer", status=None)
    rows = list_of(Source(path=tmp_path / "rows.jsonl", columns=mapped), tmp_path)
    assert rows == [Consultation(0, "", "why", "because", "")]


def test_limit_takes_the_first_rows(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "rows.jsonl", ROWS)
    assert len(list_of(Source(path=tmp_path / "rows.jsonl", columns=COLUMNS), tmp_path, limit=1)) == 1


def broken(text: str | bytes, name: str = "rows.jsonl") -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return folder / name

    return make


HEADER = "Description,Patient,Doctor,Status\n"


def arrow_of_nothing(folder: Path) -> Path:
    (folder / "rows").mkdir()
    return folder / "rows"


def arrow_of_splits(folder: Path) -> Path:
    import datasets

    rows = datasets.Dataset.from_list(ROWS)
    datasets.DatasetDict({"train": rows, "test": rows}).save_to_disk(folder / "rows")
    return folder / "rows"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: folder / "none.jsonl", "cannot be read|does not exist"),
        (broken(""), "holds no rows"),
        (broken("\n\n"), "holds no rows"),
        (broken('{"Patient": '), "line 1: this is not valid JSON"),
        (broken(b"\xff\xfe\x00"), "UTF-8"),
        (broken('{"Description": "", "Patient": "", "Status": ""}'), r"column 'Doctor' \(source.columns.doctor\)"),
        (broken("Description,Patient,Doctor,Status\n", "rows.csv"), "holds no rows"),
        (broken("Description,Patient,Doctor,Status\na,b,c,d,e\n", "rows.csv"), "row 1: there are more fields"),
        (broken(b"\xff\xfe\x00\n\x00", "rows.csv"), "cannot be read"),
        (
            broken(f"{HEADER}a,caf\u00e9,c,d\n".encode("cp1252"), "rows.csv"),
            "byte 40, in line 2, is 0xE9\\n\\nhint: save it as",
        ),
        (
            broken(f"{HEADER}a,b,c,d\n".encode("utf-16"), "rows.csv"),
            "not UTF-8 text but UTF-16\\n\\nhint: save it as UTF-8",
        ),
        (broken('{"Patient": "\u00e9"}'.encode("cp1252")), "byte 14, in line 1, is 0xE9"),
        (
            broken(f'{HEADER}a,b,"c\nc",d\n\na,"b,c,d\n', "rows.csv"),
            "row 2, from line 4 on: a quotation mark is",
        ),
        (broken(f'{HEADER}a,"b"b,c,d\n', "rows.csv"), r"row 1, from line 2 on: ',' expected after"),
        (broken('Description,"Patient\n', "rows.csv"), "the header: a quotation mark is opened"),
        (
            broken(f"{HEADER.replace(',', ';')}a;b;c;d,e\n", "rows.csv"),
            "seem to be parted by ';'\\n\\nhint: save the file with",
        ),
        (
            broken(f"{HEADER.replace(',', ', ')}a,b,c,d\n", "rows.csv"),
            "'Patient' .* the source has ' Doctor', ' Patient',",
        ),
        (broken("no parquet", "rows.parquet"), "cannot be read"),
        (broken("x", "rows.xlsx"), "got .xlsx, a source is .jsonl, .csv, .parquet or"),
        (arrow_of_nothing, "cannot be read"),
        (arrow_of_splits, "this folder holds the splits train, test; give one of them"),
    ],
)
def test_a_source_that_cannot_be_used_is_one_message(
    tmp_path: Path, make: Callable[[Path], Path], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        list_of(Source(path=make(tmp_path), columns=COLUMNS), tmp_path)


def doubled_parquet(path: Path) -> None:
    names = ["Description", "Patient", "Doctor", "Doctor", "Note", "Note", "Status"]
    pyarrow.parquet.write_table(pyarrow.table([[name] for name in names], names=names), path)


@pytest.mark.parametrize("name", ["rows.csv", "rows.parquet"])
def test_of_two_columns_of_one_name_none_is_taken_in_silence(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if path.suffix == ".csv":
        path.write_text("Description,Patient,Doctor,Doctor,Note,Note,Status,,\na,b,c,d,e,f,g,,\n")
    else:
        doubled_parquet(path)
    said = rf"{name}: 2 columns are called 'Doctor' \(source\.columns\.doctor\)\n\nhint: give each its own name"
    with pytest.raises(UserError, match=said):
        Rows(Source(path=path, columns=COLUMNS), tmp_path)
    # One that nothing is mapped to may stand as often as it likes.
    unmapped = Columns(description="Description", patient="Patient", doctor="Status", status=None)
    assert len(Rows(Source(path=path, columns=unmapped), tmp_path)) == 1


@pytest.mark.parametrize(
    ("text", "hub"),
    [
        ("mahfoos/Patient-Doctor-Conversation", True),
        ("owner/name.v2", True),
        ("folder/rows.jsonl", False),
        ("rows.csv", False),
        ("./folder/rows", False),
        ("/absolute/rows", False),
        ("configs/prep.yml/deeper", False),
    ],
)
def test_a_hub_id_is_told_from_a_path(text: str, hub: bool) -> None:
    assert looks_like_hub_id(text) is hub


def test_a_folder_of_that_name_is_no_hub_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "owner" / "name").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert not looks_like_hub_id("owner/name")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (consultation(None), "null reply"),
        (consultation(" \n"), "blank reply"),
        (consultation("rest", description=" ", patient=""), "no patient text"),
        (consultation("rest", patient=""), None),
        (consultation("rest", description=""), None),
    ],
)
def test_a_row_says_what_it_lacks(row: Consultation, reason: str | None) -> None:
    assert row.missing() == reason


def test_the_description_leads_unless_the_message_holds_it() -> None:
    assert consultation(description="Bad cold", patient="I cough").question() == "Bad cold\nI cough"
    assert consultation(description="Bad cold ", patient="I have a bad cold").question() == "I have a bad cold"


def test_what_was_fetched_is_not_fetched_again(tmp_path: Path) -> None:
    source = Source(hub="owner/name", revision="main", split="train", columns=COLUMNS)
    write_jsonl(tmp_path / "owner--name.jsonl", ROWS)
    (tmp_path / "owner--name.json").write_text(
        '{"hub": "owner/name", "revision": "main", "split": "train"}', encoding="utf-8"
    )
    assert len(list_of(source, tmp_path)) == 2


def test_the_hash_tells_of_content_and_order_and_not_of_the_format(tmp_path: Path) -> None:
    for name, write in WRITERS.items():
        write(tmp_path / name)
    columns = [Rows(Source(path=tmp_path / name, columns=COLUMNS), tmp_path).hash for name in WRITERS]
    # A CSV file cannot tell a null from a blank.
    assert len({columns[0], *columns[2:]}) == 1
    write_jsonl(tmp_path / "other.jsonl", ROWS[::-1])
    assert Rows(Source(path=tmp_path / "other.jsonl", columns=COLUMNS), tmp_path).hash != columns[0]


def test_half_a_surrogate_pair_in_a_source_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text(json.dumps({**ROWS[0], "Doctor": "rest \ud83d now"}) + "\n")
    (row,) = list_of(Source(path=tmp_path / "rows.jsonl", columns=COLUMNS), tmp_path)
    assert row.reply.encode()
    assert row.reply.startswith("rest")


@pytest.mark.parametrize(
    ("cell", "held"), [(["rest", "drink"], "a list"), ({"text": "rest"}, "a mapping"), (b"rest", "bytes")]
)
def test_a_cell_that_is_no_text_is_not_written_out_as_python_has_it(tmp_path: Path, cell: Any, held: str) -> None:
    path = tmp_path / "rows.parquet"
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist([{**ROWS[0], "Doctor": cell}]), path)
    said = rf"rows\.parquet, row 1: column 'Doctor' \(source\.columns\.doctor\) holds {held}, a cell is text"
    with pytest.raises(UserError, match=said):
        Rows(Source(path=path, columns=COLUMNS), tmp_path)
