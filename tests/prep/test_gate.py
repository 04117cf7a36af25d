import pytest

from outline import StructureSpec, check_compliance
from prep.config import Gate as Limits
from prep.gate import Gate
from prep.teachers import Answer
from tests.prep.conftest import consultation

REPLY = "take 400 mg ibuprofen with food and rest the ankle do not run for two weeks"
GOOD = "- take 400 mg ibuprofen\n  - with food\n    - and rest the ankle\n- do not run\n  - for two weeks"


@pytest.fixture
def gate(spec: StructureSpec) -> Gate:
    return Gate(spec, Limits(tries=1, min_coverage=0.7, max_expansion=1.5, min_success=0))


def kinds(gate: Gate, text: str, reply: str = REPLY, cut: str = "") -> list[str]:
    turn = gate.judge(consultation(reply, patient="my ankle 3 days ago"), Answer(text, "f", cut))
    return [finding.kind for finding in turn.findings]


def test_a_compliant_and_faithful_outline_passes(gate: Gate) -> None:
    assert kinds(gate, GOOD) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["empty"]),
        (" \n ", ["empty"]),
        (GOOD.replace("400", "600"), ["fidelity"]),
        (GOOD.replace("400 mg ", ""), ["fidelity"]),
        (GOOD.replace("not ", ""), ["fidelity"]),
        ("\n".join(line.strip() for line in GOOD.splitlines()), ["min_depth"]),
        (f"Here it is:\n\n{GOOD}", ["list_only"]),
        (GOOD + "\n  - words" * 5, ["max_children"]),
        ("- take 400 mg\n  - two weeks\n    - do not run", ["coverage"]),
        (GOOD + "\n  - and the ankle and the food and the ankle and the food and the ankle", ["expansion"]),
    ],
)
def test_each_fault_is_found_by_its_name(gate: Gate, text: str, expected: list[str]) -> None:
    found = kinds(gate, text)
    assert set(expected) <= set(found), found
    assert "coverage" not in found or expected == ["coverage"]


def test_what_the_patient_said_may_stand_in_the_outline(gate: Gate) -> None:
    assert kinds(gate, GOOD.replace("the ankle", "the ankle 3 days")) == []


def test_an_answer_cut_at_the_limit_is_not_kept_however_good_it_looks(gate: Gate) -> None:
    assert kinds(gate, GOOD, cut="at the token limit") == ["cut off"]


@pytest.mark.parametrize("text", [f"```markdown\n{GOOD}\n```", GOOD.replace("- ", "* "), GOOD.replace("- ", "• ")])
def test_a_fence_or_odd_bullets_cost_no_repair(gate: Gate, spec: StructureSpec, text: str) -> None:
    turn = gate.judge(consultation(REPLY), Answer(text, "f"))
    assert turn.findings == ()
    assert turn.answer == text
    assert turn.outline.strip() == GOOD
    assert check_compliance(turn.outline, spec).compliant


def test_text_around_the_list_is_not_kept_even_where_the_spec_allows_it(gate: Gate, spec: StructureSpec) -> None:
    loose = Gate(spec.model_copy(update={"allow_prose": True}), gate.limits)
    turn = loose.judge(consultation(REPLY), Answer(f"Here it is.\n\n{GOOD}\n\nGet well.", "f"))
    assert (turn.outline, turn.findings) == (GOOD, ())
