import re
from html.parser import HTMLParser

import pytest

from evals.completions import Completion
from evals.config import EvalConfig
from evals.questions import Question
from evals.report import render_html, render_markdown
from evals.report.examples import choose_examples
from evals.scoring import score_completion
from evals.summary import Result, compare_all, summarize
from outline import StructureSpec

SPEC = StructureSpec.load()
COMPLIANT = "- rest\n  - the ankle\n    - for two days\n"
HOSTILE = "<script>alert(1)</script>\n\n- [x](javascript:alert(1)) **bold** <img src=x onerror=alert(1)>\n  - ]]>'\"\n"


def result(name: str, texts: list[str | None], questions: list[Question], finish: str = "stop") -> Result:
    made = {id: Completion(id, "p", text, finish, 9, 1.0) for id, text in enumerate(texts) if text is not None}
    return Result(name, made, {id: score_completion(questions[id], made[id].completion, SPEC) for id in made})


def config() -> EvalConfig:
    generation = {"max_new_tokens": 9, "batch_size": 1}
    models = [{"name": "x", "path": "x"}]
    return EvalConfig.model_validate({"run": "r", "questions": "q", "models": models, "generation": generation})


def page(results: list[Result], questions: list[Question]) -> str:
    rows = [summarize(each, questions, 0.95) for each in results]
    comparisons = compare_all(results, config().statistics)
    return render_html(config(), rows, comparisons, choose_examples(questions, results, 10))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("text", [HOSTILE, "no list at all " + HOSTILE.split("\n")[0], "<think>" + HOSTILE])
def test_text_of_a_model_never_becomes_markup(text: str) -> None:
    question = [Question(0, "<script>alert(2)</script>", reference="<b>")]
    tags = Tags()
    tags.feed(page([result("<i>m</i>", [text], question)], question))
    names = {name for name, _ in tags.found}
    assert not names & {"script", "img", "a", "i", "b", "link", "iframe"}
    assert not [attribute for _, attributes in tags.found for attribute in attributes if attribute.startswith("on")]
    assert not [
        value for _, attributes in tags.found for value in attributes.values() if "javascript:" in (value or "")
    ]


def test_page_loads_nothing() -> None:
    question = [Question(0, "ankle", reference="rest")]
    html = page([result("m", [COMPLIANT], question)], question)
    assert "default-src 'none'" in html
    assert not re.search(r"\b(src|href|action)=|@import|url\(", html)


def test_violation_is_marked_at_its_point_and_said_once() -> None:
    wide = "- a\n" + "".join(f"  - b{number}\n    - c\n" for number in range(6))
    question = [Question(0, "ankle")]
    html = page([result("m", [wide], question)], question)
    assert html.count("max_children: point 1 (line 1)") == 1
    assert re.search(r'<li class="marked"><span>a</span>\s*<span class="flag">max_children', html)


def test_questions_on_which_the_models_differ_come_first() -> None:
    questions = [Question(id, "ankle") for id in range(3)]
    first = result("a", [COMPLIANT, "no", "no"], questions)
    second = result("b", [COMPLIANT, "no", COMPLIANT], questions)
    assert [example.question.id for example in choose_examples(questions, [first, second], 3)] == [2, 1, 0]


def test_failure_of_the_system_is_unscored_and_counted() -> None:
    questions = [Question(id, "ankle", reference="rest") for id in range(4)]
    row = summarize(result("m", [COMPLIANT, None, "no", None], questions), questions, 0.95)
    assert (row.n, row.unscored) == (2, 2)
    assert row.compliance is not None
    assert row.compliance.value == 0.5


def test_think_block_that_never_closes_scores_zero_and_is_counted() -> None:
    questions = [Question(0, "ankle", reference="rest")]
    row = summarize(result("m", ["<think>" + COMPLIANT], questions, "length"), questions, 0.95)
    assert row.compliance is not None
    assert (row.n, row.unanswered, row.compliance.value, row.truncated) == (1, 1, 0.0, 1.0)


@pytest.mark.parametrize(
    ("references", "said"),
    [([None, None], "unchecked"), (["take 400 mg", None], "0% of 1"), (["take 200 mg", "take 400 mg"], "50%")],
)
def test_numbers_without_a_reference_are_unchecked_and_not_supported(references: list[str | None], said: str) -> None:
    questions = [Question(id, "ankle", reference=reference) for id, reference in enumerate(references)]
    results = [result("m", ["- 400 mg"] * len(references), questions)]
    rows = [summarize(each, questions, 0.95) for each in results]
    assert f"| {said} |" in render_markdown(config(), rows, [])


def test_report_of_a_model_that_never_ran_says_so() -> None:
    questions = [Question(0, "ankle")]
    broken = Result("m", {}, {}, error="OutOfMemoryError: <no>")
    html = page([broken], questions)
    assert "nothing scored" in html
    assert "OutOfMemoryError: &lt;no&gt;" in html
    assert "m ended early, 1 questions are unscored" in render_markdown(
        config(), [summarize(broken, questions, 0.95)], []
    )


def test_compliant_answer_that_never_ended_is_named() -> None:
    questions = [Question(0, "ankle")]
    row = summarize(result("m", [COMPLIANT], questions, "length"), questions, 0.95)
    assert "m: 1 of its compliant answers never ended by themselves." in render_markdown(config(), [row], [])
