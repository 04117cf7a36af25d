"""The figures against raters whose preferences are known, and against the libraries."""

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import krippendorff
import numpy as np
import pytest
from scipy.stats import bootstrap

from evals.review.plan import Study, choose_pairs, make_study
from evals.review.ratings import AXES, Rating
from evals.review.report import as_json, render_markdown, summarize
from evals.review.report.__main__ import main
from evals.review.report.automatic import flatten
from evals.review.run import ReviewRun, load_run
from evals.review.store import RatingStore
from settings import UserError, read_jsonl, write_jsonl
from tests.evals.review.results import HOSTILE, NAMES, leave_run
from tests.evals.review.simulated import rating, simulate

RATERS = ("anna", "ben", "cleo")
TRUE = {"fourth": 0.0, "first": 2.4, "third": 0.8, "second": 1.6}


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> tuple[ReviewRun, list[Rating]]:
    run = load_run(leave_run(tmp_path_factory.mktemp("results") / "four", list(TRUE), questions=40))
    study = make_study(run, choose_pairs(run, None), n=240, repeat=0.1, seed=5)
    return run, simulate(study, RATERS, TRUE, tie=0.2, seed=11)


@pytest.fixture(scope="module")
def found(four: tuple[ReviewRun, list[Rating]]) -> dict[str, Any]:
    return as_json(summarize(*four))


def test_the_true_order_of_four_models_is_found(found: dict[str, Any]) -> None:
    assert [each["condition"] for each in found["strengths"]] == ["first", "second", "third", "fourth"]
    assert sum(each["value"] for each in found["strengths"]) == pytest.approx(0, abs=1e-9)
    for each in found["strengths"]:
        assert each["low"] < each["value"] < each["high"]
        assert each["n"] == 360
    # Ties as halves draw the strengths together: the order stands, the distances are smaller than without ties.
    assert 1 < found["strengths"][0]["value"] - found["strengths"][3]["value"] < 2.4


def test_without_ties_the_strengths_are_the_true_ones(four: tuple[ReviewRun, list[Rating]]) -> None:
    run, _ = four
    study = make_study(run, choose_pairs(run, None), n=240, repeat=0, seed=5)
    made = simulate(study, [f"rater {n}" for n in range(12)], TRUE, tie=0, seed=2)
    values = {each.condition: each.value for each in summarize(run, made).strengths}
    for name, true in TRUE.items():
        assert values[name] == pytest.approx(true - 1.2, abs=0.15)


def test_alpha_and_intervals_are_the_libraries(four: tuple[ReviewRun, list[Rating]], found: dict[str, Any]) -> None:
    shown = [each for each in four[1] if each.repeat_of is None]
    items = sorted({each.item for each in shown})
    text = render_markdown(found)
    for axis, words in AXES.items():
        said = {(each.rater, each.item): each.preferred(axis) for each in shown}
        places = [{item[1]: "one", item[2]: "other"} for item in items]
        table = np.array(
            [
                [place.get(said[rater, item], said[rater, item]) for item, place in zip(items, places, strict=True)]
                for rater in RATERS
            ]
        )
        alpha = krippendorff.alpha(reliability_data=table, level_of_measurement="nominal")
        assert re.search(rf"^\| {words['label']} \| {alpha:.2f} \| 240 \|", text, re.MULTILINE)
    pair = [each for each in shown if set(each.item[1:]) == {"first", "fourth"}]
    wins = Counter(each.preferred("overall") for each in pair)
    (row,) = [
        each
        for each in found["preferences"]
        if {each["first"], each["second"]} == {"first", "fourth"} and each["axis"] == "overall"
    ]
    decided = row["decided"]
    assert decided["value"] == wins["first"] / (wins["first"] + wins["fourth"])
    said = [(each.question, each.preferred("overall")) for each in pair]
    counts = [(said.count((id, "first")), said.count((id, "fourth"))) for id in {question for question, _ in said}]
    expected = bootstrap(
        tuple(zip(*counts, strict=True)),
        lambda won, lost, axis: won.sum(axis) / (won + lost).sum(axis),
        paired=True,
        n_resamples=2000,
        method="percentile",
        rng=np.random.default_rng(7),
    ).confidence_interval
    assert (decided["low"], decided["high"]) == pytest.approx((expected.low, expected.high), abs=0.01)
    cell = f"{decided['value']:.0%} ({decided['low']:.0%} to {decided['high']:.0%})"
    numbers = f"{wins['first']} | {wins['fourth']} | {wins['tie']} | {wins['both_bad']}"
    assert f"| first | fourth | {len(pair)} | {numbers} | {cell} |" in text


def test_raters_who_always_agree_have_an_alpha_of_one(run: ReviewRun, study: Study) -> None:
    made = []
    for rater in RATERS:
        for showing in study.showings(rater):
            name = NAMES[showing.item.question % 2]
            made.append(rating(study, rater, showing, dict.fromkeys(AXES, "left" if showing.left == name else "right")))
    summary = summarize(run, made)
    assert [each.alpha for each in summary.agreement] == [1.0] * len(AXES)
    assert [each.self.value for each in summary.agreement if each.self] == [1.0] * len(AXES)
    assert [each.self.n for each in summary.agreement if each.self] == [6] * len(AXES)


