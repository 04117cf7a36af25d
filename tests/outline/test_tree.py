import pytest
from hypothesis import given
from hypothesis import strategies as st

from outline import Node, Outline, parse_outline, render_outline

WORDS = st.lists(
    st.sampled_from("take 500 mg not with food **rest** `x` 1. - # + * > ~~~ --- [a]: <b> \\ =".split()), max_size=5
)
TREES = st.recursive(
    st.builds(Node, WORDS.map(" ".join)),
    lambda below: st.builds(Node, WORDS.map(" ".join), st.lists(below, max_size=4).map(tuple)),
    max_leaves=12,
)
PLAIN_TEXT = st.text("abc ", min_size=1, max_size=8).map(lambda text: " ".join(text.split())).filter(bool)
PLAIN = st.recursive(
    st.builds(Node, PLAIN_TEXT),
    lambda below: st.builds(Node, PLAIN_TEXT, st.lists(below, max_size=4).map(tuple)),
    max_leaves=12,
)


@given(st.lists(PLAIN, max_size=6).map(tuple))
def test_a_rendered_tree_parses_to_that_tree(roots: tuple[Node, ...]) -> None:
    assert parse_outline(render_outline(Outline(roots))).roots == roots


@given(st.lists(TREES, max_size=4).map(tuple))
def test_rendering_a_parsed_text_is_a_normal_form(roots: tuple[Node, ...]) -> None:
    normal = render_outline(parse_outline(render_outline(Outline(roots))))
    assert render_outline(parse_outline(normal)) == normal


@given(st.lists(TREES, max_size=4).map(tuple))
def test_no_text_changes_the_shape_of_the_tree_around_it(roots: tuple[Node, ...]) -> None:
    def shape(nodes: tuple[Node, ...]) -> list:
        return [shape(node.children) for node in nodes]

    assert shape(parse_outline(render_outline(Outline(roots))).roots) == shape(roots)


@given(st.text(max_size=200))
def test_any_text_can_be_read_both_ways(text: str) -> None:
    assert parse_outline(text).depth >= 0
    assert parse_outline(text, lenient=True).depth >= 0


@pytest.mark.parametrize(("levels", "counted"), [(2, 2), (15, 15), (30, 30), (31, 30), (60, 30)])
def test_thirty_levels_are_counted_and_what_is_deeper_does_not_disturb_them(levels: int, counted: int) -> None:
    outline = parse_outline("\n".join([*(f"{'  ' * level}- a{level}" for level in range(levels)), "  - b", "- c"]))
    assert outline.depth == counted
    assert [node.text for node in outline.roots] == ["a0", "c"]
    assert outline.roots[0].children[-1].text == "b"


def test_nesting_without_end_is_read_without_failing() -> None:
    assert parse_outline("- " * 5000 + "x").depth == 30


@pytest.mark.parametrize(
    ("text", "depth", "lenient_depth"),
    [
        ("- a\n  - b\n    - c", 3, 3),
        ("- a\n\n  - b\n\n    - c", 3, 3),
        ("- a\n\t- b\n\t\t- c", 3, 3),
        ("* a\n    * b\n        * c", 3, 3),
        ("1. a\n   - b\n     - c", 3, 3),
        ("1. a\n  - b\n    - c", 2, 3),  # two spaces do not reach the text of "1. a"
        ("- a\n - b\n  - c", 1, 3),  # one space does not reach the text of "- a"
        ("• a\n  • b\n    • c", 0, 3),
        ("```markdown\n- a\n  - b\n    - c\n```", 0, 3),
        ("````md\n- a\n  - b ```", 0, 2),
        ("``` \n- a\n\n ~~~\n```", 0, 1),
        ("```\n- a\n``", 0, 0),  # no fence closes with two
        ("```\n- a\n```\nmore", 0, 0),  # the fence is not around the whole
        ("# a\n## b\n- c", 1, 1),
        ("- a\n---\n- b", 1, 1),
        ("-5 C is cold\n- a", 1, 1),
        ("a * b * c", 0, 0),
        ("", 0, 0),
    ],
)
def test_depth_by_commonmark_and_leniently(text: str, depth: int, lenient_depth: int) -> None:
    assert parse_outline(text).depth == depth
    assert parse_outline(text, lenient=True).depth == lenient_depth


def test_points_keep_their_text_path_and_line() -> None:
    outline = parse_outline("- **Rest**\n  for two days\n\n  - no *sport*\n- drink")
    assert [(path, node.text, node.line) for path, _, node in outline.walk()] == [
        ("1", "**Rest** for two days", 1),
        ("1.1", "no *sport*", 4),
        ("2", "drink", 5),
    ]
    assert outline.levels() == [2, 1]
    assert [leaf.text for leaf in outline.leaves()] == ["no *sport*", "drink"]
