"""The plots: what they show is what their tables say, and each is there only when there is something to show."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from evals.questions import Question
from evals.report.contents import Contents
from evals.report.groups import thirds
from evals.report.plots import Plot, plots
from tests.evals.report.made import COMPLIANT, config, contents, result
from tests.evals.report.runs import whole_run


@pytest.fixture(scope="module")
def root() -> Path:
    return Path(__file__).parents[3]


@pytest.fixture(scope="module")
def run(root: Path) -> Contents:
    results, questions = whole_run(root, 24, 2)
    return contents(results, questions, config(generation={"samples": 2, "temperature": 0.7}))


def asked(count: int) -> list[Question]:
    return [Question(id, "ankle " * (id + 1), reference="rest") for id in range(count)]


def titles(found: list[Plot]) -> list[str]:
    return [plot.title for plot in found]


def test_every_plot_has_a_description_and_its_numbers(run: Contents) -> None:
    found = plots(run)
    assert len(found) == 8
    for plot in found:
        drawn = ET.fromstring(str(plot.svg))
        name, description = (drawn.find(part) for part in ("title", "desc"))
        assert name is not None
        assert name.text == plot.title
        assert description is not None
        assert description.text
        assert drawn.get("role") == "img"
        assert plot.rows
        assert {len(row) for row in plot.rows} == {len(plot.columns)}


def test_nothing_is_drawn_outside_a_plot(run: Contents) -> None:
    for plot in plots(run):
        drawn = ET.fromstring(str(plot.svg))
        _, _, width, height = map(float, str(drawn.get("viewBox")).split())
        for rect in drawn.iter("rect"):
            x, y, wide, high = (float(rect.get(key, "0")) for key in ("x", "y", "width", "height"))
            assert -0.5 <= x <= x + wide <= width + 0.5, plot.title
            assert -0.5 <= y <= y + high <= height + 0.5, plot.title
        for path in drawn.iter("path"):
            for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", str(path.get("d"))):
                assert -0.5 <= float(x) <= width + 0.5, plot.title
                assert -0.5 <= float(y) <= height + 0.5, plot.title


def test_counts_of_a_distribution_are_those_of_the_answers(run: Contents) -> None:
    by_title = {plot.title: plot for plot in plots(run)}
    answers = {each.row.name: len(each.result.scores) for each in run.main}
    for title in ("How deep the answers are", "How broad the answers are", "Form against support"):
        for name, *counts in by_title[title].rows:
            assert sum(map(int, counts)) == answers[name]


def test_a_plain_run_has_no_plot_of_what_it_has_not() -> None:
    questions = [Question(id, "ankle") for id in range(3)]
    found = titles(plots(contents([result("m", [COMPLIANT] * 3, questions)], questions)))
    assert found == ["Compliance, with intervals", "How deep the answers are", "How broad the answers are"]


def test_a_run_without_answers_has_no_plot() -> None:
    questions = asked(3)
    assert plots(contents([result("m", [None] * 3, questions)], questions)) == []


def test_thirds_hold_all_questions_and_keep_equal_lengths_together() -> None:
    questions = [Question(id, "word " * length) for id, length in enumerate([1, 1, 1, 1, 2, 3, 9, 9, 10])]
    groups = thirds(questions)
    assert groups.keys() == set(range(9))
    assert len({groups[id] for id in range(4)}) == 1
    assert len(set(groups.values())) == 3
    assert thirds(questions[:3]) == {}


@pytest.mark.parametrize(
    ("right", "said"),
    [
        ([0, 30, 30], "From step 20 on no later checkpoint was shown to comply more often"),
        ([0, 12, 30], "The last checkpoint, at step 30, still complies more often"),
        ([30, 30, 30], "From step 10 on"),
    ],
)
def test_the_plateau_is_the_first_step_that_no_later_one_beats(right: list[int], said: str) -> None:
    questions = asked(30)
    results = [
        result(
            f"m @ {step}",
            [COMPLIANT] * good + ["no"] * (30 - good),
            questions,
            subject={"step": step, "validation_loss": 1 / step},
        )
        for step, good in zip((10, 20, 30), right, strict=True)
    ]
    (plot,) = [plot for plot in plots(contents(results, questions)) if "validation loss" in plot.title]
    assert plot.said[0].startswith(said)
    assert plot.said[1] == "Validation loss is lowest at step 30."


def test_a_plateau_of_two_questions_cannot_be_told() -> None:
    results = [result(f"m @ {step}", ["no"] * 2, asked(2), subject={"step": step}) for step in (10, 20)]
    (plot,) = [plot for plot in plots(contents(results, asked(2))) if "validation loss" in plot.title]
    assert plot.said[0].startswith("Where it plateaus cannot be told")
    assert len(plot.said) == 1
