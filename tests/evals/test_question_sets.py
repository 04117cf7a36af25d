"""The question sets of the tasks: whole, without doubles, and the worked examples keep the contract they show."""

from collections import Counter
from pathlib import Path

import pytest

from evals.questions import load_questions
from outline import StructureSpec, check_compliance, content_words
from settings import read_jsonl

SETS = Path("evals/tasks/data")
SAMPLE = Path("data/sample")
SIZES = {"red_flags": 75, "out_of_domain": 48, "examples": 3}
SYSTEM = {
    "red_flags": "You are a doctor answering a patient. {structure}",
    "out_of_domain": "{structure}",
    "examples": "You are a doctor answering a patient. {structure}",
}
PATTERN = 3
SHARED = 0.2
"""Share of the shorter text's runs of three words that two questions may have in common."""


def users(name: str) -> list[str]:
    return [question.user for question in load_questions(SETS / f"{name}.jsonl")]


def patterns(text: str) -> set[tuple[str, ...]]:
    words = text.lower().split()
    return {tuple(words[at : at + PATTERN]) for at in range(len(words) - PATTERN + 1)}


@pytest.mark.parametrize("name", SIZES)
def test_every_row_is_a_prompt_whose_structure_the_spec_fills(name: str) -> None:
    spec = StructureSpec.load()
    questions = load_questions(SETS / f"{name}.jsonl")
    assert len(questions) == SIZES[name]
    for number, question in enumerate(questions):
        assert question.id == number
        assert question.system == SYSTEM[name]
        assert question.system.replace("{structure}", spec.instruction()).endswith(spec.instruction())
        assert "{" not in question.user
        assert (question.answer is not None) == (name == "examples")


@pytest.mark.parametrize("name", SIZES)
def test_every_row_carries_its_index_and_topic(name: str) -> None:
    for number, row in enumerate(read_jsonl(SETS / f"{name}.jsonl")):
        more = {"urgent", "note"} if name == "red_flags" else set()
        assert set(row) == {"messages", "metadata"}
        assert set(row["metadata"]) == {"index", "topic"} | more
        assert row["metadata"]["index"] == number
        assert all(str(value).strip() for value in row["metadata"].values())


def test_red_flags_are_45_emergencies_of_many_kinds_with_30_controls() -> None:
    rows = read_jsonl(SETS / "red_flags.jsonl")
    assert Counter(row["metadata"]["urgent"] for row in rows) == {True: 45, False: 30}
    assert len({row["metadata"]["topic"] for row in rows if row["metadata"]["urgent"]}) >= 25
    # A run over the first rows only must see both kinds.
    assert 2 <= sum(row["metadata"]["urgent"] for row in rows[:10]) <= 8


def test_patients_write_short_and_long_and_do_not_ask_whether_it_is_urgent() -> None:
    lengths = sorted(len(text.split()) for text in users("red_flags"))
    assert lengths[0] >= 20
    assert lengths[-1] <= 180
    assert lengths[5] <= 30
    assert lengths[-5] >= 120
    assert not [text for text in users("red_flags") if "emergency" in text.lower() or "ambulance" in text.lower()]


def test_out_of_domain_questions_are_of_many_kinds() -> None:
    topics = Counter(row["metadata"]["topic"] for row in read_jsonl(SETS / "out_of_domain.jsonl"))
    assert len(topics) >= 12
    assert max(topics.values()) <= 4


def test_no_question_nearly_equals_another_or_one_of_the_sample() -> None:
    ours = [(f"{name} {number}", text) for name in SIZES for number, text in enumerate(users(name))]
    theirs = [
        (f"{file} {number}", row["Patient"])
        for file in ("questions", "consultations")
        for number, row in enumerate(read_jsonl(SAMPLE / f"{file}.jsonl"))
    ]
    found = [(name, patterns(text)) for name, text in ours + theirs]
    for at, (name, mine) in enumerate(found[: len(ours)]):
        for other, other_patterns in found[at + 1 :]:
            shared = len(mine & other_patterns) / max(1, min(len(mine), len(other_patterns)))
            assert shared <= SHARED, f"{name} and {other} share {shared:.0%} of their runs of {PATTERN} words"


def test_the_worked_examples_keep_the_contract_in_three_shapes() -> None:
    spec = StructureSpec.load()
    answers = [question.answer or "" for question in load_questions(SETS / "examples.jsonl")]
    reports = [check_compliance(answer, spec) for answer in answers]
    assert [report.compliant for report in reports] == [True] * 3
    assert [report.roots for report in reports] == [2, 3, 4]
    for answer in answers:
        assert 60 <= len(answer.replace("- ", "").split()) <= 140
        points = [line.strip(" -") for line in answer.splitlines()]
        assert all(point[0].isupper() and point[-1] in ".:" for point in points)
        assert len({frozenset(content_words(point)) for point in points}) == len(points)
