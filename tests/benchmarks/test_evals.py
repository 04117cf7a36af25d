"""The comparison of batches with one question at a time: its questions, and what it refuses."""

from pathlib import Path

import pytest

from benchmarks import evals
from benchmarks.rows import SAMPLE
from settings import UserError, read_jsonl


def test_more_questions_than_the_sample_has_are_asked_in_turn(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(root)
    monkeypatch.setattr(evals, "WORK", tmp_path)
    there = [row["Patient"] for row in read_jsonl(SAMPLE)]
    asked = [row["messages"][0]["content"] for row in read_jsonl(evals.write_questions(evals.TEST_SPLIT))]
    assert len(asked) == evals.TEST_SPLIT > len(there)
    assert asked[: len(there)] == there
    assert asked[len(there) :] == there[: len(asked) - len(there)]


@pytest.mark.parametrize(
    ("flag", "said"),
    [("--batch=1", "--batch must be at least 2, got 1"), ("--questions=0", "must be at least 1, got 0")],
)
def test_what_compares_nothing_is_refused(flag: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        evals.main([flag])
