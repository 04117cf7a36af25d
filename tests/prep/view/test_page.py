"""Rows, filters, search and address of the page, in a browser."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from outline import StructureSpec
from prep.view.page import render
from prep.view.run import Run, read_run
from settings import read_jsonl, write_text
from tests.prep.conftest import outline_of
from tests.prep.view.rows import leave

Open = Callable[..., Page]
Row = dict[str, Any]


def results(page: Page) -> list[int]:
    return page.evaluate("results.map((row) => row.index)")


def texts(row: Row) -> str:
    made = [point["text"] for attempt in row["attempts"] for point in attempt["points"]]
    made += [finding["message"] for attempt in row["attempts"] for finding in attempt["findings"]]
    return "\n".join([row["description"], row["patient"], row["reply"] or "", row["reason"], *made]).lower()


def test_every_row_is_reached_by_keyboard_and_shown_as_it_is(open_page: Open, data: list[Row]) -> None:
    page = open_page()
    seen = []
    for _ in data:
        number = page.locator("h2").inner_text().removeprefix("Row ")
        reply = page.locator(".reply")
        refs = ".source .reply button"
        page.evaluate(f"document.querySelectorAll('{refs}').forEach((one) => one.remove())")
        seen.append((int(number), reply.text_content() if reply.count() else None))
        page.keyboard.press("ArrowDown")
    assert seen == [(row["index"], row["reply"]) for row in data]
    page.keyboard.press("Home")
    page.keyboard.press("j")
    assert page.locator("h2").inner_text() == "Row 1"
    page.keyboard.press("k")
    assert page.locator("h2").inner_text() == "Row 0"
    assert page.evaluate("document.activeElement.id") == "list"


def test_filters_combine_and_give_the_rows_that_have_it(open_page: Open, data: list[Row]) -> None:
    page = open_page()
    kinds = sorted({kind for row in data for kind in row["kinds"]})
    severities = sorted({row["severity"] for row in data})
    chance = random.Random(5)
    for _ in range(40):
        status = chance.choice([None, "kept", "failed", "skipped"])
        severity, kind = chance.choice([None, *severities]), chance.choice([None, None, *kinds])
        for name, value in (("status", status), ("severity", severity), ("finding", kind)):
            page.select_option(f"#{name}", "" if value is None else f"={value}")
        expected = [
            row["index"]
            for row in data
            if status in (None, row["status"]) and severity in (None, row["severity"]) and kind in (None, *row["kinds"])
        ]
        assert results(page) == expected
        assert page.locator("#count").inner_text() == f"{len(expected)} of {len(data)} rows"
        if status is not None:
            label = page.locator("#status option:checked").inner_text()
            assert label == f"{status} ({len(expected)})"
    page.click("text=Clear")
    assert results(page) == [row["index"] for row in data]


@pytest.mark.parametrize(
    "query", ["LOSARTAN", "water  crackers", "150", "<img src=x", "says the gate", "🩺", "zzz", " "]
)
def test_search_finds_every_row_that_holds_all_words(open_page: Open, data: list[Row], query: str) -> None:
    page = open_page()
    page.fill("#search", query)
    assert results(page) == [row["index"] for row in data if all(word in texts(row) for word in query.lower().split())]


def test_the_address_restores_what_is_seen(open_page: Open) -> None:
    page = open_page()
    page.fill("#search", "losartan")
    page.select_option("#status", "=failed")
    page.locator(".item").first.click()
    page.click("text=Attempt 1 of 2")
    other = open_page(page.evaluate("location.hash"))
    for part in ("#row", "#list", "#count", "h2"):
        assert other.locator(part).inner_text() == page.locator(part).inner_text()
    assert other.input_value("#search") == "losartan"
    other.evaluate("location.hash = '#severity=&row=3'")
    other.wait_for_function("document.querySelector('h2').textContent === 'Row 3'")
    assert open_page("#row=999&attempt=x&status=none&finding=").locator("h2").inner_text() == "Row 0"


def test_a_phone_shows_list_and_row_in_turn(open_page: Open) -> None:
    page = open_page(viewport={"width": 360, "height": 700})
    assert page.locator("#list").is_visible()
    assert page.locator("#row").is_hidden()
    page.locator(".item").nth(1).click()
    assert page.locator("#row").is_visible()
    assert page.locator("#list").is_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.evaluate("document.getElementById('row').scrollWidth") <= 360
    page.click("text=Back to the rows")
    assert page.locator("#list").is_visible()
    page.evaluate("list.scrollTop = list.scrollHeight")
    page.locator("#item-38").click()
    page.click("text=Next")
    assert page.locator("h2").inner_text() == "Row 39"
    page.click("text=Back to the rows")
    page.wait_for_selector("#item-39[aria-selected=true]")
    assert page.evaluate("list.scrollTop") > 0
    page.keyboard.press("ArrowUp")
    assert page.locator("h2").inner_text() == "Row 38"


@pytest.mark.parametrize("width", [360, 1200])
def test_axe_finds_no_fault(open_page: Open, width: int) -> None:
    page = open_page("#row=1", viewport={"width": width, "height": 800}, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["impact"], each["nodes"][0]["html"]) for each in found] == []


@pytest.mark.slow
def test_a_whole_dataset_opens_with_few_rows_in_the_document(
    open_page: Open, root: Path, spec: StructureSpec, tmp_path: Path
) -> None:
    sample = [row for row in read_jsonl(root / "data/sample/consultations.jsonl") if row["Doctor"]]
    chance = random.Random(3)
    rows = []
    for _ in range(3300):
        asked, answered = chance.choices(sample, k=2)
        made = {"Doctor": outline_of(answered["Doctor"]), "_original_doctor": answered["Doctor"]}
        rows.append({**asked, **made, "_conversion_success": True})
    run = read_run(leave(tmp_path, rows, []))
    write_text(tmp_path / "view.html", render(Run(tmp_path, run.rows, None), spec))
    page = open_page(path=tmp_path / "view.html")
    assert page.locator("#count").inner_text() == "3300 of 3300 rows"
    assert page.locator("[role=option]").count() < 60
    page.keyboard.press("End")
    assert page.locator("h2").inner_text() == "Row 3299"
    page.wait_for_selector("#item-3299[aria-selected=true]")
    assert page.locator(".reply .from").count() > 0


def test_the_focus_stays_with_the_reader(open_page: Open) -> None:
    page = open_page("#row=1")
    page.focus("[data-step='1']")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert page.locator("h2").inner_text() == "Row 3"
    page.focus("summary:has-text('The question')")
    page.keyboard.press("k")
    page.keyboard.press("k")
    assert page.locator("h2").inner_text() == "Row 1"
    page.focus("#search")
    page.keyboard.type("jk")
    assert page.locator("#search").input_value() == "jk"
