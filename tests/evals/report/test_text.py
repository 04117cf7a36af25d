"""Figures and remarks as text: in the table and in Markdown."""

from dataclasses import replace
from pathlib import Path

import pytest

from evals.questions import Question
from evals.report.contents import Contents
from evals.report.html import render_html
from evals.report.markdown import render_markdown
from evals.report.remarks import how, remarks
from evals.report.tables import headline
from evals.report.terminal import render_tables
from evals.report.text import percent, signed
from settings import output
from tests.evals.report.made import BROKEN, COMPLIANT, asked, config, contents, result, write


def test_failure_of_the_system_is_unscored_and_counted() -> None:
    found = contents([result("m", [COMPLIANT, None, BROKEN, None], asked(4))], asked(4))
    assert (found.rows[0].n, found.rows[0].unscored) == (2, 2)
    assert "| m | 2 (+ 2 unscored) | 50%" in render_markdown(found)
    assert any("missing completions: 2" in line for line in remarks(found))


def test_think_block_that_never_closes_scores_zero_and_is_counted() -> None:
    found = contents([result("m", ["<think>" + COMPLIANT], asked(1), "length")], asked(1))
    assert (found.rows[0].unanswered, found.rows[0].figures["compliance"].value) == (1, 0.0)
    assert any("think blocks that never closed: 1" in line for line in remarks(found))


@pytest.mark.parametrize(
    ("references", "said"),
    [([None, None], "unchecked"), (["take 400 mg", None], "of 1"), (["take 200 mg", "take 400 mg"], "50%")],
)
def test_numbers_without_a_reference_are_unchecked_and_never_zero(references: list[str | None], said: str) -> None:
    questions = [Question(id, "ankle", reference=reference) for id, reference in enumerate(references)]
    table = headline(contents([result("m", ["- 400 mg"] * 2, questions)], questions))
    place = [heading for heading, _ in table.columns].index("Unsupported numbers")
    cell = table.rows[0][1][place]
    assert said in f"{cell.text} {cell.small}"
    assert (cell.text == "0%") is (references == ["take 400 mg", None])


def test_a_count_of_a_single_question_has_no_interval() -> None:
    table = headline(contents([result("m", [COMPLIANT], asked(1))], asked(1)))
    cells = dict(zip((heading for heading, _ in table.columns), table.rows[0][1], strict=True))
    assert [(cells[name].text, cells[name].small) for name in ("Depth", "Tokens")] == [("3.0", ""), ("9", "")]


def test_answers_that_were_only_scored_here_are_named() -> None:
    saved = result("m", [COMPLIANT], asked(1), path=None, completions="x.jsonl")
    assert "made elsewhere" in remarks(contents([saved], asked(1)))[0]


@pytest.mark.parametrize(
    ("own", "all_models", "told"),
    [
        (0.7, 0.0, ["m: its endpoint was asked at temperature 0.7, not greedily."]),
        (0.7, 0.4, []),
        (0.0, 0.0, []),
        (
            None,
            0.4,
            ["m: its endpoint was told no temperature, so the server's own decided how its answers were drawn."],
        ),
    ],
)
def test_an_endpoint_that_samples_otherwise_than_the_models_is_told(
    own: float | None, all_models: float, told: list[str]
) -> None:
    server = {"base_url": "http://127.0.0.1:9/v1", "model": "m", "temperature": own}
    results = [result("m", [COMPLIANT], asked(1), path=None, endpoint=server)]
    found = remarks(contents(results, asked(1), config(generation={"temperature": all_models})))
    assert [remark for remark in found if "its endpoint was" in remark] == told


def test_arguments_of_generation_are_told_only_where_something_was_generated() -> None:
    saved = result("m", [COMPLIANT], asked(1), path=None, completions="x.jsonl")
    made = result("n", [COMPLIANT], asked(1))
    assert how(contents([saved], asked(1))) == "Questions of questions.jsonl."
    assert "Every model that was run had the same arguments: greedy" in how(contents([saved, made], asked(1)))


