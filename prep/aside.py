"""The dataset of an earlier run, out of the way of a run that made none."""

import itertools
from pathlib import Path

from llm.storage import writing
from prep import manifest
from prep.view import PAGE
from prep.writer import FAILED

_FOLDER = "before"
_DATA = ("processed", "chat", "preferences")


def set_aside(out: Path) -> Path | None:
    """Move the dataset that stands in `out` into a folder of its own there and return that; None where none stands.

    It may have cost money, so nothing is deleted and the folder is a dataset as it was; but whoever reads `out` must
    not take it for that of the run which has just ended. The journals stay, and so do failures that a run without a
    dataset left. The manifest goes first: it never stands beside a part.
    """
    whole = (out / manifest.NAME).exists()
    if not whole and not any((out / name).exists() for name in _DATA):
        return None
    with writing(out):
        folder = _free(out)
        for name in (manifest.NAME, *_DATA, *((FAILED, PAGE) if whole else ())):
            if (out / name).exists():
                (out / name).rename(folder / name)
    return folder


def _free(out: Path) -> Path:
    """Make a folder that no earlier dataset is in."""
    names = (_FOLDER if number == 1 else f"{_FOLDER}-{number}" for number in itertools.count(1))
    folder = next(out / name for name in names if not (out / name).exists())
    folder.mkdir()
    return folder
