"""A results folder written by hand, with condition names that nothing else would contain, and a server over it."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from evals.review.plan import Study, choose_pairs, make_study
from evals.review.run import ReviewRun, load_run
from tests.evals.review.results import NAMES, leave_run

SECRET = re.compile("|".join((*NAMES, "quillon", "zephyrine", "trial")))
"""What no page and no response may hold."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two conditions that answered twelve questions."""
    return leave_run(tmp_path / "results/trial")


@pytest.fixture
def run(folder: Path) -> ReviewRun:
    return load_run(folder)


@pytest.fixture
def study(run: ReviewRun) -> Study:
    return make_study(run, choose_pairs(run, None), n=10, repeat=0.2, seed=3)


@pytest.fixture
def serve(root: Path) -> Iterator[Callable[..., tuple[str, subprocess.Popen[str]]]]:
    """Start `python -m evals.review` on a free port; return its address and the process."""
    started: list[subprocess.Popen[str]] = []

    def start(folder: Path, *arguments: object, **environment: str) -> tuple[str, subprocess.Popen[str]]:
        command = [sys.executable, "-m", "evals.review", "--run", str(folder), "--port", "0", *map(str, arguments)]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=root, env={**os.environ, "COLUMNS": "200", **environment}
        )
        started.append(process)
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(2)]
        assert said[1].startswith("http://"), said
        return said[1].split()[0].rstrip("/"), process

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


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
