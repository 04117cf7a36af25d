"""The fidelity check against labelled cases; the half set aside is never used to improve it.

On that half the target is a precision of 0.95, which is reached, and a recall of 0.98, which is not: 0.96 is.
"""

import json
from pathlib import Path

import pytest

from outline.__main__ import main
from outline.agreement import Counts, measure_agreement
from settings import UserError, read_jsonl

CASES = Path("tests/fixtures/fidelity")


# What was reached, rounded down. The check was built on all but `heldout` and `others/e`.
@pytest.mark.parametrize(
    ("files", "precision", "recall"),
    [
        ("tune", 0.99, 0.99),
        ("second_author", 0.98, 0.99),
        ("heldout", 0.95, 0.98),
        ("others/[a-d]", 0.83, 0.97),
        ("others/e", 0.77, 0.97),
        ("others/f", 0.90, 0.92),
        ("others/g", 0.88, 0.81),
        ("others/[hi]", 0.87, 0.91),
        ("others/j", 0.97, 0.98),
        ("others/k", 0.79, 0.86),
        ("others/l", 0.87, 0.89),
        ("others/m", 0.91, 0.91),
        ("others/n", 0.92, 0.94),
        ("others/o", 0.88, 0.95),
    ],
)
def test_unfaithful_outlines_are_flagged_and_faithful_ones_pass(files: str, precision: float, recall: float) -> None:
    found = [case for file in sorted(CASES.glob(f"{files}.jsonl")) for case in read_jsonl(file)]
    counts = sum(measure_agreement(found).values(), Counts())
    assert (counts.precision or 0) >= precision
    assert (counts.recall or 0) >= recall


def test_counts_are_kept_by_label_and_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases = [
        ("take 5 mg", "- take 5 mg", "faithful", "doses"),
        ("take 5 mg", "- take 6 mg", "unfaithful", "doses"),
        ("rest well", "- rest for 3 days", "faithful", "negation-condition"),
        ("rest well", "- rest", "unfaithful", "negation-condition"),
    ]
    file = tmp_path / "cases.jsonl"
    names = ("source", "outline", "label", "kind")
    file.write_text("".join(json.dumps(dict(zip(names, case, strict=True))) + "\n" for case in cases))
    assert main(["agreement", str(file), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["flagged"], found["missed"], found["false_alarms"], found["passed"]) == (1, 1, 1, 1)
    assert (found["n"], found["precision"], found["recall"], found["f1"]) == (4, 0.5, 0.5, 0.5)
    assert found["kinds"]["doses"]["f1"] == 1
    assert main(["agreement", str(file)]) == 0
    printed = capsys.readouterr().out
    assert "negation-condition" in printed
    assert "precision" in printed
    assert "…" not in printed


@pytest.mark.parametrize("case", [{}, {"source": "a", "outline": "- a", "label": "true"}, {"label": "faithful"}])
def test_a_case_without_its_texts_or_label_is_an_error(case: dict) -> None:
    with pytest.raises(UserError, match="case 0"):
        measure_agreement([case])
    with pytest.raises(UserError, match="no case"):
        measure_agreement([])
