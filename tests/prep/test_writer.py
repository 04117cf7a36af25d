"""What is written of conversions that stand on the disk, without a run."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from outline import StructureSpec
from prep import card
from prep.config import PrepConfig
from prep.conversion import Conversion
from prep.inputs import Inputs
from prep.tally import Tally
from prep.writer import write_dataset, write_failed
from settings import read_jsonl
from tests.prep.conftest import contents
from tests.prep.stored import consultations, failed, kept, stored

Write = Callable[..., list[Path]]
COLUMNS = ["Description", "Patient", "Doctor", "Status", "_original_doctor", "_conversion_success"]
REFUSED = {3: "I would rather not.", 8: "- flat", 11: "- flat"}


def conversions() -> list[Conversion]:
    """Forty rows: some failed, some mended, some nearly the same as others."""
    rows = consultations(40)
    rows[20] = replace(rows[0], index=20)
    rows[21] = replace(rows[1], index=21, patient=f"{rows[1].patient} zebra")
    made = [kept(row, REFUSED[row.index]) if row.index in REFUSED else kept(row) for row in rows]
    made[12] = kept(rows[12], " \n")
    made[20] = kept(rows[20], "- flat")
    made[5] = failed(rows[5])
    made[6] = failed(replace(rows[6], doctor=None))
    return made


@pytest.fixture
def write(config: PrepConfig, spec: StructureSpec, tmp_path: Path) -> Write:
    """Write the dataset of conversions, made in an order, into a folder of the test's."""

    def write(made: Sequence[Conversion], out: str = "out", order: int | None = None) -> list[Path]:
        tally = Tally()
        for conversion in made:
            tally.add(conversion)
        chosen = config.model_copy(update={"out": tmp_path / out})
        given = Inputs(spec, [], consultations(2, seed=5), {})  # pyright: ignore[reportArgumentType]
        with stored(tmp_path, made, order) as store:
            return [write_failed(chosen.out, store), *write_dataset(chosen, given, store, tally)]

    return write


def test_the_order_in_which_rows_were_made_changes_no_byte(write: Write, tmp_path: Path) -> None:
    write(conversions(), "first")
    for order in range(2):
        write(conversions(), "again", order)
        assert contents(tmp_path / "again") == contents(tmp_path / "first")


def test_what_a_killed_run_left_behind_changes_no_byte(write: Write, tmp_path: Path) -> None:
    write(conversions(), "first")
    for name in ("chat/.train.jsonl.tmp", "preferences/.test.jsonl.tmp", ".failed.jsonl.tmp"):
        (tmp_path / "again" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "again" / name).write_text('{"half')
    for name in (".hierarchical_dataset.tmp", "hierarchical_dataset"):
        (tmp_path / "again/processed" / name).mkdir(parents=True)
        (tmp_path / "again/processed" / name / "part-7").write_text("half")
    write(conversions(), "again")
    assert contents(tmp_path / "again") == contents(tmp_path / "first")


def test_what_is_returned_is_all_there_is(write: Write, tmp_path: Path) -> None:
    files = write(conversions())
    inner = {inner for file in files for inner in ([file] if file.is_file() else file.iterdir())}
    assert inner == {file for file in (tmp_path / "out").rglob("*") if file.is_file()}


def test_the_library_reads_the_arrow_folders(write: Write, tmp_path: Path) -> None:
    import datasets

    made = conversions()
    write(made)
    full, clean = (
        datasets.Dataset.load_from_disk(str(tmp_path / "out/processed" / name))
        for name in ("hierarchical_dataset", "hierarchical_dataset_clean")
    )
    assert full.column_names == clean.column_names == COLUMNS
    assert full["Patient"][:] == [conversion.consultation.patient for conversion in made]
    assert full["Doctor"][:] == [conversion.outline or conversion.consultation.doctor for conversion in made]
    assert full["_original_doctor"][:] == [conversion.consultation.doctor for conversion in made]
    assert clean.to_list() == [row for row in full.to_list() if row["_conversion_success"]]
    assert full._fingerprint != clean._fingerprint
    assert full.map(lambda row: {"words": len(row["Patient"].split())})["words"][0] == 20


@pytest.mark.parametrize("rows", [1, 40])
def test_many_data_files_hold_the_same_rows(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    import datasets

    monkeypatch.setattr("prep.arrow._BATCH", 7)
    monkeypatch.setattr("prep.arrow._SHARD", 1)
    write(conversions()[:rows])
    folder = tmp_path / "out/processed/hierarchical_dataset"
    assert len(list(folder.glob("*.arrow"))) == -(-rows // 7)
    loaded = datasets.Dataset.load_from_disk(str(folder))
    assert loaded["Patient"][:] == [conversion.consultation.patient for conversion in conversions()[:rows]]


def test_a_first_answer_that_was_refused_is_paired_with_the_outline(write: Write, tmp_path: Path) -> None:
    write(conversions())
    chat, pairs = (
        {row["metadata"]["index"]: (name, row) for name in card.SPLITS for row in read_jsonl(folder / f"{name}.jsonl")}
        for folder in (tmp_path / "out/chat", tmp_path / "out/preferences")
    )
    assert sorted(pairs) == sorted(REFUSED)
    for index, (name, pair) in pairs.items():
        assert chat[index][0] == name
        assert [*pair["messages"], pair["chosen"]] == chat[index][1]["messages"]
        assert pair["rejected"] == {"role": "assistant", "content": REFUSED[index]}
        assert pair["metadata"] == {
            "index": index,
            "status": "low severity",
            "teacher": "openai",
            "findings": ["depth: too flat"],
            "fingerprint": chat[index][1]["metadata"]["fingerprint"],
            "rejected_fingerprint": f"{index}-0",
        }
    assert "| preferences/*.jsonl (the outline against a refused first answer) | 3 |" in card_of(tmp_path)


def test_without_a_pair_there_is_no_file_and_none_of_an_older_run(write: Write, tmp_path: Path) -> None:
    write(conversions())
    assert (tmp_path / "out/preferences").exists()
    write([kept(row) for row in consultations(5)])
    assert not (tmp_path / "out/preferences").exists()


def test_the_card_prints_a_few_of_many_row_numbers(write: Write, tmp_path: Path) -> None:
    rows = consultations(70)
    write([kept(row) if row.index < 3 else failed(row) for row in rows])
    shown = ", ".join(str(index) for index in range(3, 53))
    assert f"- no answer: 67 (rows {shown} and 17 more: see failed.jsonl)" in card_of(tmp_path)
    assert [row["index"] for row in read_jsonl(tmp_path / "out/failed.jsonl")] == list(range(3, 70))


def card_of(tmp_path: Path) -> str:
    return (tmp_path / "out/chat/README.md").read_text(encoding="utf-8")
