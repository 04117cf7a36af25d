"""Teachers that think aloud: what stands in a think block is neither judged, nor kept, nor sent again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.teacher_server import Act, ChatServer, Seen
from settings import read_jsonl
from tests.prep.conftest import Run, make_rows, outline_of, reply_of

THOUGHTS = "<think>\nThe reply says:\n\n- first this\n- then that\n</think>\n\n"
FLAT = "- all at once"

Source = Callable[[list[dict[str, Any]]], Path]


@pytest.mark.parametrize("spec", ["configs/outline.yml", "loose"])
def test_thoughts_are_in_no_outline_even_where_prose_is_allowed(
    server: ChatServer, source: Source, prep: Run, tmp_path: Path, spec: str
) -> None:
    loose = tmp_path / "loose"
    loose.write_text("min_depth: 3\nmax_children: 5\nmax_roots: null\nallow_prose: true\n")
    server.script = lambda seen, _: Act(content=THOUGHTS + outline_of(reply_of(seen)))
    out = tmp_path / "out"
    assert prep(source(make_rows(4)), out, f"spec={loose if spec == 'loose' else spec}") == 0
    rows = [row for name in ("train", "validation", "test") for row in read_jsonl(out / f"chat/{name}.jsonl")]
    assert len(rows) == 4
    assert server.answered == 4
    assert [row["messages"][-1]["content"] for row in rows if "this" in row["messages"][-1]["content"]] == []


def test_a_repair_is_asked_for_without_the_thoughts(
    server: ChatServer, source: Source, prep: Run, tmp_path: Path
) -> None:
    def mend(seen: Seen, _: int) -> Act:
        first = len(seen.body["messages"]) == 2
        return Act(content=THOUGHTS + (FLAT if first else outline_of(reply_of(seen))))

    server.script = mend
    assert prep(source(make_rows(1)), tmp_path / "out") == 0
    assert [message["content"] for message in server.seen[-1].body["messages"][2:3]] == [FLAT]
    assert "first this" in (tmp_path / "out/journal.jsonl").read_text()


def test_thoughts_that_never_end_are_an_empty_answer_cut_off(
    server: ChatServer, source: Source, prep: Run, tmp_path: Path
) -> None:
    server.script = lambda *_: Act(content="<think>\nwell, - first", finish_reason="length")
    assert prep(source(make_rows(1)), tmp_path / "out") == 1
    failed = json.loads((tmp_path / "out/failed.jsonl").read_text())
    assert (failed["kind"], "empty: it was cut off at the token limit" in failed["reason"]) == ("empty", True)
