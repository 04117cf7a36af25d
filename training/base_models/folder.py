"""A model folder is whole or absent: it is filled under another name and then renamed."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from settings import UserError

ORIGIN = "origin.json"


def is_model_folder(path: Path) -> bool:
    """True for a folder that holds a config, a tokenizer and weights (whole or as shards)."""
    return (
        (path / "config.json").is_file()
        and (path / "tokenizer_config.json").is_file()
        and any(path.glob("*.safetensors"))
    )


def make_once(out: Path, fill: Callable[[Path], dict[str, Any]]) -> bool:
    """Have `fill` write a model into `out` unless a complete one is there; return whether it had to.

    `fill` gets an empty folder and returns where the model came from, which is kept in `origin.json` beside the
    weights. A run that is cut off leaves nothing under `out`. Raises `UserError` where `out` holds something else.
    """
    if is_model_folder(out):
        return False
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(
            f"{out}: this is no model folder, and it is not empty",
            hint="remove it, or name another folder with --out",
        )
    draft = out.with_name(f".{out.name}.{os.getpid()}.tmp")
    try:
        draft.mkdir(parents=True)
        origin = fill(draft)
        (draft / ORIGIN).write_text(json.dumps(origin, indent=2) + "\n", encoding="utf-8")
        draft.replace(out)
    except OSError as error:
        raise UserError(f"{out}: the model cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return True
