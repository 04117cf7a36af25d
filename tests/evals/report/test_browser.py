"""The page in a browser: reading, filters, keyboard, size and contrast."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from evals.questions import Question
from tests.evals.report.conftest import SIZES, everything
from tests.evals.report.made import COMPLIANT, embedded, result, write
from tests.evals.report.runs import whole_run

pytestmark = pytest.mark.slow
Open = Callable[..., Page]

SCHEMES = ["light", "dark"]


def numbers(page: Page) -> list[int]:
    """The questions that are listed, in their order."""
    return page.evaluate("[...document.querySelectorAll('.question')].map((one) => Number(one.dataset.question))")


@pytest.fixture
def data(file: Path) -> dict[str, Any]:
    return embedded(file.read_text("utf-8"))["sets"][0]


def verdicts(data: dict[str, Any], name: str) -> list[str]:
    (condition,) = [condition for condition in data["conditions"] if condition["name"] == name]
    return [samples[0]["verdict"] for samples in condition["answers"]]


@pytest.mark.parametrize("viewport", SIZES)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_axe_finds_no_fault(open_page: Open, viewport: dict[str, int], scheme: str) -> None:
    page = open_page(viewport=viewport, color_scheme=scheme, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details:not(.question)').forEach((one) => { one.open = true; })")
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["impact"], each["nodes"][0]["html"]) for each in found] == []


@pytest.mark.parametrize("viewport", SIZES)
def test_nothing_is_wider_than_the_window(open_page: Open, viewport: dict[str, int]) -> None:
    page = open_page(viewport=viewport)
    everything(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_failures_come_first_and_all_questions_are_counted(open_page: Open, data: dict[str, Any]) -> None:
    page = open_page()
    sides = zip(verdicts(data, "base"), verdicts(data, "tuned"), strict=True)
    failing = {number: sum(verdict != "compliant" for verdict in pair) for number, pair in enumerate(sides, start=1)}
    counts = [failing[number] for number in numbers(page)]
    assert counts == sorted(failing.values(), reverse=True)
    assert page.locator("#count").inner_text() == "24 of 24 questions"
    assert page.locator(".question[open]").count() == 1


def test_filters_give_the_questions_that_pass(open_page: Open, data: dict[str, Any]) -> None:
    page = open_page()
    page.select_option("#left", label="base, 1-shot")
    left, right = verdicts(data, "base, 1-shot"), verdicts(data, "tuned")
    page.check("#differ")
    differ = [at + 1 for at, (one, other) in enumerate(zip(left, right, strict=True)) if one != other]
    assert sorted(numbers(page)) == differ
    page.select_option("#verdict", "broken")
    page.select_option("#side", "right")
    assert sorted(numbers(page)) == [number for number in differ if right[number - 1] == "broken"]
    page.click("#filters button[type=reset]")
    page.wait_for_function("document.querySelectorAll('.question').length === 24")
    severity = data["questions"][0]["severity"]
    page.select_option("#severity", severity)
    same = [question["number"] for question in data["questions"] if question["severity"] == severity]
    assert sorted(numbers(page)) == same
    assert page.locator("#count").inner_text() == f"{len(same)} of 24 questions"


def test_search_finds_questions_replies_and_answers(open_page: Open, data: dict[str, Any]) -> None:
    page = open_page()
    page.fill("#search", data["questions"][7]["user"].upper()[:40])
    assert 8 in numbers(page)
    page.fill("#search", data["questions"][3]["reference"][-40:])
    assert 4 in numbers(page)
    page.fill("#search", "nothing has this word")
    assert numbers(page) == []
    assert page.locator("#count").inner_text() == "0 of 24 questions"


def test_what_is_chosen_outlives_a_reload_and_the_way_back(open_page: Open) -> None:
    page = open_page()
    page.select_option("#left", label="base, 1-shot")
    page.select_option("#side", "left")
    page.select_option("#verdict", "failing")
    page.check("#differ")
    page.fill("#search", "a")
    found = numbers(page)
    page.click("nav a[href='#plots']")
    page.reload()
    assert (numbers(page), page.input_value("#search")) == (found, "a")
    page.goto("about:blank")
    page.go_back()
    page.wait_for_selector(".question[open] .answers")
    assert numbers(page) == found
    assert page.locator("#left option:checked").inner_text() == "base, 1-shot"
    assert page.locator(".question[open] .answers h3 > span:first-child").first.inner_text() == "base, 1-shot"
    page.evaluate("history.replaceState({ set: '7', left: '99', verdict: 'none', differ: false }, '')")
    page.reload()
    assert page.locator("#count").inner_text() == "24 of 24 questions"


def test_a_choice_stays_with_its_condition_when_the_report_is_written_anew(open_page: Open, tmp_path: Path) -> None:
    questions = [Question(0, "ankle")]
    before, after = ([result(name, [COMPLIANT], questions) for name in names] for names in ("abc", "xcba"))
    page = open_page(write(tmp_path / "run", before, questions) / "report.html")
    page.select_option("#left", label="b")
    page.select_option("#right", label="a")
    write(tmp_path / "run", after, questions)
    page.reload()
    shown = [page.locator(f"#{side} option:checked").inner_text() for side in ("left", "right")]
    assert shown == ["b", "a"]


def test_two_chosen_conditions_stand_side_by_side(open_page: Open) -> None:
    page = open_page()
    page.select_option("#left", label="tuned, constrained")
    page.select_option("#right", label="base, 1-shot")
    page.wait_for_selector(".question[open] .answers")
    names = page.locator(".question[open] .answers h3 > span:first-child").all_inner_texts()
    assert names == ["tuned, constrained", "base, 1-shot"]
    assert "under the grammar" in page.locator(".question[open] .answers section").first.inner_text()
    boxes = [section.bounding_box() for section in page.locator(".question[open] .answers section").all()]
    assert boxes[0]
    assert boxes[1]
    assert boxes[0]["y"] == boxes[1]["y"]


def test_another_set_has_its_own_questions_and_conditions(open_page: Open) -> None:
    page = open_page()
    page.select_option("#set", "Red flags")
    page.wait_for_selector(".question[open] .answers")
    assert page.locator("#count").inner_text() == "12 of 12 questions"
    assert page.locator("#left option").all_inner_texts() == ["base, red flags", "tuned, red flags"]
    assert "emergency" in page.locator(".question[open] .source h3").first.inner_text()


def test_violations_are_marked_in_the_tree(open_page: Open, data: dict[str, Any]) -> None:
    (tuned,) = [condition for condition in data["conditions"] if condition["name"] == "base, 1-shot"]
    at = next(
        at for at, (answer,) in enumerate(tuned["answers"]) if any(len(point) > 2 for point in answer.get("points", []))
    )
    text, (problem, *_) = next(point[1:] for point in tuned["answers"][at][0]["points"] if len(point) > 2)
    page = open_page()
    page.select_option("#left", label="base, 1-shot")
    everything(page)
    item = page.locator(f".question[data-question='{at + 1}'] .answers section").first.locator("li.wrong").first
    assert item.locator("> .words").inner_text() == text
    assert item.locator("> .flag").first.inner_text() == problem


def test_everything_can_be_reached_and_opened_by_keyboard(open_page: Open) -> None:
    page = open_page()
    summary = page.locator(".question:not([open]) > summary").first
    summary.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('.question[open]').length === 2")
    reached = page.evaluate(
        "[...document.querySelectorAll('.scroll, .body, .source p')].every((one) => one.tabIndex === 0)"
    )
    assert reached


def test_several_samples_are_chosen_by_buttons(open_page: Open, tmp_path: Path) -> None:
    questions = [Question(0, "ankle")]
    results = [result("m", [[COMPLIANT, "second"]], questions)]
    sampled = {"samples": 2, "temperature": 0.7}
    page = open_page(write(tmp_path / "run", results, questions, generation=sampled) / "report.html")
    assert page.locator(".marks").inner_text().startswith("✗ 1/2 m")
    page.locator(".samples button").nth(1).click()
    assert page.locator(".answers pre").inner_text() == "second"
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"


def test_a_whole_test_split_opens_with_few_answers_in_the_document(open_page: Open, tmp_path: Path) -> None:
    results, questions = whole_run(Path(__file__).parents[3], 332)
    page = open_page(write(tmp_path / "run", results[:6], questions) / "report.html")
    assert page.locator("#count").inner_text() == "332 of 332 questions, the first 100 shown"
    assert page.locator(".answers").count() == 1
    for _ in range(3):
        page.click("#more")
    assert len(numbers(page)) == 332
    assert page.locator("#more").is_hidden()