def test_a_rater_who_always_presses_left_is_seen(run: ReviewRun, study: Study) -> None:
    made = [rating(study, "anna", showing, dict.fromkeys(AXES, "left")) for showing in study.showings("anna")]
    summary = summarize(run, made)
    (rater,) = summary.raters
    assert rater.left
    assert rater.self
    assert (rater.left.value, rater.left.n, rater.self.value) == (1, 12, 0)
    assert summary.preferences[-1].decided
    assert abs(summary.preferences[-1].won - summary.preferences[-1].lost) <= 2
    assert [each.alpha for each in summary.agreement] == [None] * len(AXES)


def test_compliance_predicts_the_preference_of_raters_who_look_at_it(run: ReviewRun, study: Study) -> None:
    """The second condition complies, the first does not."""
    strengths = dict(zip(NAMES, (0.0, 9.0), strict=True))
    found = as_json(summarize(run, simulate(study, RATERS, strengths, tie=0.1, seed=1)))
    figures = {each["score"]: each for each in found["scores"]}
    assert set(figures) == {"compliance", "depth", "mece"}
    assert figures["compliance"]["wins"]["value"] > 0.95
    assert figures["mece"]["correlations"]["mece"] > 0.7
    assert "people who prefer one prefer that one in 100% of" in render_markdown(found)


def test_scores_without_metrics_are_taken_from_the_fields(folder: Path, study: Study) -> None:
    for name in NAMES:
        path = folder / name / "outline/scores.jsonl"
        write_jsonl(path, [{key: row[key] for key in row if key != "metrics"} for row in read_jsonl(path)])
    made = simulate(study, RATERS, dict.fromkeys(NAMES, 0.0), tie=0.1, seed=1)
    found = {each.score for each in summarize(load_run(folder), made).scores}
    assert {"compliant", "lenient", "depth", "criteria.min_depth"} <= found
    assert "repetition" not in found  # both answers to a question have the same


def test_ratings_of_answers_made_anew_are_left_out(folder: Path, run: ReviewRun, study: Study) -> None:
    made = simulate(study, RATERS, dict.fromkeys(NAMES, 0.0), tie=0.1, seed=1)
    changed = study.items[0].question
    leave_run(folder, answers={(NAMES[0], changed): "- anew"})
    summary = summarize(load_run(folder), made)
    stale = sum(each.question == changed for each in made)
    assert (summary.stale, summary.ratings + summary.repeats) == (stale, len(made) - stale)
    assert f"{stale} ratings are left out" in render_markdown(as_json(summary))


def test_conditions_that_never_met_are_told_apart(tmp_path: Path) -> None:
    run = load_run(leave_run(tmp_path / "r", "abcd"))
    study = make_study(run, [("a", "b"), ("c", "d")], n=10, repeat=0, seed=0)
    found = as_json(summarize(run, simulate(study, RATERS, dict.fromkeys("abcd", 0.0), tie=0.5, seed=0)))
    assert not found["linked"]
    assert "No chain of comparisons links all conditions" in render_markdown(found)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_few_ratings_have_figures_too(run: ReviewRun, study: Study, count: int) -> None:
    made = [rating(study, "anna", showing, dict.fromkeys(AXES, "tie")) for showing in study.showings("anna")[:count]]
    found = as_json(summarize(run, made))
    json.dumps(found, allow_nan=False)
    assert found["preferences"][-1]["decided"] is None
    assert "50%" in render_markdown(found)


def test_names_are_text_in_the_report(tmp_path: Path) -> None:
    name = "a|<script>alert(1)</script>[b](https://a.example)"
    run = load_run(leave_run(tmp_path / "r", [name, "b"]))
    study = make_study(run, [(name, "b")], n=5, repeat=0, seed=0)
    found = as_json(summarize(run, simulate(study, RATERS, {name: 0, "b": 1}, tie=0.1, seed=0)))
    text = render_markdown(found)
    assert "<script" not in text
    assert "a\\|&lt;script>" in text
    assert "\\[b](https" in text
    assert "[b]" not in text.replace("\\[", "")
    assert text.count("\n## ") == 6


def test_scores_of_any_shape_become_numbers() -> None:
    row = {
        "id": 1,
        "compliant": True,
        "mece": {"overlap": 0.25, "by": {"level": 2}},
        "note": "x",
        "none": None,
        "l": [1],
    }
    assert flatten(row) == {"compliant": 1.0, "mece.overlap": 0.25, "mece.by.level": 2.0}


def test_the_command_writes_the_report_beside_the_run(
    folder: Path, study: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    store = RatingStore(folder / "review.sqlite")
    store.claim(study)
    made = simulate(study, RATERS, dict.fromkeys(NAMES, 0.0), tie=0.1, seed=1)
    for each in (*made[:-1], replace(made[-1], comment=HOSTILE)):
        store.put(each)
    assert main(["--run", str(folder)]) == 0
    found = json.loads((folder / "review.json").read_text())
    text = (folder / "review.md").read_text()
    assert text == render_markdown(found)
    assert "30 ratings of answers to 10 questions (outline) by 3 raters, and 6 repeats; 1 with a comment" in text
    assert not any(rater in text for rater in RATERS)
    assert "Review by people: trial" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("run", "message"), [("other", "these are ratings of the run 'other', not of 'trial'"), ("trial", "no ratings yet")]
)
def test_a_file_without_ratings_of_the_run_is_one_message(folder: Path, run: str, message: str) -> None:
    RatingStore(folder / "review.sqlite").begin(run, "digest", {})
    with pytest.raises(UserError, match=message):
        main(["--run", str(folder)])
    assert not (folder / "review.md").exists()
