"""Completions that somebody saved: scored as they are, and told where they belong to no question."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evals.conditions import subjects
from evals.harness import evaluate
from evals.review.run import load_run
from evals.summary import summarize
from settings import UserError, read_jsonl, write_jsonl
from tests.evals.conftest import COMPLIANT, Models, saved, scored


def test_saved_completions_are_scored_as_they_are(with_models: Models, tmp_path: Path) -> None:
    rows = [{"id": id, "completion": COMPLIANT if id % 2 else "no list"} for id in range(5)]
    config = with_models(saved(tmp_path / "made.jsonl", rows))
    row = summarize(scored(config), 5, 1, config.statistics)
    assert (row.n, row.unscored, row.figures["compliance"].value) == (5, 0, 0.4)
    # How long they were, and whether they were cut, is not known.
    assert not {"tokens", "truncated", "loops"} & row.figures.keys()


def test_saved_completions_may_say_nothing_or_say_it_in_other_words(with_models: Models, tmp_path: Path) -> None:
    told = [
        {"finish_reason": None, "tokens": None, "seconds": None},
        {"finish_reason": "max_tokens", "question": ["of somebody's own"]},
    ]
    rows = [{"id": id, "completion": COMPLIANT, **told[id % 2]} for id in range(4)]
    config = with_models(saved(tmp_path / "made.jsonl", rows), limit=2)
    figures = summarize(scored(config), 2, 1, config.statistics).figures
    assert (figures["compliance"].n, figures["truncated"].n, figures["truncated"].value) == (2, 1, 1.0)
    assert "tokens" not in figures


def test_an_answer_that_names_its_question_is_held_against_that_one(
    with_models: Models, tmp_path: Path, questions_file: Path
) -> None:
    made = tmp_path / "made.jsonl"
    config = with_models(saved(made, [{"id": id, "completion": f"answer {id}"} for id in range(5)]))
    scored(config)
    kept = read_jsonl(config.out / subjects(config)[0].conditions[0].folder / "completions.jsonl")
    write_jsonl(questions_file, read_jsonl(questions_file)[::-1])
    result = scored(with_models(saved(made, kept), run="reversed"))
    assert [result.completions[id, 0].completion for id in range(5)] == [f"answer {4 - id}" for id in range(5)]


def test_saved_completions_never_take_the_place_of_generated_ones(with_models: Models, tmp_path: Path) -> None:
    config = with_models(saved(tmp_path / "made.jsonl", [{"id": id, "completion": COMPLIANT} for id in range(5)]))
    folder = config.out / subjects(config)[0].conditions[0].folder
    write_jsonl(folder / "completions.jsonl", [{"id": 0, "key": "of a model"}])
    (folder / "fingerprint.json").write_text("{}")
    with pytest.raises(UserError, match="completions that saved generated are kept here"):
        scored(config)
    assert read_jsonl(folder / "completions.jsonl") == [{"id": 0, "key": "of a model"}]


def test_a_run_over_saved_completions_can_be_rated(with_models: Models, tmp_path: Path) -> None:
    first = saved(tmp_path / "first.jsonl", [{"id": id, "completion": COMPLIANT} for id in range(5)])
    second = saved(tmp_path / "second.jsonl", [{"id": id, "completion": f"answer {id}"} for id in range(5)])
    config = with_models(first | {"name": "first"}, second | {"name": "second"})
    evaluate(config)
    assert load_run(config.out).completions["second"] == {id: f"answer {id}" for id in range(5)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows[:3], r"2 are missing \(id 3, id 4\)"),
        (lambda rows: [*rows, rows[1], rows[1]], r"1 are given twice \(id 1\)"),
        (lambda rows: [*rows, {"id": 9, "completion": ""}], r"1 belong to no question \(id 9\)"),
        (lambda rows: [{"id": "0", "completion": ""}, *rows], "row 1: needs id"),
        (lambda rows: [{"id": 0}, *rows], "row 1: needs id"),
        (lambda rows: [], r"5 are missing"),
        (
            lambda rows: [{**rows[0], "finish_reason": "bored"}],
            "row 1: finish_reason must be one of unknown, stop, eos",
        ),
        (lambda rows: [{**rows[0], "question": "f" * 64}], "row 1: this is an answer to another question than row 0"),
        (lambda rows: [{**rows[0], "tokens": -1}], "row 1: tokens must be a whole number of at least 0, got -1"),
        (lambda rows: [rows[0], {**rows[1], "seconds": "a"}], 'row 2: seconds must be a number of at least 0, got "a"'),
        (lambda rows: [{**rows[0], "finish_reason": 3}], "row 1: finish_reason must be a text, got 3"),
    ],
)
def test_completions_that_do_not_match_the_questions_are_refused(
    with_models: Models, tmp_path: Path, change: Callable[[list[Any]], list[Any]], message: str
) -> None:
    rows = change([{"id": id, "completion": COMPLIANT} for id in range(5)])
    with pytest.raises(UserError, match=message):
        scored(with_models(saved(tmp_path / "made.jsonl", rows)))
