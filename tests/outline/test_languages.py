"""Texts that are not English: their figures are read, and what is not read is said."""

import json
from pathlib import Path

import pytest

from outline import check_compliance, check_fidelity, content_words, is_english, parse_outline
from outline.quantities import list_markers, quantity_mentions
from outline.spec import StructureSpec
from outline.words import length, narrow
from settings import read_jsonl

FIXTURES = Path(__file__).parents[1] / "fixtures/fidelity"
GERMAN = "Nehmen Sie 2,5 mg täglich und setzen Sie das Mittel niemals ohne Rücksprache ab."
CHINESE = "每次2片，每日两次，饭后服用。不要饮酒。"


@pytest.mark.parametrize(
    ("source", "outline"),
    [
        (
            "氨氯地平５毫克，血压控制在１３０／８０以下。３周后复查。",
            "- 氨氯地平5毫克\n  - 血压控制在130/80以下\n  - 3周后复查",
        ),
        ("体温３８．５度", "- 体温38.5度"),
        ("停药。2周后复查", "- 停药\n  - 2周后复查"),
        ("خذ ٥ أقراص", "- خذ 5 أقراص"),
        ("दवा २ बार", "- दवा 2 बार"),
        ("1、停药。2、复查。3、每次5片。", "- 停药\n- 复查\n- 每次5片"),
        ("（1）停药；（2）复查", "- 停药\n- 复查"),
        ("1.250,00 Euro", "- 1250 €"),
        ("1.234.567,5 Euro", "- 1234567.5 Euro"),
    ],
)
def test_a_figure_is_the_same_in_any_script(source: str, outline: str) -> None:
    assert not check_fidelity(source, outline).found


@pytest.mark.parametrize(
    ("source", "outline", "invented", "lost"),
    [
        (CHINESE, "- 每次3片，每日两次\n  - 饭后服用，不要饮酒", ("3",), ("2",)),
        ("服用５毫克", "- 服用", (), ("5",)),
        ("服用５毫克", "- 服用１０毫克", ("10",), ("5",)),
        ("維生素B12不足", "- 維生素不足", (), ()),
        ("每日2、3次", "- 每日3次", (), ("2",)),
    ],
)
def test_a_figure_is_lost_and_invented_in_any_script(
    source: str, outline: str, invented: tuple[str, ...], lost: tuple[str, ...]
) -> None:
    report = check_fidelity(source, outline)
    assert (report.invented_numbers, report.lost_numbers) == (invented, lost)


@pytest.mark.parametrize("text", ["每次２片，共５天", "𝟝 mg, ５ mg", "1、停药。2、复查"])
def test_what_is_found_stands_where_it_stood(text: str) -> None:
    assert len(narrow(text)) == len(text)
    for mention in quantity_mentions(text):
        assert narrow(text[mention.start : mention.end])[0].isdigit()
    assert all(text[start].isdigit() for start, _ in list_markers(text))


@pytest.mark.parametrize("source", [GERMAN, CHINESE, "Не пейте алкоголь. Не курите.", "お酒は飲まないでください。"])
def test_a_source_of_another_language_is_never_called_faithful(source: str) -> None:
    report = check_fidelity(source, f"- {source}")
    assert (report.checked, report.english, report.found, report.faithful) == (True, False, False, None)
    assert check_fidelity(source, f"- {source} 77 mg").faithful is False


def test_notes_without_small_words_pass_for_no_english() -> None:
    assert not is_english("amoxicillin thrice daily five days, plenty fluids, salt water gargles")


def test_every_labelled_source_reads_as_english() -> None:
    files = [path for path in FIXTURES.glob("**/*.jsonl") if path.name != "heldout.jsonl"]
    assert [row["source"] for path in files for row in read_jsonl(path) if not is_english(row["source"])] == []


def test_coverage_of_a_script_without_spaces_is_that_of_its_letters() -> None:
    assert content_words("不要饮酒") == set("不要饮酒")
    report = check_fidelity(CHINESE, "- 饭后\n  - 每次2片")
    assert report.coverage == pytest.approx(6 / 14)
    assert (length("每次2片 of 5 mg"), length("it isn't, 5 mg")) == (7, 4)


@pytest.mark.parametrize(
    "text", ["・甲\n  ・乙\n    ・丙", "1、甲\n  - 乙\n    - 丙", "- 甲\n\u3000- 乙\n\u3000\u3000- 丙"]
)
def test_the_lenient_reading_knows_the_bullets_of_chinese_and_japanese(text: str) -> None:
    assert parse_outline(text, lenient=True).depth == 3
    report = check_compliance(text, StructureSpec(min_depth=3, max_children=5, max_roots=5, allow_prose=False))
    assert (report.compliant, report.lenient) == (False, True)


def test_the_command_says_which_rows_it_could_not_read(tmp_path: Path, run_module) -> None:
    rows = [{"outline": f"- {source}", "source": source} for source in ("take 5 mg", GERMAN, CHINESE)]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    check = ["outline", "check", tmp_path / "rows.jsonl", "--source-field", "source"]
    found = json.loads(run_module(*check, "--json").stdout)["fidelity"]
    assert (found["checked"], found["faithful"], found["not_english_rows"]) == (3, 1, [1, 2])
    assert "2 of 3 sources do not read as English (first rows, 0-based: 1, 2)" in run_module(*check).stdout
