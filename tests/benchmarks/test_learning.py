"""What the learning check trains on."""

from pathlib import Path

import pytest

from benchmarks.learning_data import WORDS, shorten, write_pairs
from outline import StructureSpec, check_compliance, parse_outline
from settings import read_jsonl, write_jsonl

ANSWER = "- First of all rest for two days\n  - Then\n    - Walk a little every day\n    - Eat\n- Second\n  - Come back"


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    texts = {"system": "You are a doctor.", "user": "my knee hurts\nsince a week", "assistant": ANSWER}
    row = {"messages": [{"role": role, "content": text} for role, text in texts.items()], "metadata": {"index": 1}}
    for name in ("train", "test"):
        write_jsonl(tmp_path / f"{name}.jsonl", [row] * 6)
    write_jsonl(tmp_path / "questions.jsonl", [{**row, "messages": row["messages"][:-1]}])
    shorten(tmp_path, tmp_path / "short")
    return tmp_path / "short"


def test_a_short_answer_keeps_its_structure_and_a_question_its_first_line(chat: Path) -> None:
    _, question, answer = read_jsonl(chat / "train.jsonl")[0]["messages"]
    before, after = parse_outline(ANSWER), parse_outline(answer["content"])
    assert [path for path, _, _ in before.walk()] == [path for path, _, _ in after.walk()]
    assert max(len(node.text.split()) for _, _, node in after.walk()) == WORDS
    assert question["content"] == "my knee hurts"
    assert [message["role"] for message in read_jsonl(chat / "questions.jsonl")[0]["messages"]] == ["system", "user"]


def test_the_chosen_answer_of_a_pair_complies_and_the_rejected_one_never_does(chat: Path, spec: StructureSpec) -> None:
    write_pairs(chat / "train.jsonl", chat / "pairs.jsonl")
    pairs = read_jsonl(chat / "pairs.jsonl")
    assert all(check_compliance(pair["chosen"]["content"], spec).compliant for pair in pairs)
    broken = [check_compliance(pair["rejected"]["content"], spec) for pair in pairs]
    assert not any(report.compliant for report in broken)
    rules = {tuple(rule for rule, held in report.criteria.items() if not held) for report in broken}
    assert rules == {("min_depth", "max_roots"), ("list_only", "min_depth"), ("max_children",), ("no_empty",)}
