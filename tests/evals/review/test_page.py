"""A rater at work on the page, in a browser."""

import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from evals.review.store import RatingStore
from tests.evals.review.keys import Serve, enter, rate
from tests.evals.review.results import NAMES


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


def test_another_rater_takes_over_on_the_same_machine(
    folder: Path, serve: Serve, open_page: Callable[..., Page]
) -> None:
    page = open_page(serve(folder)[0])
    assert page.locator("#leave").is_hidden()
    enter(page, "anna")
    rate(page, "111111")
    page.keyboard.press("2")
    page.click("#leave")
    expect(page.locator("#name")).to_be_visible()
    page.fill("#name", "")
    enter(page, "ben")
    expect(page.locator("#count")).to_have_text("0 of 13 rated")
    assert page.locator("input[type=radio]:checked").count() == 0
    rate(page, "444444")
    page.click("#leave")
    expect(page.locator("#name")).to_be_visible()
    page.fill("#name", "")
    enter(page, "anna")
    assert page.locator("input[type=radio]:checked").count() == 1
    store = RatingStore(folder / "review.sqlite")
    assert (store.done("anna"), store.done("ben")) == ([0], [0])


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
