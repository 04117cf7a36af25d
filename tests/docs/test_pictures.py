"""The README's pictures: small, there, and such as the browser takes of a run."""

import re
from pathlib import Path

import pytest
from PIL import Image

from docs.pictures import SIZE, main
from settings import UserError
from tests.evals.report.made import write
from tests.evals.report.runs import whole_run
from tests.evals.review.results import leave_run

SMALL = 120_000
"""Bytes."""


def shown(path: Path) -> tuple[tuple[int, int], int]:
    """Size in pixels, and how many colours."""
    with Image.open(path) as picture:
        colours = picture.convert("RGB").getcolors(maxcolors=1 << 24)
        return picture.size, len(colours or ())


def test_the_pictures_of_the_readme_are_there_and_small(root: Path) -> None:
    named = re.findall(r"!\[.+?\]\((docs/pictures/[^)]+)\)", (root / "README.md").read_text("utf-8"))
    assert sorted(named) == sorted(path.relative_to(root).as_posix() for path in (root / "docs/pictures").iterdir())
    for name in named:
        assert (root / name).stat().st_size < SMALL
        assert shown(root / name)[0] == (SIZE["width"], SIZE["height"])


@pytest.mark.slow
@pytest.mark.usefixtures("browser_path")
def test_both_pictures_are_taken_of_a_run(root: Path, tmp_path: Path) -> None:
    results, questions = whole_run(root, 12)
    folder = write(tmp_path / "results/trial", results, questions)
    assert main([str(leave_run(folder)), "--out", str(tmp_path / "pictures")]) == 0
    taken = sorted((tmp_path / "pictures").iterdir())
    assert [path.name for path in taken] == ["report.png", "review.png"]
    for path in taken:
        size, colours = shown(path)
        assert size == (SIZE["width"], SIZE["height"])
        assert colours > 20  # a blank page has one
        assert path.stat().st_size < SMALL
    assert list(folder.glob("*.sqlite")) == []


def test_a_folder_without_a_report_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"report\.html: there is no report"):
        main([str(tmp_path)])
