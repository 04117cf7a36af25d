"""What every test package shares: the repository's root, its spec, and a way to run a command as a user would."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import absl.logging
import pytest
from hypothesis import settings

from outline import StructureSpec

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# A property is about a result; how long it takes on a machine that is busy says nothing about it.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# absl, which rouge_score brings, keeps the standard error of its first import and closes it whenever logging is
# configured anew (by Axolotl, for one). Within pytest that is pytest's own; the true one it leaves open.
absl.logging.get_absl_handler().python_handler.stream = sys.__stderr__

# A shell that starts the tests in the background lets them ignore Ctrl-C, which some of them send.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def spec() -> StructureSpec:
    return StructureSpec.load(ROOT / "configs/outline.yml")


@pytest.fixture(scope="session")
def run_module() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `python -m module arguments...` in the repository's root and return the finished process."""

    def run(*arguments: object, stdin: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=ROOT,
            env={**os.environ, "COLUMNS": "200", **environment},
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def tool() -> Callable[[str, str], str]:
    """Give the path of a program of a Debian package; a test is skipped without it, and fails in CI."""

    def find(name: str, package: str) -> str:
        found = shutil.which(name)
        if found is None:
            said = f"these tests need `{name}`, which is not on the PATH (Debian: apt-get install {package})"
            pytest.fail(said) if os.environ.get("CI") == "true" else pytest.skip(said)
        return found

    return find


@pytest.fixture(scope="session")
def browser_path(tool: Callable[[str, str], str]) -> str:
    """Where Chromium is."""
    return tool("chromium", "chromium")


@pytest.fixture(scope="module")
def browser(browser_path: str) -> "Iterator[Browser]":
    """Chromium; one a module, since asyncio cannot run in the thread while Playwright does."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        yield browser
        browser.close()
