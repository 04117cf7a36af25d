"""The page of `prep.view` in a browser."""

import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from outline import StructureSpec
from prep.view.page import render
from prep.view.run import Run, read_run
from settings import read_jsonl, write_text
from tests.prep.conftest import outline_of
from tests.prep.test_view import FAILURES, HOSTILE, ROWS, embedded, leave

Open = Callable[..., Page]
Row = dict[str, Any]

CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (rgb) => rgb.slice(0, 3).map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const element of document.querySelectorAll("body *")) {
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    if (!element.checkVisibility() || element.matches("script, option")) continue;
    const [one, two] = [rgba(getComputedStyle(element).color), behind(element)].map(light).sort((a, b) => b - a);
    const ratio = (one + 0.05) / (two + 0.05);
    if (ratio < 4.5) poor.push([element.tagName, element.className, ratio]);
  }
  return poor;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium")
    if found is None:
        said = "these tests need Chromium: no `chromium` on the PATH (Debian: apt-get install chromium)"
        pytest.fail(said) if os.environ.get("CI") == "true" else pytest.skip(said)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """The page of a run with kept, failed, skipped and hostile rows."""
    out = leave(tmp_path_factory.mktemp("run"), ROWS, FAILURES)
    write_text(out / "view.html", render(read_run(out), StructureSpec.load(root / "configs/outline.yml")))
    return out / "view.html"


@pytest.fixture
def open_page(browser: Browser, file: Path) -> Iterator[Open]:
    """Open the page at a hash; afterwards nothing was asked of a network, and the console has no complaint."""
    contexts: list[BrowserContext] = []
    asked: list[str] = []
    complaints: list[str] = []

    def open_page(hash: str = "", path: Path = file, **settings: Any) -> Page:
        contexts.append(browser.new_context(**{"viewport": {"width": 1200, "height": 800}, **settings}))
        page = contexts[-1].new_page()
        page.route(lambda url: not url.startswith("file:"), lambda route: route.abort())
        page.on("request", lambda request: asked.append(request.url.partition("#")[0]))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"file://{path}{hash}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
    assert [url.partition(":")[0] for url in asked] == ["file"] * len(contexts)


@pytest.fixture(scope="module")
def data(file: Path) -> list[Row]:
    content = embedded(file.read_text("utf-8"))
    for row in content["rows"]:
        row["kinds"] = [content["kinds"][kind] for kind in row["kinds"]]
    return content["rows"]


def results(page: Page) -> list[int]:
    return page.evaluate("results.map((row) => row.index)")


def texts(row: Row) -> str:
    points = [point["text"] for attempt in row["attempts"] for point in attempt["points"]]
    return "\n".join([row["description"], row["patient"], row["reply"] or "", row["reason"], *points]).lower()


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
    "query", ["LOSARTAN", "water  morning", "150", "<img src=x", "says the gate", "🩺", "zzz", " "]
)
def test_search_finds_every_row_that_holds_all_words(open_page: Open, data: list[Row], query: str) -> None:
    page = open_page()
    page.fill("#search", query)
    assert results(page) == [row["index"] for row in data if all(word in texts(row) for word in query.lower().split())]


def test_hostile_text_stays_text(open_page: Open) -> None:
    for row in (4, 5):
        page = open_page(f"#row={row}")
        assert HOSTILE in page.locator("#row").text_content().replace("\n", " ")
        page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        assert page.locator("#panes script, #panes img, header script, header img").count() == 0
        assert page.evaluate("window.hit") is None
        assert HOSTILE in page.locator("h1").text_content()


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


def test_every_finding_is_told_in_words_and_leads_to_its_place(open_page: Open, data: list[Row]) -> None:
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
    assert "HTTP 500" in page.locator(".requests").inner_text()
    assert "not enough content, says the gate" in open_page("#row=2").locator("#row").inner_text()


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("hash", ["#row=0", "#row=1&attempt=1", "#row=2"])
def test_every_text_has_enough_contrast(open_page: Open, scheme: str, hash: str) -> None:
    page = open_page(hash, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    assert page.evaluate(CONTRAST) == []
    for point in page.locator(".point").all()[:1]:
        point.hover()
        assert page.evaluate(CONTRAST) == []


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