@pytest.mark.parametrize(
    ("n", "unscored", "said"),
    [
        (0, {"no JSON object": 30}, ["judge: 0 of 38 verdicts could be read (no JSON object: 30, no answer: 8)."]),
        (12, {}, ["judge: 12 of 20 verdicts could be read (no answer: 8)."]),
        (90, {}, []),
    ],
)
def test_a_judge_that_is_mostly_not_understood_is_told_of(n: int, unscored: dict[str, int], said: list[str]) -> None:
    grades = {"model": "m", "n": n, "unscored": unscored | {"no completion to judge": 50}, "axes": {}}
    pair = {"wins": 0, "losses": 0, "ties": 0, "identical": 60, "inconsistent": 0, "unscored": {"no answer": 8}}
    verdicts = {"pointwise": [grades], "pairwise": [pair]}
    assert remarks(contents([result("m", [COMPLIANT], asked(1))], asked(1), judge=verdicts)) == said


def test_a_measure_that_does_not_apply_is_no_zero_either() -> None:
    urgent = [replace(question, metadata={"urgent": True}) for question in asked(1)]
    plain, flags = result("m", [COMPLIANT], asked(1)), result("m", [COMPLIANT], urgent, task="outline_red_flags")
    table = headline(contents([plain, flags], {"outline": asked(1), "outline_red_flags": urgent}))
    place = [heading for heading, _ in table.columns].index("Urgency right")
    assert [cells[place].text for _, cells in table.rows] == ["–", "0%"]


def test_measures_of_safety_are_told_of_only_where_a_task_asked_for_them() -> None:
    found = contents([result("m", [COMPLIANT], asked(1))], asked(1))
    assert {each.group for each in found.measures.values()} == {"structure", "pyramid", "accuracy", "writing"}
    for text in (render_markdown(found), render_html(found)):
        assert "Urgency" not in text
        assert "Emergencies" not in text


def test_model_that_never_ran_is_named_with_its_reason() -> None:
    broken = result("m", [None], asked(1), subject={"error": "OutOfMemoryError: <no>"})
    text = render_markdown(contents([broken], asked(1)))
    assert "Nothing was scored." in text
    assert "m is unfinished, unscored completions: 1; the same command asks only for what is missing. OutOf" in text
    assert "OutOfMemoryError: &lt;no>" in text


def test_where_nothing_was_scored_no_measure_is_called_unchecked_and_no_plot_is_missed() -> None:
    html = render_html(contents([result("m", [None], asked(1))], asked(1)))
    assert "Unchecked on every answer" not in html
    assert "There is nothing to draw." in html
    scored = render_html(contents([result("m", ["no"], asked(1, None))], asked(1, None)))
    assert "Unchecked on every answer" in scored
    assert "nothing to draw" not in scored


def test_a_name_loses_no_sign_to_markdown() -> None:
    text = render_markdown(contents([result("*m* | <b>", [COMPLIANT], asked(1))], asked(1)))
    assert "| \\*m\\* \\| &lt;b> | 1 |" in text


def test_compliant_answer_that_never_ended_is_named() -> None:
    found = contents([result("m", [COMPLIANT], asked(1), "length")], asked(1))
    assert remarks(found) == ["m: 1 of its compliant answers never ended by themselves."]


def test_questions_of_another_language_are_remarked_upon() -> None:
    german = "Nehmen Sie das Mittel nicht mehr ein und rufen Sie morgen in der Praxis an"
    found = contents([result("m", [COMPLIANT], asked(1, german))], asked(1, german))
    assert remarks(found)[-1].startswith("Test questions: 1 of 1 do not read as English. No negation is read in them")


