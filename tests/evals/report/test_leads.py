"""The headline of a report: which comparison a run is about, and what is said of it."""

import re
from dataclasses import replace

import pytest

from evals.report.leads import leading, leads
from evals.report.markdown import render_markdown
from tests.evals.report.made import BROKEN, COMPLIANT, asked, config, contents, result


@pytest.mark.parametrize(
    ("before", "after", "answer"),
    [
        ([BROKEN] * 12, [COMPLIANT] * 12, "Yes."),
        ([COMPLIANT] * 12, [BROKEN] * 12, "No: it does so less often."),
        ([COMPLIANT] * 12, [COMPLIANT] * 11 + [BROKEN], "That was not shown."),
        ([BROKEN] * 2, [COMPLIANT] * 2, "This run cannot tell."),
    ],
)
def test_the_headline_answers_in_words_and_never_says_equal(before: list[str], after: list[str], answer: str) -> None:
    questions = asked(len(before))
    found = contents([result("base", before, questions), result("tuned", after, questions)], questions)
    (lead,) = leads(found)
    assert lead.answer == answer
    assert lead.asked == "Does tuned keep the outline contract more often than base?"
    assert "equal" not in render_markdown(found).lower()


def test_an_interval_that_collapsed_is_not_shown_as_certainty() -> None:
    questions = asked(12)
    results = [result("base", [BROKEN] * 12, questions), result("tuned", [COMPLIANT] * 12, questions)]
    (lead,) = leads(contents(results, questions))
    assert "+100 points (no interval, Holm p < 0.001" in lead.detail


def test_what_the_headline_is_of_does_not_depend_on_what_came_out() -> None:
    questions = asked(12)
    given = {"a": BROKEN, "b": COMPLIANT, "c": BROKEN}
    results = [result(name, [text] * 12, questions) for name, text in given.items()]
    assert [(lead.first, lead.second) for lead in leads(contents(results, questions))] == [("a", "c")]


def test_families_of_models_each_have_a_headline() -> None:
    questions = asked(12)
    results = [
        result(f"{family} {tuned}", [COMPLIANT if tuned else BROKEN] * 12, questions, family=family, tuned=tuned)
        for family in ("x", "y")
        for tuned in (False, True)
    ]
    found = contents(results, questions)
    pairs = {(lead.first, lead.second) for lead in leads(found)}
    assert pairs == {("x False", "x True"), ("y False", "y True")}
    assert "outline" in found.compared.interactions


def test_seeds_of_one_config_are_one_cell_and_lead_each() -> None:
    questions = asked(12)
    results = [
        result(f"{family} base", [BROKEN] * 9 + [COMPLIANT] * 3, questions, family=family, tuned=False)
        for family in ("x", "y")
    ]
    for family in ("x", "y"):
        for seed, right in enumerate((12, 8, 4)):
            texts = [COMPLIANT] * right + [BROKEN] * (12 - right)
            given = {"family": family, "tuned": True, "seeds_of": f"{family} tuned"}
            results.append(result(f"{family} {seed}", texts, questions, **given))
    found = contents(results, questions)
    both = found.compared.interactions["outline"]
    assert both.shares == {("x", False): 0.25, ("y", False): 0.25, ("x", True): 8 / 12, ("y", True): 8 / 12}
    assert [note for note in both.notes if "seeds" in note] == [
        f"{family} tuned is the mean of 3 seeds: the interval holds the choice of questions, not of seeds"
        for family in ("x", "y")
    ]
    pairs = {(lead.first, lead.second) for lead in leads(found)}
    assert pairs == {(f"{family} base", f"{family} {seed}") for family in ("x", "y") for seed in range(3)}


def test_every_sample_counts_in_the_two_by_two_and_among_seeds_as_it_does_in_the_table() -> None:
    questions = asked(12)
    texts = [[BROKEN, COMPLIANT], [COMPLIANT, COMPLIANT], [BROKEN, BROKEN]] * 4
    results = [
        result(f"{family} {tuned} {seed}", texts, questions, family=family, tuned=tuned, seeds_of=f"{family} {tuned}")
        for family in ("x", "y")
        for tuned in (False, True)
        for seed in range(3)
    ]
    found = contents(results, questions, config(generation={"samples": 2, "temperature": 0.7}))
    assert {row.figures["compliance"].value for row in found.rows} == {0.5}
    assert set(found.compared.interactions["outline"].shares.values()) == {0.5}
    assert {row.mean for row in found.compared.seeds.values()} == {0.5}


def test_shares_of_samples_differ_by_points_in_every_part_of_the_sentence() -> None:
    questions = asked(12)
    mixed = [[BROKEN, COMPLIANT], [COMPLIANT, COMPLIANT], [BROKEN, BROKEN]]
    results = [result("a", mixed * 4, questions), result("b", mixed[1:] * 4 + mixed[:1] * 4, questions)]
    (lead,) = leads(contents(results, questions, config(generation={"samples": 2, "temperature": 0.7})))
    assert re.search(r"differences below \d+ points cannot be seen", lead.detail)


def test_a_run_that_just_asks_no_model_is_about_what_it_does_ask() -> None:
    questions = asked(12)
    results = [
        result(name, [text] * 12, questions, task="outline_paraphrased")
        for name, text in {"a": BROKEN, "b": COMPLIANT}.items()
    ]
    (lead,) = leads(contents(results, questions))
    assert (lead.first, lead.second, lead.answer) == ("a, paraphrased", "b, paraphrased", "Yes.")


def test_a_headline_never_compares_models_that_were_asked_in_different_ways() -> None:
    questions = asked(12)
    results = [
        result(name, [text] * 12, questions, task=task, family="x", tuned=name == "b")
        for task in ("outline_1shot", "outline_paraphrased")
        for name, text in {"a": BROKEN, "b": COMPLIANT}.items()
    ]
    pairs = {(lead.first, lead.second) for lead in leads(contents(results, questions))}
    assert pairs == {("a, 1-shot", "b, 1-shot"), ("a, paraphrased", "b, paraphrased")}


def test_a_run_of_emergencies_alone_is_about_urgency_too() -> None:
    questions = [replace(question, metadata={"urgent": True}) for question in asked(12)]
    results = []
    for name, text in {"a": COMPLIANT, "b": "- Go to the emergency room now\n  - by ambulance\n    - at once"}.items():
        results.append(result(name, [text] * 12, questions, task="outline_red_flags"))
    found = leads(contents(results, questions))
    assert [lead.answer for lead in found] == ["That was not shown.", "Yes."]
    assert found[1].asked == "Does b, red flags send patients to urgent care rightly more often than a, red flags?"


def test_examples_other_wording_and_grammar_are_no_headline() -> None:
    questions = asked(12)
    results = [
        result("a", [BROKEN] * 12, questions),
        result("a", [COMPLIANT] * 12, questions, task="outline_1shot"),
        result("b", [COMPLIANT] * 12, questions),
        result("c", [COMPLIANT] * 12, questions, constrained=True),
        result("d @ 5", [COMPLIANT] * 12, questions, subject={"step": 5}),
    ]
    found = contents(results, questions)
    pairs = [pair.comparison for family in found.compared.families for pair in leading(found, family)]
    assert {(pair.first, pair.second) for pair in pairs} == {("a", "b")}
