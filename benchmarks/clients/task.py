"""What every client is given: the same rows, the same prompts, the same gate."""

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llm import Usage
from llm.request import Reply
from outline import StructureSpec
from prep.config import PrepConfig
from prep.consultation import Consultation
from prep.conversion import Turn
from prep.gate import Gate
from prep.prompts import PromptSet
from prep.teachers import answer_of
from settings import load_config, read_jsonl, write_text

CONFIG = "configs/prep.yml"
MODEL: dict[str, Any] = {"model": "deepseek-chat", "temperature": 0.0, "max_tokens": 2048}


@dataclass(frozen=True)
class Wanted:
    """The command line of a client process."""

    source: Path
    url: str
    out: Path
    concurrency: int


class Task:
    """Prompts and gate of the shipped config."""

    def __init__(self) -> None:
        config = load_config(CONFIG, PrepConfig)
        assert config.prompts is not None
        spec = StructureSpec.load(config.spec)
        self._prompts = PromptSet(config.prompts, spec)
        self._gate = Gate(spec, config.gate)

    def messages(self, row: Consultation, turns: Sequence[Turn] = ()) -> list[dict[str, Any]]:
        """Return the question about a row, or its repair after refused turns."""
        return self._prompts.render(row, turns)

    def judge(self, row: Consultation, content: str, finish_reason: str) -> Turn:
        """Return what the gate finds in an answer."""
        return self._gate.judge(row, answer_of(Reply(content, finish_reason, Usage()), ""))


def read_arguments(prog: str) -> Wanted:
    """Return what the measurement tells a client on its command line."""
    parser = argparse.ArgumentParser(prog=prog)
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--concurrency", type=int, required=True)
    return Wanted(**vars(parser.parse_args()))


def read_rows(source: Path) -> list[Consultation]:
    """Return the rows of a JSONL file, in their order."""
    return consultations(read_jsonl(source))


def consultations(rows: Sequence[Mapping[str, Any]]) -> list[Consultation]:
    """Return rows with the sample's columns, numbered in their order."""
    return [
        Consultation(index, row["Description"], row["Patient"], row["Doctor"], row["Status"])
        for index, row in enumerate(rows)
    ]


def write_outlines(out: Path, outlines: Sequence[str | None]) -> None:
    """Write what became of the rows (None: lost) and when, in seconds of the monotonic clock, all were validated."""
    finished = time.monotonic()
    kept = sum(outline is not None for outline in outlines)
    write_text(out / "finished.json", f'{{"finished": {finished}, "kept": {kept}}}\n')
    write_text(out / "outlines.txt", "\n\n".join(outline or "(lost)" for outline in outlines))