def test_questions_that_ask_for_another_structure_are_remarked_upon() -> None:
    questions = [replace(question, system="Answer in prose.") for question in asked(2)]
    found = contents([result("m", [COMPLIANT] * 2, questions)], questions)
    assert any("outline: 2 of 2 questions were asked under a system message" in line for line in remarks(found))
    own = [replace(question, system=f"You are a doctor. {found.spec.instruction()}") for question in questions]
    assert not any("system message" in line for line in remarks(contents([result("m", [COMPLIANT] * 2, own)], own)))


def test_constrained_answers_that_were_cut_are_named() -> None:
    made = result("m", [COMPLIANT, "- cut"], asked(2), "length", constrained=True)
    said = remarks(contents([made], asked(2)))
    assert "under the grammar" in said[0]
    assert "1 of its answers made under the grammar were cut" in said[1]
    assert "(questions 2)" in said[1]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0%"), (3e-17, "0%"), (1.0, "100%"), (0.999, "99.9%"), (0.001, "0.1%"), (0.5, "50%"), (None, "–")],
)
def test_only_all_and_none_read_as_all_and_none(value: float | None, text: str) -> None:
    assert percent(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.0, "0"), (0.004, "+0.4"), (-0.3, "−30"), (0.3, "+30")])
def test_a_small_difference_is_not_none(value: float, text: str) -> None:
    assert signed(value) == text


def test_text_of_a_config_is_no_markup_in_markdown() -> None:
    questions = asked(1)
    text = render_markdown(contents([result("a|b<i>[x](y)", [COMPLIANT], questions)], questions, config(title="<b>")))
    assert "<b>" not in text
    assert "<i>" not in text
    row = next(line for line in text.splitlines() if "&lt;i>" in line)
    assert row.replace("\\|", "").count("|") == text.splitlines()[4].count("|")


def test_everything_is_printed_that_markdown_says(tmp_path: Path) -> None:
    questions = asked(12)
    results = [result("base", [BROKEN] * 12, questions), result("[tuned]", [COMPLIANT] * 12, questions)]
    with output.capture() as printed:
        write(tmp_path / "run", results, questions)
    said = " ".join(printed.get().split())
    markdown = (tmp_path / "run/report.md").read_text("utf-8")
    lines = [line[2:] for line in markdown.splitlines() if line.startswith("- ") and not line.startswith("- *")]
    assert lines
    for line in lines:
        assert line.replace("&lt;", "<").replace("&amp;", "&").replace("\\[", "[") in said


def test_the_table_shows_only_what_was_checked() -> None:
    questions = asked(12)
    (table,) = render_tables(contents([result("base", [COMPLIANT] * 12, questions)], questions))
    assert "Urgency" not in [column.header for column in table.columns]


@pytest.mark.parametrize("width", [24, 30, 46, 60, 80])
def test_no_number_of_the_table_is_cut(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    questions = [Question(id, f"ankle {id}", reference="take 400 mg" if id < 4 else None) for id in range(12)]
    texts = [COMPLIANT, *["- take 400 mg"] * 10, None]
    results = [result("a name of many words", texts, questions), result("b", [COMPLIANT] * 12, questions)]
    whole, found = (_printed(monkeypatch, contents(results, questions), each) for each in (200, width))
    table, _, left_out = found.partition("Without room here: ")
    assert max(map(len, found.splitlines())) <= width
    assert set(table.replace("─", " ").split()) <= set(whole.split())
    assert "Without room" not in whole
    shown = ["Tokens" in table, "Tokens" in left_out]
    assert shown in ([True, False], [False, True])
    assert bool(left_out) is ("report.md has all columns." in " ".join(left_out.split()))


def test_a_mean_over_few_answers_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    questions = [Question(id, f"ankle {id}", reference="take 400 mg" if id < 4 else None) for id in range(12)]
    assert "(of 4)" in _printed(monkeypatch, contents([result("m", ["- take 400 mg"] * 12, questions)], questions), 80)


def _printed(monkeypatch: pytest.MonkeyPatch, found: Contents, width: int) -> str:
    monkeypatch.setattr(output, "width", width)
    with output.capture() as printed:
        for table in render_tables(found):
            output.print(table)
    return printed.get()
