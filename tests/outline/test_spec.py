from pathlib import Path

import pytest
import xgrammar
from hypothesis import given, settings
from hypothesis import strategies as st
from xgrammar.testing import _is_grammar_accept_string

from outline import StructureSpec, check_compliance
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


STARTS = (
    """
112 | ½ a cup | <5 mg | ≥ 5 mg | ~5 mg | -5 °C | +49 30 | 50% of it | ① | ٥ mg | 5 mg | 1.) Mix | 3:00
#12 | §\u00a05 BGB
„Kündigung“ | “so” | «\u202fmot\u202f» | (optional) salt | "yes" | ¿Qué? | 《民法典》 | 「あ」 | （一）
`npm install` | `--flag` | `.env` | --flag | /etc/hosts | @name | $x$ | \\(x\\) | ||x|| < 1 | {1, 2} | √2 | ∀x
*rest* | _rest_ | __rest__ | **112** | **§ 5** | **„Frist“** | → rest | ⚠️ Stop | ✅ Done | 👩\u200d⚕️ Ask | 🇩🇪 Amt
Πόνος | Έλα | Ещё | ไม่กิน | เป็น | हाँ | ব্যথা | வலி | నొప్పి | ਦਰਦ | לא | الم | 痛み | 아픔 | ህመም | ឈឺ | ລາວ | བོད
""".strip()
    .replace("\n", " | ")
    .split(" | ")
)


@pytest.mark.parametrize("start", STARTS)
def test_a_point_may_begin_with_what_other_subjects_and_languages_begin_with(spec: StructureSpec, start: str) -> None:
    text = f"- {start}\n  - {start}\n    - {start} more\n- {start}"
    assert check_compliance(text, spec).compliant
    assert _is_grammar_accept_string(xgrammar.Grammar.from_ebnf(spec.grammar()), text)


PIECES = [
    *"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ \t\x0b\u00a05aé„§\u115f\u200b\ufe0f✅",
    *"** --- ``` ~~~ === ![ ]( &nbsp; <b> \\<b> <!-- --> 1. 1)".split(" "),
    *("- ", "+ ", "* ", "# ", "> ", "[a]: "),
]


@settings(max_examples=400, deadline=None)
@given(pieces=st.lists(st.sampled_from(PIECES), min_size=1, max_size=6))
def test_whatever_text_the_grammar_accepts_is_one_point_with_words(spec: StructureSpec, pieces: list[str]) -> None:
    text = "".join(pieces)
    whole = f"- {text}\n  - {text}\n    - {text}\n- {text}"
    if not check_compliance(whole, spec).compliant:
        rules = spec.grammar().partition("\ntext ::=")[2]
        assert not _is_grammar_accept_string(xgrammar.Grammar.from_ebnf(f"root ::={rules}"), text)
