"""Replies that are not English: what of them went unchecked is said, and `gate.negations` counts their "not"."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.teacher_server import Act, ChatServer, Seen
from outline import StructureSpec
from prep.config import Gate as Limits
from prep.gate import Gate
from prep.teachers import Answer
from prep.view.__main__ import main as view
from settings import load_json
from tests.prep.conftest import Run, consultation, outline_of, reply_of

REPLY = "Zahlen Sie die Miete von 820 Euro vorerst nicht und unterschreiben Sie niemals einen neuen Vertrag bei ihm"
ROWS = [{"Description": f"Miete {n}", "Patient": f"muss ich {n} zahlen?", "Doctor": REPLY, "Status": ""} for n in "ab"]

Source = Callable[[list[dict[str, Any]]], Path]


def forgetful(seen: Seen, _: int) -> Act:
    mend = len(seen.body["messages"]) > 2
    return Act(content=outline_of(reply_of(seen) if mend else reply_of(seen).replace(" niemals", "")))


def test_what_went_unchecked_stands_in_summary_card_manifest_and_page(
    server: ChatServer, source: Source, prep: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.script = forgetful
    out = tmp_path / "out"
    assert prep(source(ROWS), out, "--dry-run") == 0
    assert "2: negations and numbers in words unchecked" in capsys.readouterr().out
    assert prep(source(ROWS), out) == 0
    assert "2: negations and numbers in words unchecked" in capsys.readouterr().out
    assert load_json((out / "manifest.json").read_text())["rows"]["kept_not_english"] == 2
    card = (out / "chat/README.md").read_text()
    assert "| no number, amount or negation invented or lost | 0 of 0 |" in card
    assert "| not in English: no figure invented or lost, negations not read | 2 |" in card
    assert "language: en" not in card
    assert view([str(out)]) == 0
    assert "2 of the 2 replies do not read as English" in (out / "view.html").read_text()


def test_counted_negations_send_a_lost_one_back(
    server: ChatServer, source: Source, prep: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.script = forgetful
    assert prep(source(ROWS[:1]), tmp_path / "out", 'gate.negations=["nicht", "niemals"]') == 0
    assert "1: negations counted, numbers in words not" in capsys.readouterr().out
    told = server.seen[-1].body["messages"][-1]["content"]
    assert "the outline has 1 negating words (nicht), the reply has 2 (nicht, niemals)" in told
    assert "niemals" in (tmp_path / "out/chat/train.jsonl").read_text().partition('"assistant"')[2]


@pytest.mark.parametrize(
    ("reply", "text", "counts"),
    [
        ("Das geht nicht.", "- Es geht nicht", None),
        ("Das geht NICHT.", "- Das geht", (0, 1)),
        ("Nichts davon.", "- Nicht davon", (1, 0)),
        ("不要停药，没有水肿", "- 要停药\n  - 没有水肿", (1, 2)),
        ("没有水肿", "- 没有水肿\n  - 没有", (2, 1)),
    ],
)
def test_whole_words_are_counted_where_spaces_part_them(
    spec: StructureSpec, reply: str, text: str, counts: tuple[int, int] | None
) -> None:
    limits = Limits(tries=1, min_coverage=0, max_expansion=9, min_success=0, negations=("nicht", "不", "没", "没有"))
    turn = Gate(spec, limits).judge(consultation(reply), Answer(text, "f"))
    said = [finding.message for finding in turn.findings if finding.kind == "negations"]
    assert [tuple(map(int, re.findall(r"has (\d+)", message))) for message in said] == ([counts] if counts else [])
