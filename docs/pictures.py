"""python -m docs.pictures RUN [--out DIR]: the pictures in the README, of a report and of the page for ratings."""

import argparse
import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from settings import UserError, output, run_command

if TYPE_CHECKING:
    from playwright.sync_api import Page

SIZE = {"width": 1120, "height": 760}
COLOURS = 64
"""Of a picture: text on plain ground needs no more, and the repository stays small."""


def main(arguments: Sequence[str]) -> int:
    """Take both pictures; raises `UserError` without a report, a run that can be rated, or Chromium."""
    parser = argparse.ArgumentParser(prog="python -m docs.pictures", description=__doc__)
    parser.add_argument("run", type=Path, metavar="RUN", help="folder of results, by `just eval`")
    parser.add_argument("--task", default="outline", help="whose answers are rated (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"), help="default: %(default)s")
    chosen = parser.parse_args(arguments)
    report = chosen.run / "report.html"
    if not report.is_file():
        raise UserError(f"{report}: there is no report", hint="`just eval` writes it")
    chosen.out.mkdir(parents=True, exist_ok=True)
    with _browser() as page:
        page.goto(report.resolve().as_uri())
        _keep(page, chosen.out / "report.png")
        with _review(chosen.run, chosen.task) as address:
            page.goto(address)
            _begin(page)
            _keep(page, chosen.out / "review.png")
    return 0


@contextmanager
def _browser() -> "Iterator[Page]":
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium")
    if found is None:
        raise UserError("no `chromium` on the PATH", hint="`just browser` installs Debian's")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser.new_page(viewport=SIZE, color_scheme="light")  # type: ignore[arg-type]
        browser.close()


@contextmanager
def _review(run: Path, task: str) -> Iterator[str]:
    """The address of the page for ratings, whose database is thrown away."""
    with tempfile.TemporaryDirectory() as folder:
        options = ("--run", str(run), "--task", task, "--port", "0", "--db", str(Path(folder) / "ratings.sqlite"))
        server = subprocess.Popen([sys.executable, "-m", "evals.review", *options], stdout=subprocess.PIPE, text=True)
        assert server.stdout is not None
        try:
            address = next((line.split()[0] for line in server.stdout if line.startswith("http://")), None)
            if address is None:
                raise UserError(f"{run}: the page for ratings did not start; its message is above")
            yield address
        finally:
            server.kill()
            server.wait()
            server.stdout.close()


def _begin(page: "Page") -> None:
    """Enter as a rater and answer the first two questions about the first pair."""
    page.fill("#name", "a rater")
    page.keyboard.press("Enter")
    page.wait_for_selector("#left .body > *")
    for key in "14":
        page.keyboard.press(key)


def _keep(page: "Page", path: Path) -> None:
    from PIL import Image

    with Image.open(io.BytesIO(page.screenshot())) as taken:
        taken.convert("RGB").quantize(COLOURS).save(path, optimize=True)
    output.print(f"written: {path}", highlight=False)


if __name__ == "__main__":
    run_command(main)
