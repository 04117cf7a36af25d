"""Which models are scored under which tasks, and how they are compared."""

import json
from pathlib import Path
from typing import Any

import pytest

from evals.__main__ import _config
from evals.comparisons import compare_all
from evals.conditions import subjects
from evals.config import EvalConfig
from evals.harness import evaluate
from evals.summary import summarize
from settings import UserError
from tests.evals.conftest import COMPLIANT, Models, saved, scored


def names(config: EvalConfig) -> list[str]:
    return [condition.name for subject in subjects(config) for condition in subject.conditions]


def test_every_model_meets_every_task_unless_it_names_its_own(with_models: Models) -> None:
    config = with_models(
        {"name": "base", "path": "a", "tasks": ["outline", "outline_3shot"]},
        {"name": "tuned", "path": "b"},
        tasks=["outline", "outline_unasked"],
    )
    assert names(config) == ["base", "base, 3-shot", "tuned", "tuned, unasked"]


def test_a_model_that_is_named_like_another_one_under_a_task_is_refused(with_models: Models) -> None:
    config = with_models(
        {"name": "base", "path": "a", "tasks": ["outline_3shot"]},
        {"name": "base, 3-shot", "path": "b", "tasks": ["outline"]},
    )
    with pytest.raises(UserError, match=r"these meet: base, 3-shot$"):
        subjects(config)


def test_checkpoints_come_in_the_order_of_their_steps_with_the_loss_measured_at_them(
    with_models: Models, tmp_path: Path
) -> None:
    for step, loss in ((20, 1.5), (100, 0.5), (3, None)):
        folder = tmp_path / "run" / f"checkpoint-{step}"
        folder.mkdir(parents=True)
        history = [{"step": step, "loss": 9.0}, *([{"step": step, "eval_loss": loss}] if loss else [])]
        (folder / "trainer_state.json").write_text(json.dumps({"log_history": history}))
    config = with_models({"name": "run", "path": str(tmp_path / "run"), "checkpoints": True})
    found = subjects(config)
    assert names(config) == ["run @ 3", "run @ 20", "run @ 100", "run"]
    assert [(subject.step, subject.validation_loss) for subject in found] == [
        (3, None),
        (20, 1.5),
        (100, 0.5),
        (None, None),
    ]


def test_a_pair_goes_from_untuned_to_tuned_however_they_are_listed(with_models: Models, tmp_path: Path) -> None:
    entries = []
    for name, text in (("tuned", COMPLIANT), ("untuned", "no list")):
        entry = saved(tmp_path / f"{name}.jsonl", [{"id": id, "completion": text} for id in range(5)])
        entries.append({**entry, "name": name, "family": "small", "tuned": name == "tuned"})
    config = with_models(*entries)
    compared = compare_all(evaluate(config).results, config.statistics)
    pair = next(family for family in compared.families if family.measure == "compliance").pairs[0].comparison
    assert (pair.first, pair.second, pair.difference) == ("untuned", "tuned", 1.0)


def test_samples_of_one_question_are_no_questions_of_their_own(with_models: Models, tmp_path: Path) -> None:
    rows = [
        {"id": id, "sample": sample, "completion": COMPLIANT if sample < id else "no list"}
        for id in range(5)
        for sample in range(4)
    ]
    config = with_models(saved(tmp_path / "made.jsonl", rows), generation__samples=4, generation__temperature=1)
    row = summarize(scored(config), 5, 4, config.statistics)
    assert row.figures["compliance"].n == row.n == 5
    assert row.figures["compliance"].value == pytest.approx((0 + 1 + 2 + 3 + 4) / 20)
    assert [(at.k, at.passed.value, at.all.value) for at in row.at_k][::3] == [(1, 0.5, 0.5), (4, 0.8, 0.2)]


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"path": "x", "checkpoints": True}, "there is no checkpoint-N in x"),
        ({"completions": "x", "constrained": True}, "constrained has no effect"),
        ({"completions": "x", "adapter": "y"}, "an adapter is laid over a model"),
        ({"hub": "x", "checkpoints": True}, "name its folder by path"),
        ({"path": "x", "family": "qwen"}, "family and tuned go together"),
        ({"path": "x", "tasks": ["outlin"]}, "there is no task 'outlin'; it must be one of outline, "),
    ],
)
def test_a_model_that_cannot_be_scored_so_is_refused(with_models: Models, entry: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        subjects(with_models({"name": "a", **entry}))


TUNED = {"path": "x", "family": "qwen", "tuned": True}


@pytest.mark.parametrize("change", [{}, {"seeds_of": "b"}, {"checkpoints": True}, {"tasks": ["outline"]}])
def test_two_models_in_one_place_of_family_by_tuning_are_refused(with_models: Models, change: dict[str, Any]) -> None:
    with pytest.raises(UserError) as error:
        with_models({"name": "one", **TUNED, "seeds_of": "a"}, {"name": "other", **TUNED, **change})
    assert str(error.value).endswith(
        "eval.yml: models: one and other are both family qwen, tuned true, under the task outline; such a place takes "
        "one model, or seeds of one config: give them the same seeds_of, or leave family and tuned out of one"
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"seeds_of": "a"}, {"seeds_of": "a"}),
        ({}, {"tuned": False}),
        ({}, {"family": "deepseek"}),
        ({}, {"family": None, "tuned": None}),
        ({}, {"tasks": ["outline_1shot"]}),
    ],
)
def test_models_in_places_of_their_own_and_seeds_are_taken(
    with_models: Models, first: dict[str, Any], second: dict[str, Any]
) -> None:
    config = with_models({"name": "one", **TUNED, **first}, {"name": "other", **TUNED, **second})
    assert [model.name for model in config.models] == ["one", "other"]


def test_checkpoints_take_no_place_of_family_by_tuning(with_models: Models, tmp_path: Path) -> None:
    for step in (1, 2):
        (tmp_path / f"checkpoint-{step}").mkdir()
    config = with_models({"name": "run", **TUNED, "path": str(tmp_path), "checkpoints": True})
    assert [subject.entry.family for subject in subjects(config)] == [None, None, "qwen"]


def test_a_limit_by_another_name_is_that_of_all_models_or_refused(with_models: Models) -> None:
    server = {"base_url": "http://127.0.0.1:9/v1", "model": "m", "extra": {"max_completion_tokens": 9000}}
    with pytest.raises(UserError, match=r"a: endpoint.extra.max_completion_tokens .* must be the same, got 9000"):
        with_models({"name": "a", "endpoint": server}, generation__max_new_tokens=64)
    assert with_models({"name": "a", "endpoint": server}, generation__max_new_tokens=9000)


def test_greedy_samples_are_refused(with_models: Models) -> None:
    with pytest.raises(UserError, match="5 greedy samples would all be the same"):
        with_models({"name": "a", "path": "x"}, generation__samples=5)


def test_a_key_reaches_a_model_that_a_flag_named() -> None:
    config = _config(["--model", "outputs/mine", "--model", "outputs/other", "models.1.name=second"])
    assert [model.name for model in config.models] == ["mine", "second"]
