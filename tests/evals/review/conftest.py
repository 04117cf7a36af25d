"""A results folder written by hand, with condition names that nothing else would contain, and a server over it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from evals.review.plan import Study, choose_pairs, make_study
from evals.review.run import ReviewRun, load_run
from tests.evals.review.results import leave_run


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
