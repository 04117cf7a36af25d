import pytest
from hypothesis import given
from hypothesis import strategies as st

from outline import CRITERIA, Node, Outline, StructureSpec, check_compliance, parse_outline, render_outline
from outline.lenient import relax

SPEC = StructureSpec(min_depth=3, max_children=2, max_roots=2, allow_prose=False)
GOOD = "- a\n  - b\n    - c\n    - d\n- e"


def rules(text: str, spec: StructureSpec = SPEC) -> set[str]:
    return {violation.rule for violation in check_compliance(text, spec).violations}


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        (GOOD, set()),
        ("- a\n  - b", {"min_depth"}),
        ("- a\n  - b\n    - c\n    - d\n    - e", {"max_children"}),
        (GOOD + "\n- f", {"max_roots"}),
        ("- a\n  - b\n    - c\n-", {"no_empty"}),
        (GOOD + "\n  - ****", {"no_empty"}),
        (GOOD + "\n  - &nbsp;", {"no_empty"}),
        (GOOD + "\n  - ![a picture](of.png)", {"no_empty"}),
        ("Sure:\n\n" + GOOD, {"list_only"}),
        (GOOD + "\n\n---", {"list_only"}),
        ("# Answer\n" + GOOD, {"list_only"}),
        (GOOD + "\n* other list", {"list_only", "max_roots"}),
        ("only prose", {"list_only", "min_depth"}),
        ("", {"min_depth"}),
        ("- a\n- b\n- c\n-", {"min_depth", "max_roots", "no_empty"}),
    ],
)
def test_each_rule_is_reported_when_it_is_broken_and_only_then(text: str, broken: set[str]) -> None:
    report = check_compliance(text, SPEC)
    assert rules(text) == broken
    assert {rule for rule, kept in report.criteria.items() if not kept} == broken
    assert set(report.criteria) == set(CRITERIA)
    assert report.compliant is (not broken)


def test_a_violation_says_where_it_is_and_what_was_allowed() -> None:
    (found,) = check_compliance("- a\n  - b\n\n    - c\n    - d\n    - e", SPEC).violations
    assert (found.rule, found.path, found.line, found.actual) == ("max_children", "1.1", 2, "3")
    assert found.message() == "max_children: point 1.1 (line 2): expected at most 2 points under it, got 3"


@pytest.mark.parametrize("text", ["```\n- a\n  - b\n    - c\n```", "• a\n  • b\n    • c", "- a\n - b\n  - c"])
def test_what_a_reader_would_still_call_a_list_is_compliant_leniently_only(text: str) -> None:
    report = check_compliance(text, SPEC)
    assert (report.compliant, report.lenient) == (False, True)


BROAD = StructureSpec(min_depth=3, max_children=4, max_roots=6, allow_prose=False)
LONG = [
    line
    for root in range(6)
    for line in [f"- {root}", *(f"{indent}- x" for _ in range(4) for indent in ("  ", "    ", "    "))]
]
"""78 lines that keep it."""
ODD = [
    *["", "-", "  -", "- x", "* s", "• b", "text", "    text"],
    *["[a]: /u", "[a]:", "/u", "```", "<!-- x", "-->", "---", "==="],
]


@given(
    st.lists(st.tuples(st.integers(0, 80), st.booleans(), st.sampled_from(ODD)), max_size=4),
    st.sampled_from([{}, {"max_roots": None}, {"allow_prose": True}]),
)
def test_the_lenient_verdict_on_a_long_text_is_that_on_all_of_it(
    edits: list[tuple[int, bool, str]], loosened: dict[str, bool | None]
) -> None:
    lines = list(LONG)
    for at, added, line in edits:
        lines[at : at + (not added)] = [line]
    spec = BROAD.model_copy(update=loosened)
    report = check_compliance("\n".join(lines), spec)
    assert report.lenient is (report.compliant or check_compliance(relax("\n".join(lines)), spec).compliant)


def test_the_root_limit_can_be_lifted() -> None:
    assert rules(GOOD + "\n- f", SPEC.model_copy(update={"max_roots": None})) == set()
    assert check_compliance(GOOD + "\n- f", SPEC).no_root_limit


def test_prose_can_be_allowed() -> None:
    assert (
        rules("Sure:\n\n" + GOOD + "\n* other", SPEC.model_copy(update={"allow_prose": True, "max_roots": 5})) == set()
    )


def test_the_limit_per_level_counts_the_whole_level() -> None:
    wide = "- a\n  - b\n    - c\n- d\n  - e\n  - f"
    assert check_compliance(wide, SPEC).compliant
    assert not check_compliance(wide, SPEC).per_level


TEXTS = st.lists(st.sampled_from("rest **not** 3.5 mg - * 1. `x` [a]: # é".split()), max_size=3).map(
    lambda words: " ".join(["rest", *words])
)
SHAPES = st.recursive(
    st.builds(Node, TEXTS),
    lambda below: st.builds(Node, TEXTS, st.lists(below, max_size=4).map(tuple)),
    max_leaves=15,
)


@given(st.lists(SHAPES, min_size=1, max_size=4).map(tuple), st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))
def test_checking_a_rendered_tree_finds_that_trees_own_shape(
    roots: tuple[Node, ...], depth: int, children: int, top: int
) -> None:
    outline = Outline(roots)
    spec = StructureSpec(min_depth=depth, max_children=children, max_roots=top, allow_prose=False)
    text = render_outline(outline)
    report = check_compliance(text, spec)
    assert report.compliant == (outline.depth >= depth and outline.max_children <= children and len(roots) <= top)
    assert (report.depth, report.widest, report.roots) == (outline.depth, outline.max_children, len(roots))
    assert report.points == len(list(outline.walk()))
    assert [(path, node.text) for path, _, node in parse_outline(text).walk()] == [
        (path, node.text) for path, _, node in outline.walk()
    ]


LINES = st.tuples(
    st.integers(0, 4), st.sampled_from(["- ", "- ", "", "1. ", "# "]), st.sampled_from(["a", "b c", "", "?"])
)


@given(st.lists(LINES, max_size=10))
def test_the_score_is_1_for_a_compliant_text_and_no_other(lines: list[tuple[int, str, str]]) -> None:
    report = check_compliance("\n".join("  " * level + mark + text for level, mark, text in lines), SPEC)
    assert (report.score == 1) == report.compliant
    assert report.compliant or 0 <= report.score <= 0.8


@pytest.mark.parametrize(
    "worse",
    [
        ["- a\n  - b", "- a", ""],
        [GOOD + "\n- f", GOOD + "\n- f\n- g"],
        [GOOD + "\n  - f\n  - g\n  - h", GOOD + "\n  - f\n  - g\n  - h\n  - i"],
        [GOOD + "\n  - ?", GOOD + "\n  - ?\n  - ?"],
        [GOOD + "\n\nBye.", "Sure thing!\n\n" + GOOD + "\n\nBye."],
        [GOOD + "\n* f", GOOD + "\n* f\n+ g"],
    ],
)
def test_the_score_falls_with_every_step_away_from_the_contract(worse: list[str]) -> None:
    scores = [check_compliance(text, SPEC).score for text in [GOOD, *worse]]
    assert scores == sorted(set(scores), reverse=True)
