"""The page as a file: what is in it, and that no text of a model can put anything into it."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from evals.knowledge import Accuracy, Knowledge
from evals.questions import Question
from evals.report.html import render_html
from evals.report.payload import payload
from tests.evals.report.made import COMPLIANT, HOSTILE, contents, embedded, result

VOID = {"meta", "input", "br"}
CONTROL = "‮\x00\x1b[31m​\ud800 \u2028"


class Tags(HTMLParser):
    """Collects the elements, and complains about one that is closed out of turn."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def tags_of(html: str) -> list[tuple[str, dict[str, str | None]]]:
    tags = Tags()
    tags.feed(html)
    assert tags.open == []
    return tags.found


def asked(count: int = 1) -> list[Question]:
    return [Question(id, f"<script>alert({id})</script>", reference="<b>") for id in range(count)]


@pytest.mark.parametrize("text", [HOSTILE, "no list at all " + HOSTILE, "<think>" + HOSTILE, CONTROL, "<!--" * 25_000])
def test_text_of_a_model_never_becomes_markup(text: str) -> None:
    plain = render_html(contents([result("m", [COMPLIANT], asked())], asked()))
    html = render_html(contents([result("<i>m</i>", [text], asked())], asked()))
    found = tags_of(html)
    assert {name for name, _ in found} <= {name for name, _ in tags_of(plain)} | {"ul", "li"}  # the remarks
    assert [name for name, _ in found].count("script") == 2
    assert not [key for _, attributes in found for key in attributes if key.startswith("on")]
    assert {attributes["href"] for name, attributes in found if name == "a"} == {
        "#results", "#plots", "#comparisons", "#questions", "#notes",
    }  # fmt: skip
    html.encode("utf-8")


def test_page_loads_nothing() -> None:
    html = render_html(contents([result("m", [COMPLIANT], asked())], asked()))
    assert "default-src 'none'" in html
    assert "unsafe-inline" not in html
    assert not re.search(r"\b(src|action|srcset)=|@import|url\(|https?:", html)
    assert " style=" not in html


def test_every_question_and_every_answer_is_there() -> None:
    questions = [Question(id, f"ankle {id}") for id in range(40)]
    found = contents([result(name, [f"- {name} {id}" for id in range(40)], questions) for name in "ab"], questions)
    (only,) = embedded(render_html(found))["sets"]
    assert [question["user"] for question in only["questions"]] == [question.user for question in questions]
    for condition in only["conditions"]:
        texts = [samples[0]["points"][0][1] for samples in condition["answers"]]
        assert texts == [f"{condition['name']} {id}" for id in range(40)]


def test_violation_is_marked_at_its_point_and_said_once() -> None:
    wide = "- a\n" + "".join(f"  - b{number}\n    - c\n" for number in range(6))
    answer = payload(contents([result("m", [wide], asked())], asked()))["sets"][0]["conditions"][0]["answers"][0][0]
    said = [problem for point in answer["points"] for problem in point[2:]]
    assert said == [["max_children: expected at most 5 points under it, got 6"]]
    assert answer["points"][0][1] == "a"
    assert "problems" not in answer


def test_what_stands_outside_the_list_is_kept_on_its_side() -> None:
    answer = payload(contents([result("m", [f"before\n\n{COMPLIANT}\n\nafter"], asked())], asked()))
    (found,) = answer["sets"][0]["conditions"][0]["answers"][0]
    assert [(text, before) for _, text, before in found["outside"]] == [("before", True), ("after", False)]
    assert len(found["problems"]) == 2


def test_unsupported_numbers_are_marked_where_they_stand() -> None:
    questions = [Question(0, "may I take 400 mg", reference="yes")]
    answer = payload(contents([result("m", ["- take 400 mg\n  - or 900 mg a day"], questions)], questions))
    (found,) = answer["sets"][0]["conditions"][0]["answers"][0]
    assert found["unsupported"] == ["900"]
    assert found["points"][0][1] == "take 400 mg"
    plain, marked, rest = found["points"][1][1]
    assert "900" in marked
    assert plain + marked + rest == "or 900 mg a day"


@pytest.mark.parametrize(
    ("text", "verdict"), [(COMPLIANT, "compliant"), (COMPLIANT.replace("- ", "• "), "lenient"), ("no", "broken")]
)
def test_each_answer_has_its_verdict(text: str, verdict: str) -> None:
    found = payload(contents([result("m", [text], asked())], asked()))["sets"][0]["conditions"][0]["answers"]
    assert found[0][0]["verdict"] == verdict


@pytest.mark.parametrize(
    ("text", "raw"),
    [("<think>a\n- b</think>\nRest.", "Rest."), ("<think>Rest", "<think>Rest"), (" \n", None), ("", None)],
)
def test_an_answer_without_a_list_is_shown_without_its_think_block(text: str, raw: str | None) -> None:
    found = payload(contents([result("m", [text], asked())], asked()))["sets"][0]["conditions"][0]["answers"]
    assert found[0][0].get("raw") == raw


def test_failure_of_the_system_is_no_answer() -> None:
    found = payload(contents([result("m", [None], asked())], asked()))["sets"][0]["conditions"][0]["answers"]
    assert found == [[None]]


def test_pairs_that_differ_come_before_those_that_do_not_and_many_are_folded() -> None:
    questions = [Question(id, "ankle") for id in range(20)]
    texts = {f"m{number}": [COMPLIANT] * number * 3 + ["no"] * (20 - number * 3) for number in range(7)}
    found = contents([result(name, made, questions) for name, made in texts.items()], questions)
    html = render_html(found)
    verdicts = re.findall(r'<span class="tag (good|bad|open)">(?:better|worse|no difference|refused)', html)
    assert len(verdicts) == 21
    after_the_lead = verdicts[1:]
    assert after_the_lead == sorted(after_the_lead, key=lambda tone: tone == "open")
    assert "11 more pairs" in html


def test_family_by_tuning_and_seeds_have_their_tables() -> None:
    questions = [Question(id, "ankle") for id in range(12)]
    right = {("x", False): 1, ("x", True): 11, ("y", False): 3, ("y", True): 5}
    results = [
        result(f"{family} {tuned}", [COMPLIANT] * count + ["no"] * (12 - count), questions, family=family, tuned=tuned)
        for (family, tuned), count in right.items()
    ]
    results += [result(f"s{seed}", [COMPLIANT] * 6 + ["no"] * 6, questions, seeds_of="s") for seed in range(3)]
    html = render_html(contents(results, questions))
    tags_of(html)
    assert "What tuning gains y, less what it gains x: −67 points (n = 12), interval" in html
    assert re.search(r'<th scope="row">s</th><td>3</td><td>12</td><td>50%</td>', html)


def test_what_a_model_knows_is_told_and_what_was_not_measured_is_no_zero() -> None:
    known = {
        "base": Knowledge({"medqa": Accuracy(0.284, 0.012, 1273)}),
        "tuned": Knowledge(reason="ConnectionError: no <hub>"),
    }
    question = [Question(0, "ankle", reference="rest")]
    run = contents([result("base", [COMPLIANT], question)], question)
    page = render_html(replace(run, evaluation=replace(run.evaluation, knowledge=known)))
    assert "28% ± 1 (n = 1273)" in page
    assert "Not measured: tuned: ConnectionError: no &lt;hub&gt;" in page
    assert "What the models know" not in render_html(run)
