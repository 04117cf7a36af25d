"""The outlines of known shape: their truth is what was declared, our checker finds it, and the simpler ones slip."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from evals.validity.checkers import by_indentation, by_splitting, ours
from evals.validity.mutations import KINDS, Case, draw_case
from evals.validity.report import render
from evals.validity.shapes import Point, judge
from evals.validity.surface import BY_CHARACTER, CANONICAL, Style, write
from evals.validity.tally import measure
from outline import StructureSpec, check_compliance

TREE = (Point("a", (Point("b", (Point("c"), Point("d"))),)), Point("e"))
WRAPPED = """\
- **Rest - at home**
  - *three* days
    goes on
    - cold * warm
"""


def cases(spec: StructureSpec, count: int, kind: str | None = None) -> list[Case]:
    return [draw_case(Random(f"test:{number}"), spec, kind) for number in range(count)]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_breaks_what_it_says_and_ours_finds_that_and_the_shape(kind: str, spec: StructureSpec) -> None:
    for case in cases(spec, 60, kind):
        broken = {rule for rule, kept in case.truth.criteria.items() if not kept}
        assert KINDS[kind].breaks in (None, broken)
        assert ours(case.text, spec) == case.truth, case.text


@pytest.mark.parametrize(
    "other",
    [
        StructureSpec(min_depth=1, max_children=1, max_roots=1, allow_prose=False),
        StructureSpec(min_depth=2, max_children=9, max_roots=None, allow_prose=True),
        StructureSpec(min_depth=5, max_children=2, max_roots=3, allow_prose=False),
    ],
)
def test_the_truth_is_found_under_any_contract(other: StructureSpec) -> None:
    for kind in KINDS:
        for case in cases(other, 8, kind):
            assert ours(case.text, other) == case.truth, case.text


def test_only_a_compliant_outline_scores_1(spec: StructureSpec) -> None:
    for case in cases(spec, 200):
        assert (check_compliance(case.text, spec).score == 1) == case.truth.compliant


def test_the_truth_of_a_tree_is_counted_on_it(spec: StructureSpec) -> None:
    truth = judge(TREE, spec, outside=False)
    assert (truth.depth, truth.widest, truth.roots, truth.points, truth.compliant) == (3, 2, 2, 5, True)
    broken = judge((*TREE[1:], *[Point("…", wordless=True)] * 5), spec, outside=True).criteria
    assert broken == {
        "list_only": False, "min_depth": False, "max_children": True, "max_roots": False, "no_empty": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("style", "text"),
    [
        (CANONICAL, "- a\n  - b\n    - c\n    - d\n- e"),
        (BY_CHARACTER, "* a\n  - b\n    + c\n    + d\n* e"),
        (Style(markers=("1.", "-"), start=9, spaces=2), "9.  a\n    -  b\n       1.  c\n       2.  d\n10.  e"),
        (Style(indent=2, blank=(1,), tabs=True), "  - a\n\n\t  - b\n\n\t\t  - c\n\n\t\t  - d\n\n  - e"),
    ],
)
def test_a_style_is_how_a_tree_is_written(style: Style, text: str, spec: StructureSpec) -> None:
    assert write(Random(0), TREE, style, []) == text
    assert ours(text, spec) == judge(TREE, spec, outside=False)


def test_the_plain_checker_counts_spaces_and_knows_no_second_line(spec: StructureSpec) -> None:
    assert by_indentation(WRAPPED.replace("    goes on\n", ""), spec) == ours(WRAPPED, spec)
    assert not by_indentation(WRAPPED, spec).criteria["list_only"]
    four = WRAPPED.replace("    goes on\n", "").replace("  ", "    ")
    assert (by_indentation(four, spec).depth, ours(four, spec).depth) == (5, 3)


def test_the_splitting_checker_takes_every_character_for_a_bullet(spec: StructureSpec) -> None:
    by_level = "* a\n  - b\n    + c\n    + d\n* e\n"
    assert by_splitting(by_level, spec) == ours(by_level, spec)
    assert by_splitting(by_level.replace("* a", "* **a**"), spec).roots == 6
    assert by_splitting(by_level.replace("c", "c - not f"), spec).widest == 2
    assert by_splitting("- a\n  - b\n    - c", spec).depth == 0


def test_the_counts_add_up(spec: StructureSpec) -> None:
    result = measure(cases(spec, 150), spec)
    told = result.as_dict()
    assert told["n"] == sum(told["kinds"].values()) == sum(told["surfaces"].values()) == 150
    for checker in told["checkers"].values():
        assert sum(checker["verdict"].values()) == 150
        assert checker["wrong_verdicts"] == sum(checker["wrong_by_kind"].values())
        assert checker["wrong_verdicts"] == sum(checker["wrong_by_surface"].values())
        assert checker["wrong_verdicts"] <= sum(checker["wrong_criteria_by_kind"].values()) <= checker["disagreements"]
    assert told["checkers"]["ours"]["disagreements"] == 0
    assert "| **wrong verdicts** | 0 (0.0%) |" in render(result)


@pytest.mark.slow
def test_the_checker_is_right_about_ten_thousand_outlines_of_known_shape(spec: StructureSpec) -> None:
    told = measure(cases(spec, 10_000), spec).as_dict()["checkers"]
    assert told["ours"]["disagreements"] == 0
    assert min(told[name]["wrong_verdicts"] for name in told if name != "ours") > 1000


def test_the_command_tells_the_same_each_time(
    run_module: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    told = [
        run_module("evals.validity", "--n", 40, "--seed", 3, "--json", "--out", tmp_path / "v.md") for _ in range(2)
    ]
    assert [done.returncode for done in told] == [0, 0], told[0].stderr
    assert told[0].stdout == told[1].stdout
    assert json.loads(told[0].stdout)["n"] == 40
    assert (tmp_path / "v.md").read_text(encoding="utf-8").startswith("| 40 outlines | ours |")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--n", "0"], "--n must be at least 1, got 0"),
        (["--out", "table.txt"], "--out names a Markdown file, which ends in .md; got 'table.txt'"),
        (["--spec", "no/such.yml"], "no/such.yml"),
    ],
)
def test_bad_input_is_one_message(
    arguments: list[str], message: str, run_module: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    done = run_module("evals.validity", *arguments)
    assert done.returncode != 0
    assert message in done.stderr
    assert "Traceback" not in done.stderr
