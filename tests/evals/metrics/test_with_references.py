"""The metrics that compare answers with references: the functions, and the same through `evaluate`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evals.metrics import agreement, rouge, unsupported
from settings import UserError

ROOT = Path(__file__).parents[3]
PREDICTIONS = [
    "- **Pain relief**\n  - Ibuprofen\n    - 400 mg, 3 times a day",
    "<think>hm</think>\n- Rest\n  - No running",
    "",
    "<think>it never closes: 17",
]
REFERENCES = ["take ibuprofen 200 mg three times a day", None, "do not run", "rest for 2 days"]
CONTEXTS = ["my ankle hurts since 3 days", "", "", ""]
METRICS: dict[str, tuple[Callable[..., dict[str, Any]], dict[str, Any]]] = {
    "rouge_l": (rouge.compute, {}),
    "unsupported_numbers": (unsupported.compute, {"contexts": CONTEXTS}),
    "reference_agreement": (agreement.compute, {"contexts": CONTEXTS}),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", METRICS)
def test_evaluate_gives_the_figures_of_the_function(name: str) -> None:
    import evaluate

    compute, options = METRICS[name]
    metric = evaluate.load(str(ROOT / "evals/metrics" / name))
    assert metric.compute(predictions=PREDICTIONS, references=REFERENCES, **options) == compute(
        PREDICTIONS, REFERENCES, **options
    )


@pytest.mark.parametrize("name", METRICS)
def test_without_any_reference_there_is_no_figure(name: str) -> None:
    with pytest.raises(UserError, match=f"{name}: there is nothing to compare: none of 2 predictions"):
        METRICS[name][0](["- a", "- b"], [None, " "])


@pytest.mark.parametrize("name", METRICS)
def test_lists_of_different_lengths_are_one_message(name: str) -> None:
    with pytest.raises(UserError, match=r"must be of one length.*'predictions': 2, 'references': 1"):
        METRICS[name][0](["- a", "- b"], ["c"])


def test_rouge_is_the_longest_common_subsequence() -> None:
    # Lin (2004), section 3.1: "police kill the gunman" against "police killed the gunman" is 3 of 4 words.
    assert rouge.rouge_l("- police\n  - kill the gunman", "police killed the gunman") == pytest.approx(3 / 4)
    assert rouge.rouge_l("- the gunman\n  - kill police", "police killed the gunman") == pytest.approx(2 / 4)
    assert rouge.rouge_l("- police kill the gunman", "police killed the gunman", use_stemmer=True) == 1.0


@pytest.mark.parametrize(
    "answer",
    ["1. take ibuprofen\n   1. with food", "- **take** ibuprofen\n  - with food", "# take ibuprofen\n\nwith food"],
)
def test_markers_and_marks_of_an_outline_do_not_count(answer: str) -> None:
    assert rouge.rouge_l(answer, "take ibuprofen with food") == 1.0


def test_rouge_reads_every_script() -> None:
    assert rouge.rouge_l("- 饭后服用\n  - 不要饮酒", "饭后服用。不要饮酒。") == 1.0
    assert rouge.rouge_l("- Не пейте", "Не курите") == 0.5
    german = "Kündigen Sie übermorgen"
    assert rouge.rouge_l(
        "- Kündigen\n  - Prüfen", f"{german} schriftlich und heben Sie den Beleg gut auf"
    ) == pytest.approx(1 / 6.5)


def test_rouge_is_the_mean_over_the_rows_with_a_reference() -> None:
    found = rouge.compute(["- a b", "- c", "- d"], ["a b", None, "e"])
    assert found == {"rouge_l": 0.5, "rouge_l_per_example": [1.0, None, 0.0]}


def test_unsupported_numbers_are_those_of_neither_patient_nor_reference() -> None:
    found = unsupported.compute(PREDICTIONS, REFERENCES, CONTEXTS)
    assert found["unsupported_numbers_per_example"] == [["400"], None, [], None]
    assert found["unsupported_numbers"] == 0.5
    assert "unsupported_numbers" not in unsupported.compute(["<think>17"], ["rest"])


def test_agreement_is_the_mean_over_the_rows_that_it_was_measured_on() -> None:
    found: dict[str, Any] = agreement.compute(PREDICTIONS, REFERENCES, CONTEXTS)
    rows = found["agreement_per_example"]
    assert [row["checked"] for row in rows] == [True, False, True, True]
    assert rows[0]["contradicted"] == ("ibuprofen: 200mg in the reference, 400mg in the answer",)
    assert found["contradicted"] == 0.5
    assert found["negations_kept"] == 0.0
    assert "numbers_kept" not in found
