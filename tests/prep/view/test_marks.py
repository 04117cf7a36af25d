"""What the page shows of a row, in a browser: texts as text, marks at their words, signs for everybody."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.prep.view.rows import HOSTILE, LONG

Open = Callable[..., Page]

CONTRAST = Path(__file__).with_name("contrast.js").read_text("utf-8")


def test_hostile_text_stays_text(open_page: Open) -> None:
    for row in (4, 5):
        page = open_page(f"#row={row}")
        assert HOSTILE in page.locator("#row").text_content().replace("\n", " ")
        page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        assert page.locator("#panes script, #panes img, header script, header img").count() == 0
        assert page.evaluate("window.hit") is None
        assert HOSTILE in page.locator("h1").text_content()


def test_a_hundred_thousand_characters_are_shown_and_fit_the_window(open_page: Open) -> None:
    page = open_page("#row=6")
    assert page.locator("#row").text_content().count(LONG.strip()) == 2
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_text_from_right_to_left_keeps_an_amount_together(open_page: Open) -> None:
    page = open_page("#row=0")
    gap = """(one) => {
        one.textContent = "איבופרופן 400 mg פעמיים";
        const box = (start, end) => {
            const range = document.createRange();
            range.setStart(one.firstChild, start);
            range.setEnd(one.firstChild, end);
            return range.getBoundingClientRect();
        };
        return box(10, 13).left - box(14, 16).right;
    }"""
    for place in (".reply", ".words", ".about"):
        assert 0 < page.locator(place).first.evaluate(gap) < 20, place


def test_marks_fall_on_the_right_words(open_page: Open) -> None:
    page = open_page("#row=1&attempt=1")
    lost = page.locator(".source mark.lost").all_inner_texts()
    assert any("50" in text for text in lost)
    assert any("stop" in text for text in lost)
    (invented,) = page.locator(".made mark.invented").all_inner_texts()
    assert "70" in invented
    assert "invented doses" in page.locator(".made mark.invented").first.get_attribute("title")
    assert page.locator(".tag", has_text="list_only").count() == 1
    assert "purple" in page.locator(".point", has=page.locator(".tag.soft")).inner_text()
    wide = open_page("#row=5")
    # Characters that take two units in the page's language do not shift a mark.
    assert any("75" in text for text in wide.locator(".source mark.lost").all_inner_texts())
    assert any("99" in text for text in wide.locator(".made mark.invented").all_inner_texts())


def test_a_point_and_its_words_light_up_together(open_page: Open) -> None:
    page = open_page("#row=0")
    page.hover(".point:has-text('Drink three')")
    assert page.locator(".source .from.lit").all_inner_texts() == ["drink three glasses of water"]
    page.hover(".source .from:has-text('losartan')")
    assert page.locator(".made .point.lit .words").all_inner_texts() == ["Take losartan 50 mg once daily"]
    page.focus(".made button.ref:has-text('1.1') >> nth=0")
    assert page.locator(".source .from.lit").all_inner_texts() == [
        "take losartan 50 mg once daily",
        "do not stop it suddenly",
    ]
    page.focus("#search")
    assert page.locator(".lit").count() == 0
    page.click(".made button.ref:has-text('1.1.2')")
    assert page.evaluate("document.activeElement.closest('.source') && document.activeElement.textContent") == "1.1.2"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('.made') && document.activeElement.textContent") == "1.1.2"


def test_every_finding_is_told_in_words_and_leads_to_its_place(open_page: Open, data: list[dict[str, Any]]) -> None:
    page = open_page("#row=1&attempt=1")
    page.click("summary:has-text('Not matched')")
    listed = page.locator(".findings li").all_inner_texts()
    assert len(listed) == len(data[1]["attempts"][1]["findings"])
    places = page.locator(".findings button")
    assert places.count() > 5
    for place in places.all():
        place.click()
        text = page.evaluate("document.activeElement.closest('.side') && document.activeElement.textContent")
        said = place.inner_text()
        assert text is not None
        # A mark may be cut where a point's words begin; the focus is on its first piece.
        assert not said.startswith("“") or said[1:].startswith(text)


def test_each_attempt_is_shown_with_what_was_wrong_with_it(open_page: Open) -> None:
    page = open_page("#row=1")
    assert page.locator("[aria-pressed=true]").inner_text() == "Attempt 2 of 2"
    assert "it was" in page.locator(".findings").inner_text()
    page.click("text=Attempt 1 of 2")
    assert page.locator("[aria-pressed=true]").inner_text() == "Attempt 1 of 2"
    assert "max_children" in page.locator(".findings").inner_text()
    unanswered = open_page("#row=2").locator("#row").inner_text()
    assert "no answer, says the gate" in unanswered
    assert "HTTP 500" in unanswered


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("hash", ["#row=0", "#row=1&attempt=1", "#row=2"])
def test_every_text_has_enough_contrast(open_page: Open, scheme: str, hash: str) -> None:
    page = open_page(hash, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    assert page.evaluate(CONTRAST) == []
    for point in page.locator(".point").all()[:1]:
        point.hover()
        assert page.evaluate(CONTRAST) == []
