"""The labelled pairs, the thresholds taken from them, and the counts of their errors."""

from collections import Counter
from pathlib import Path

import pytest

from evals.mece.calibrate import calibrate, count_errors
from evals.mece.encoder import PACKAGED, Encoder
from evals.mece.labelled import POSITIVE, Pair, load_pairs
from evals.mece.thresholds import load_thresholds
from settings import UserError, write_jsonl

FIXTURES = Path(__file__).parents[2] / "fixtures/mece"
ROW = {"task": "siblings", "a": "rest", "b": "ice", "label": "distinct", "kind": "advice"}


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return load_pairs(FIXTURES / "pairs.jsonl")


def test_the_labelled_sets_are_as_large_as_they_claim_and_share_no_pair(pairs: list[Pair]) -> None:
    aside = load_pairs(FIXTURES / "heldout.jsonl")
    sizes = Counter(pair.task for pair in (*pairs, *aside))
    assert sizes["siblings"] >= 300
    assert sizes["parents"] >= 100
    assert sizes["facts"] >= 100
    assert not {frozenset(pair.texts()) for pair in pairs} & {frozenset(pair.texts()) for pair in aside}


def test_the_shipped_thresholds_are_those_of_the_open_half(pairs: list[Pair], encoder: Encoder) -> None:
    vectors = encoder.encode(text for pair in pairs for text in pair.texts())
    assert calibrate(pairs, vectors, PACKAGED) == load_thresholds(PACKAGED)


def test_errors_are_counted_by_label_and_kind(pairs: list[Pair], encoder: Encoder) -> None:
    vectors = encoder.encode(text for pair in pairs for text in pair.texts())
    thresholds = load_thresholds(PACKAGED)
    for task in POSITIVE:
        errors = count_errors(task, pairs, vectors, thresholds)
        assert errors.missed.n + errors.false.n == sum(n for _, n in errors.kinds.values())
        assert errors.missed.count + errors.false.count == sum(count for count, _ in errors.kinds.values())
        for rate in (errors.missed, errors.false):
            assert 0 <= rate.low <= rate.value <= rate.high <= 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"task": "cousins"}, "row 1: task must be one of siblings, parents, facts, got 'cousins'"),
        ({"label": "maybe"}, "row 1: label must be same or distinct for siblings, got 'maybe'"),
        ({"a": " "}, "row 1: a, b and others must be texts"),
        ({"others": ["diet"]}, "row 1: others belongs to the task parents"),
        ({}, "the task siblings needs pairs of both labels, same and distinct"),
    ],
)
def test_a_row_that_is_no_pair_is_named(change: dict[str, object], message: str, tmp_path: Path) -> None:
    write_jsonl(tmp_path / "pairs.jsonl", [ROW | change])
    with pytest.raises(UserError, match=message):
        load_pairs(tmp_path / "pairs.jsonl")
