"""Outlines spoiled on purpose."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.mece import MeceScorer
from evals.mece.ranks import load_outlines, rank_spoiled
from evals.mece.spoil import ANSWER_LAST, LIGHT, spoiled
from outline import Node, Outline, parse_outline
from settings import UserError, write_jsonl

FIXTURES = Path(__file__).parents[2] / "fixtures/mece"
NODES = st.recursive(
    st.builds(Node, st.text("abc", min_size=1)),
    lambda nodes: st.builds(Node, st.text("abc", min_size=1), st.lists(nodes, max_size=3).map(tuple)),
    max_leaves=12,
)


def texts(outline: Outline) -> list[str]:
    return sorted(node.text for _, _, node in outline.walk())


@given(st.lists(NODES, max_size=4).map(lambda nodes: Outline(tuple(nodes))))
def test_spoiling_changes_an_outline_and_moves_lose_no_point(outline: Outline) -> None:
    for kind, worse in spoiled(outline, {}):
        assert worse.roots != outline.roots, kind
        if kind.startswith("swap") or kind == ANSWER_LAST:
            assert texts(worse) == texts(outline), kind


def test_paraphrases_are_said_again_beside_their_points() -> None:
    outline = parse_outline("- a\n  - b\n- c\n")
    worse = dict(spoiled(outline, {"1.1": "B", "2": "C"}))["duplicate, paraphrased"]
    assert worse.roots == parse_outline("- a\n  - b\n  - B\n- c\n- C\n").roots


def test_a_child_copies_its_parent() -> None:
    found = dict(spoiled(parse_outline("- a\n  - b\n    - c\n    - d\n- e\n"), {}))
    assert found["copy, a child its parent"].roots == parse_outline("- a\n  - b\n    - b\n    - d\n- e\n").roots
    assert found["copy, all children their parents"].roots == parse_outline("- a\n  - a\n    - a\n    - a\n- e\n").roots


@pytest.mark.slow
def test_spoiled_outlines_rank_below_the_good_ones(scorer: MeceScorer) -> None:
    below = rank_spoiled(load_outlines(FIXTURES / "outlines.jsonl"), scorer)
    flags = [flag for kind, kind_flags in below.items() if kind not in (*LIGHT, ANSWER_LAST) for flag in kind_flags]
    assert len(flags) == 320
    assert sum(flags) / len(flags) >= 0.95


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({}, "outlines.jsonl: there are no outlines in it"),
        ({"outline": "- a"}, "row 1: question must be a text, got None"),
        ({"outline": "a", "question": "b"}, "row 1: the outline holds no list"),
    ],
)
def test_a_row_without_an_outline_is_named(row: dict[str, str], message: str, tmp_path: Path) -> None:
    write_jsonl(tmp_path / "outlines.jsonl", [row] if row else [])
    with pytest.raises(UserError, match=message):
        load_outlines(tmp_path / "outlines.jsonl")
