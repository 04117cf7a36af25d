"""A run with kept, failed, skipped and hostile rows, its page, and a browser to open it in."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from prep.view.__main__ import main
from tests.prep.view.rows import FAILURES, ROWS, embedded, leave


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return leave(tmp_path_factory.mktemp("run"), ROWS, FAILURES)


@pytest.fixture
def view(root: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run the command and return the page's text."""
    monkeypatch.chdir(root)

    def run(out: Path, *arguments: str) -> str:
        assert main([str(out), *arguments]) == 0
        return (out / "view.html").read_text("utf-8")

    return run


@pytest.fixture
def file(out: Path, view: Callable[..., str]) -> Path:
    view(out)
    return out / "view.html"


@pytest.fixture
def open_page(browser: Browser, file: Path) -> Iterator[Callable[..., Page]]:
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


@pytest.fixture
def data(file: Path) -> list[dict[str, Any]]:
    """The rows of the page as Python worked them out, their kinds in words."""
    content = embedded(file.read_text("utf-8"))
    return [{**row, "kinds": [content["kinds"][kind] for kind in row["kinds"]]} for row in content["rows"]]
