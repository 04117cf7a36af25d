"""Texts that no page expects, in a browser: hostile, long, odd, from right to left, and names of any length."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from evals.questions import Question
from tests.evals.report.conftest import SIZES, everything
from tests.evals.report.made import COMPLIANT, HOSTILE, result, write

pytestmark = pytest.mark.slow
Open = Callable[..., Page]


@pytest.mark.parametrize(
    "text",
    [HOSTILE, "- <b>bold</b>\n  - [x](javascript:alert(1))\n    - <svg onload=alert(1)>", "</script><script>alert(1)"],
)
def test_hostile_answers_are_text(open_page: Open, tmp_path: Path, text: str) -> None:
    questions = [Question(0, text, reference=text, metadata={"status": text})]
    page = open_page(write(tmp_path / "run", [result("m", [text], questions)], questions) / "report.html")
    assert page.locator("a[href^='javascript'], img, b b, main script, .question svg").count() == 0
    shown = page.locator(".question[open]").inner_text()
    assert "alert(1)" in shown
    assert page.locator(".source p").first.inner_text().split() == text.split()


def test_long_and_odd_answers_are_shown_whole(open_page: Open, tmp_path: Path) -> None:
    texts = ["long " * 20_000, "- one \u202eabc\u202c\x07\n  - שלום\n    - \ud800x"]
    questions = [Question(id, "ankle") for id in range(2)]
    page = open_page(write(tmp_path / "run", [result("m", texts, questions)], questions) / "report.html")
    everything(page)
    whole = page.locator(".question[data-question='1'] pre").text_content() or ""
    assert whole == texts[0]
    odd = page.locator(".question[data-question='2'] .body")
    assert odd.locator(".control").all_inner_texts() == ["U+202E", "U+202C", "U+0007"]
    assert "שלום" in odd.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_a_text_from_right_to_left_keeps_an_amount_together(open_page: Open, tmp_path: Path) -> None:
    text = "איבופרופן 400 mg פעמיים 👩\u200d⚕️"
    questions = [Question(0, text, reference=text)]
    page = open_page(write(tmp_path / "run", [result("m", [f"- {text}"], questions)], questions) / "report.html")
    where = """(one) => {
        const box = (start, end) => {
            const range = document.createRange();
            range.setStart(one.firstChild, start);
            range.setEnd(one.firstChild, end);
            return range.getBoundingClientRect();
        };
        return box(10, 13).left - box(14, 16).right;
    }"""
    for place in (".about", ".source p", ".words"):
        assert 0 < page.locator(f".question {place}").first.evaluate(where) < 20, place
    assert page.locator(".control").count() == 0


OVERLAPPING = """[...document.querySelectorAll('figure svg')].flatMap((svg) => {
    const texts = [...svg.querySelectorAll('text')].map((one) => [one.textContent, one.getBoundingClientRect()]);
    return texts.flatMap(([name, box], at) => texts.slice(at + 1)
        .filter(([, other]) => box.left < other.right && other.left < box.right
            && box.top + 3 < other.bottom && other.top + 3 < box.bottom)
        .map(([other]) => `${name} and ${other}`));
})"""


@pytest.mark.parametrize("viewport", SIZES)
def test_a_long_name_covers_nothing(open_page: Open, tmp_path: Path, viewport: dict[str, int]) -> None:
    names = [f"deepseek_r1_distill_qwen_1_5b_full_gc_learning_rate_2e_5_seed_{seed}" for seed in (1, 2)]
    questions = [Question(id, f"{'ankle ' * (id + 1)}", reference="rest") for id in range(9)]
    results = [result(name, [COMPLIANT] * 8 + ["no"], questions) for name in names]
    page = open_page(write(tmp_path / "run", results, questions) / "report.html", viewport=viewport)
    assert page.evaluate(OVERLAPPING) == []
    assert all(page.locator(f"figure svg:has-text('seed_{seed}')").count() for seed in (1, 2))
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    wide = "[...document.querySelectorAll('th[scope=row]')].filter((one) => one.scrollWidth > one.clientWidth).length"
    assert page.evaluate(wide) == 0
    about = page.locator(".question .about").first.bounding_box()
    assert about
    assert about["width"] > 50


CUT = """[...document.querySelectorAll('figure svg')].flatMap((svg) => {
    const whole = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll('text')].map((one) => [one.textContent, one.getBoundingClientRect()]);
    const dots = [...svg.querySelectorAll('circle')].map((one) => one.getBoundingClientRect());
    return texts.filter(([, box]) => box.left < whole.left || box.right > whole.right || dots.some((dot) =>
        box.left < dot.right && dot.left < box.right && box.top + 3 < dot.bottom && dot.top + 3 < box.bottom))
        .map(([text]) => text);
})"""


@pytest.mark.parametrize("viewport", SIZES)
def test_no_text_of_a_plot_is_cut_off_or_under_a_dot(open_page: Open, viewport: dict[str, int]) -> None:
    page = open_page(viewport=viewport)
    assert page.get_by_text("medium severity").count()
    assert page.evaluate(CUT) == []
    assert page.evaluate(OVERLAPPING) == []
