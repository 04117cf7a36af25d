"""Which words a point came from, and what is wrong at which words."""

import random

import pytest

from outline import StructureSpec
from prep.view.align import align, words_of
from prep.view.findings import UNCOVERED, UNPLACED, examine
from tests.prep.conftest import make_rows
from tests.prep.view.rows import KEPT, REFUSED, REPLY


@pytest.mark.parametrize("seed", range(20))
def test_a_copied_stretch_is_found_exactly(seed: int) -> None:
    chance = random.Random(seed)
    words = [row["Description"] for row in make_rows(12, seed)]
    reply = " and then ".join(words)
    picked = chance.sample(words, 5)
    aligned = align(reply, [text.capitalize() for text in picked])
    found = [[reply[start:end] for start, end in spans] for spans in aligned.spans]
    assert found == [[text] for text in picked]
    assert aligned == align(reply, [text.capitalize() for text in picked])
    # Every content word is either in a span or uncovered, and none is both.
    covered = {at for spans in aligned.spans for start, end in spans for at in range(start, end)}
    uncovered = {at for start, end in aligned.uncovered for at in range(start, end)}
    for word in words_of(reply):
        if word.content:
            assert (word.start in covered) != (word.start in uncovered)


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ("Losartan: 50 mg, once daily, take it", ["take losartan 50 mg once daily"]),
        ("3 glasses of water", ["three glasses of water"]),
        ("Losartan, with water", ["losartan", "water"]),
        ("Crackers: drink water", ["drink three glasses of water besides dry crackers"]),
        ("Eat purple carrots", []),
        ("", []),
        ("- * -", []),
    ],
)
def test_a_reworded_point_is_found_where_most_of_its_words_are(point: str, expected: list[str]) -> None:
    spans = align(REPLY, [point]).spans[0]
    assert [REPLY[start:end] for start, end in spans] == expected


def test_of_equal_places_each_copy_is_taken_once() -> None:
    reply = "rest in bed then rest in bed"
    assert align(reply, ["Rest in bed"] * 2).spans == (((0, 11),), ((17, 28),))


def test_findings_stand_at_their_words(spec: StructureSpec) -> None:
    found = examine(REPLY, "", REFUSED, spec, ["coverage: 12% of it", "list_only: not any more"])
    kinds = [finding.kind for finding in found.findings]
    lost = {REPLY[mark.start : mark.end] for mark in found.marks if kinds[mark.finding].startswith("fidelity: lost")}
    invented = {point.text[mark.start : mark.end] for point in found.points for mark in point.marks}
    assert any("50" in text for text in lost)
    assert any(text.startswith("not") and "stop" in text for text in lost)
    assert len(invented) == 1
    assert "70" in min(invented)
    placed = {point.text: [kinds[number] for number in point.findings] for point in found.points if point.findings}
    assert placed == {"Here it is:": ["structure: list_only"], "Eat purple carrots": [UNPLACED]}
    assert kinds.count("refused: coverage") == 1


def test_what_the_gate_recorded_is_not_told_twice(spec: StructureSpec) -> None:
    first = examine(REPLY, "", REFUSED, spec)
    structure = [f"list_only: {finding.message}" for finding in first.findings if "list_only" in finding.kind]
    assert len(structure) == 1
    assert examine(REPLY, "", REFUSED, spec, structure) == first


def test_an_outline_of_the_replys_own_words_has_no_finding(spec: StructureSpec) -> None:
    found = examine(REPLY, "", KEPT, spec)
    assert [finding.kind for finding in found.findings] == [UNCOVERED]
    assert [REPLY[mark.start : mark.end] for mark in found.marks] == ["besides dry crackers"]
    fenced = examine(REPLY, "", f"```\n{KEPT.replace('- ', '• ')}\n```", spec)
    assert fenced.points == found.points
