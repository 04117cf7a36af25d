"""A browser, and the page of a made-up run to open in it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.evals.report.made import write
from tests.evals.report.runs import judge, leave_review, whole_run

SIZES = [{"width": 1280, "height": 900}, {"width": 390, "height": 844}]


def everything(page: Page) -> None:
    """Open every fold, all questions among them."""
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.wait_for_function("[...document.querySelectorAll('.question')].every((one) => one.children.length === 2)")


@pytest.fixture(scope="session")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a run with several tasks, a grammar, checkpoints, red flags, a judge and a review."""
    out = tmp_path_factory.mktemp("results") / "run"
    results, questions = whole_run(Path(__file__).parents[3], 24)
    leave_review(out)
    return write(out, results, questions, judge=judge()) / "report.html"


@pytest.fixture
def open_page(browser: Browser, file: Path) -> Iterator[Callable[..., Page]]:
    """Open a page; afterwards nothing was asked of a network, and the console has no complaint."""
    contexts: list[BrowserContext] = []
    asked: list[str] = []
    complaints: list[str] = []

    def open_page(path: Path = file, **settings: Any) -> Page:
        contexts.append(browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **settings}))
        page = contexts[-1].new_page()
        page.route(lambda url: not url.startswith("file:"), lambda route: route.abort())
        page.on("request", lambda request: asked.append(request.url.partition(":")[0]))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.goto(f"file://{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
    assert set(asked) == {"file"}
