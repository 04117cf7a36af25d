"""The page in a browser: a rater at work, hostile answers, accessibility, a phone."""

import re
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from evals.review.store import RatingStore
from tests.evals.review.results import HOSTILE, NAMES, leave_run

Serve = Callable[..., tuple[str, subprocess.Popen[str]]]
SECRET = re.compile("|".join((*NAMES, "quillon", "zephyrine", "trial")))


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open the page in a browser of its own; afterwards nothing was asked elsewhere, nothing named, nothing complained.

    Every response's text and every address is held against the conditions' names.
    """
    contexts: list[BrowserContext] = []
    asked: list[str] = []
    seen: list[str] = []
    complaints: list[str] = []
    home: list[str] = []

    def keep(response: Any) -> None:
        seen.append(f"{response.url} {response.headers} {response.text()}")

    def open_page(url: str, offline: bool = False, **settings: Any) -> Page:
        home.append(url)
        contexts.append(browser.new_context(**{"viewport": {"width": 1360, "height": 850}, **settings}))
        page = contexts[-1].new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("response", keep)
        if not offline:  # a browser tells every request that fails
            page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        for page in context.pages:
            assert not SECRET.search(page.content())
            page.wait_for_timeout(50)  # responses under way are read
        context.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith(tuple(home))] == []
    assert [text for text in seen if SECRET.search(text)] == []


def enter(page: Page, name: str = "anna") -> None:
    page.keyboard.press("Tab")
    page.focus("#name")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(page.locator("#place")).to_have_text(re.compile(r"Pair \d+ of \d+"))


def rate(page: Page, keys: str, comment: str = "") -> None:
    """Rate the pair with the keyboard alone and wait for the next one."""
    before = page.locator("#count").inner_text()
    for key in keys:
        page.keyboard.press(key)
    if comment:
        page.keyboard.press("c")
        page.keyboard.type(comment)
        page.keyboard.press("Control+Enter")
    else:
        page.keyboard.press("Enter")
    expect(page.locator("#count")).not_to_have_text(before)
    expect(page.locator("#message")).to_be_empty()


@pytest.mark.slow
def test_a_rater_rates_ten_pairs_with_the_keyboard_alone(
    folder: Path, serve: Serve, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    url, _ = serve(folder, "--n", 10, "--repeat", 0)
    page = open_page(url)
    enter(page)
    given = ["123412", "444444", "111111", "222222", "333333"]
    for number in range(4):
        rate(page, given[number])
    page.keyboard.press("1")
    page.keyboard.press("4")
    page.keyboard.press("c")
    page.keyboard.type("half done 1234 rbn?")
    page.reload()
    expect(page.locator("#count")).to_have_text("4 of 10 rated")
    expect(page.locator("#place")).to_have_text("Pair 5 of 10")
    assert page.input_value("#comment") == "half done 1234 rbn?"
    rate(page, "4444")  # two points were answered before the reload
    page.keyboard.press("b")
    expect(page.locator("#place")).to_have_text("Pair 5 of 10")
    assert page.locator("#axis-structure input:checked").input_value() == "left"
    page.keyboard.press("n")
    expect(page.locator("#place")).to_have_text("Pair 6 of 10")
    for number in range(5, 10):
        rate(page, given[number % 5], comment="a <b>note</b>" if number == 7 else "")
    expect(page.locator("#finished")).to_be_visible()
    expect(page.locator("#count")).to_have_text("10 of 10 rated")
    page.reload()
    expect(page.locator("#finished")).to_be_visible()
    store = RatingStore(folder / "review.sqlite")
    found = store.ratings()
    assert [rating.position for rating in found] == list(range(10))
    assert len({rating.question for rating in found}) == 10
    assert Counter(rating.left for rating in found) == dict.fromkeys(NAMES, 5)
    assert list(found[0].verdicts.values()) == ["left", "tie", "both_bad", "right", "left", "tie"]
    assert list(found[4].verdicts.values()) == ["left", "right", "right", "right", "right", "right"]
    assert [rating.comment for rating in found if rating.comment] == ["half done 1234 rbn?", "a <b>note</b>"]


def test_nothing_is_saved_before_every_point_is_answered(
    folder: Path, serve: Serve, open_page: Callable[..., Page]
) -> None:
    page = open_page(serve(folder)[0])
    enter(page)
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.locator("#message")).to_have_text("Not saved yet: 5 of 6 points are open.")
    assert page.locator("fieldset.missing").count() == 5
    page.keyboard.press("r")
    expect(page.locator("#left pre")).to_be_visible()
    page.keyboard.press("r")
    assert page.locator("pre").count() == 0
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.locator("#keys-on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    assert page.locator("input[type=radio]:checked").count() == 1


def test_what_is_rated_while_the_server_is_away_is_saved_when_it_is_back(
    folder: Path, serve: Serve, open_page: Callable[..., Page]
) -> None:
    page = open_page(serve(folder)[0], offline=True)
    enter(page)
    page.route("**/api/rate", lambda route: route.abort())
    for key in "1111111":
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(page.locator("#message")).to_contain_text("Nothing is lost: trying again")
    page.keyboard.press("Enter")
    page.unroute("**/api/rate")
    expect(page.locator("#count")).to_have_text("1 of 13 rated")
    expect(page.locator("#message")).to_be_empty()
    assert RatingStore(folder / "review.sqlite").done("anna") == [0]


def test_two_raters_at_a_time_do_not_disturb_each_other(
    folder: Path, serve: Serve, open_page: Callable[..., Page]
) -> None:
    url, _ = serve(folder)
    anna, ben = open_page(url), open_page(url)
    enter(anna, "anna")
    enter(ben, "ben")
    for number in range(3):
        rate(anna, "111111")
        if number < 2:
            rate(ben, "444444")
    with sqlite3.connect(folder / "review.sqlite") as database:
        found = database.execute("SELECT rater, overall, count(*) FROM ratings GROUP BY rater, overall").fetchall()
    assert found == [("anna", "left", 3), ("ben", "right", 2)]


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
    page = open_page(serve(folder)[0], viewport={"width": width, "height": height}, has_touch=width < 500)
    enter(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    left, right, save = (page.locator(f"#{name}").bounding_box() for name in ("left", "right", "save"))
    assert left
    assert right
    assert save
    if width > 1000:  # side by side, and nothing to scroll before saving
        assert left["y"] == right["y"]
        assert save["y"] + save["height"] <= height
    else:
        assert right["y"] >= left["y"] + left["height"]
        assert save["height"] >= 44
        page.locator("#axis-harm label", has_text="Both bad").tap()
        assert page.locator("#axis-harm input:checked").input_value() == "both_bad"


def test_a_token_opens_the_page(folder: Path, serve: Serve, open_page: Callable[..., Page]) -> None:
    url, _ = serve(folder, "--token-env", "RATERS", RATERS="0123456789abcdef")
    page = open_page(f"{url}/#token=0123456789abcdef")
    expect(page).to_have_url(f"{url}/")
    enter(page)
    rate(page, "111111")
    other = open_page(url)
    other.fill("#name", "ben")
    other.fill("#token", "0123456789abcdef")
    other.keyboard.press("Enter")
    expect(other.locator("#place")).to_be_visible()
