"""How the page looks, in a browser: hostile answers, accessibility, a wide window and a phone."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.evals.review.keys import Serve, enter, rate
from tests.evals.review.results import HOSTILE, NAMES, leave_run


@pytest.mark.parametrize("answer", [HOSTILE, f"- {HOSTILE}\n  - {HOSTILE}", "word " * 20_000, "- a" * 30_000])
def test_a_hostile_answer_is_text(tmp_path: Path, serve: Serve, open_page: Callable[..., Page], answer: str) -> None:
    answers = {(name, number): answer for name in NAMES for number in range(2)}
    folder = leave_run(tmp_path / "results/trial", questions=2, answers=answers, user=HOSTILE)
    page = open_page(serve(folder)[0])
    enter(page)
    for _ in range(2):
        shown = page.locator("#left .body").inner_text() + page.locator("#user").inner_text()
        assert '<img src=x onerror="window.hit=1">' in shown
        assert "javascript:window.hit=1" in shown
        assert "[U+202E]" in shown
        assert "␀␇␛[31m" in shown
        assert page.locator("main script, main img, main a").count() == 0
        assert page.evaluate("window.hit") is None
        page.keyboard.press("r")
    expected = 1 if len(answer) > 50_000 else 0
    assert (len(page.locator("#left .body").inner_text()) > 50_000) == expected
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault(folder: Path, serve: Serve, open_page: Callable[..., Page], scheme: str) -> None:
    page = open_page(serve(folder)[0], color_scheme=scheme, bypass_csp=True)  # axe is a script of another origin

    def check() -> None:
        found = Axe().run(page)
        assert [(each["id"], each["impact"], each["nodes"][0]["html"]) for each in found.response["violations"]] == []

    check()
    enter(page)
    check()
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    check()
    page.keyboard.press("?")
    check()
    page.keyboard.press("Escape")
    for number in range(13):
        rate(page, "44444" if number == 0 else "111111")
    expect(page.locator("#finished")).to_be_visible()
    check()


@pytest.mark.parametrize(("width", "height"), [(1360, 850), (390, 844)])
def test_everything_fits_the_window(
    folder: Path, serve: Serve, open_page: Callable[..., Page], width: int, height: int
) -> None:
    page = open_page(
        serve(folder)[0], viewport={"width": width, "height": height}, has_touch=width < 500, bypass_csp=True
    )
    enter(page, "a rater with a name of many letters")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    left, right, save = (page.locator(f"#{name}").bounding_box() for name in ("left", "right", "save"))
    assert left
    assert right
    assert save
    if width > 1000:  # side by side, and nothing to scroll before saving
        assert left["y"] == right["y"]
        assert save["y"] + save["height"] <= height
    else:
        assert Axe().run(page).response["violations"] == []
        head = page.locator("header").bounding_box()
        assert head
        assert head["height"] < 120
        assert right["y"] >= left["y"] + left["height"]
        assert save["height"] >= 44
        page.locator("#axis-harm label", has_text="Both bad").tap()
        assert page.locator("#axis-harm input:checked").input_value() == "both_bad"
