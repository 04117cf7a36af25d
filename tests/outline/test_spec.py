import re
from pathlib import Path

import pytest
import xgrammar
from xgrammar.testing import _is_grammar_accept_string

from outline import StructureSpec, check_compliance
from outline.blocks import shows_words
from settings import UserError

OTHER = StructureSpec(min_depth=2, max_children=3, max_roots=None, allow_prose=True)
CANDIDATES = [
    "- a\n  - b\n    - c",
    "- **Rest** first\n  - 500 mg daily\n    - 2.5 mg at night\n      - é is fine: yes?\n- Then\n  - no sport",
    "- a\n  - b",
    "- a\n  - b\n- c\n- d\n- e\n- f",
    "- a\n  - b\n    - c\n" + "\n".join(f"- {letter}" for letter in "bcdef"),
    "- a\n  - b\n" + "\n".join(f"    - {letter}" for letter in "bcdefg"),
    "- a\n  - b\n    - 1. c",
    "- a\n  - b\n    - # c",
    "- a\n  - b\n    -",
    "- a\n  - b\n    - c\nprose",
    "Sure:\n- a\n  - b\n    - c",
]


def test_the_instruction_names_the_numbers_of_the_spec(spec: StructureSpec) -> None:
    assert f"at least {spec.min_depth} levels" in spec.instruction()
    assert f"at most {spec.max_children} points under" in spec.instruction()
    assert f"at most {spec.max_roots} on the top level" in spec.instruction()
    assert "top level" not in OTHER.instruction()
    assert "nothing before or after" not in OTHER.instruction()


@pytest.mark.parametrize("text", CANDIDATES)
@pytest.mark.parametrize("changed", [{}, {"max_roots": None}, {"min_depth": 2, "max_children": 3}])
def test_whatever_the_grammar_accepts_complies(spec: StructureSpec, changed: dict, text: str) -> None:
    asked = spec.model_copy(update=changed)
    if _is_grammar_accept_string(xgrammar.Grammar.from_ebnf(asked.grammar()), text):
        assert check_compliance(text, asked).compliant


def test_the_grammar_accepts_outlines_and_refuses_each_kind_of_breach(spec: StructureSpec) -> None:
    grammar = xgrammar.Grammar.from_ebnf(spec.grammar())
    assert [_is_grammar_accept_string(grammar, text) for text in CANDIDATES] == [True, True] + [False] * 9


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "min_depth: 0\nmax_children: 5\nmax_roots: 5\nallow_prose: false",
            "min_depth must be greater than or equal to 1, got 0",
        ),
        ("min_depth: 3\nmax_children: 5\nmax_root: 5\nallow_prose: false", "did you mean max_roots?"),
        ("min_depth: 3", "max_children is missing"),
    ],
)
def test_a_mistake_in_a_spec_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "spec.yml").write_text(text)
    with pytest.raises(UserError) as caught:
        StructureSpec.load(tmp_path / "spec.yml")
    assert message in str(caught.value)


def test_every_letter_that_the_grammar_lets_a_point_begin_with_is_a_word(spec: StructureSpec) -> None:
    rule = re.search(r"letter ::= \[(.*)\]", spec.grammar())
    assert rule
    ranges = re.findall(r"(\\u....|[A-Z]|[a-z])-(\\u....|[A-Z]|[a-z])", rule[1])
    bounds = [[int(end[2:], 16) if end.startswith("\\u") else ord(end) for end in pair] for pair in ranges]
    letters = [chr(code) for first, last in bounds for code in range(first, last + 1)]
    assert len(letters) > 30_000
    assert [letter for letter in letters if not shows_words(letter)] == []
