"""Properties of the rules teacher over generated replies: words in any order, and any text at all."""

from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from outline import StructureSpec, check_compliance, check_fidelity, list_markers, parse_outline
from prep.rules import NotEnoughContent, RulesTeacher
from prep.rules.words import Words, is_number

ROOT = Path(__file__).parents[2]
SPEC = StructureSpec.load(ROOT / "configs/outline.yml")
TEACHER = RulesTeacher(ROOT / "prep/rules/clinical.yml", SPEC)

PIECES = st.sampled_from(
    "hello|welcome|I hope this helps|take care|take tablet ibuprofen 400 mg|three times a day|for 5 days|after food|"
    "do not drive|avoid milk|never stop it suddenly|if the fever stays above 39|then|see a doctor|and|or|but|so|also|"
    "however|please|because|which|until|it is not serious|you have a viral infection|there is no fracture|the swelling "
    "will settle|get a blood test|drink 2 litres of water|come back after two weeks|do you smoke|how is your sleep|"
    "use it without food|no fever|surgery is not needed|-|*|#|1.|2)|>|`|e.g.|10-15 minutes|7.5 mg|1,000 units|"
    "half a tablet|twice daily".split("|")
)
REPLIES = st.lists(PIECES, max_size=60).map(" ".join)


def outlined(reply: str) -> str | None:
    try:
        return TEACHER.outline(reply)
    except NotEnoughContent:
        return None


@settings(max_examples=150, deadline=None)
@given(REPLIES)
def test_kept_outlines_comply_and_hold_every_number_and_negation_as_often(reply: str) -> None:
    outline = outlined(reply)
    if outline is None:
        return
    assert check_compliance(outline, SPEC).compliant
    fidelity = check_fidelity(reply, outline)
    assert (fidelity.coverage or 0) >= 0.95
    assert fidelity.invented_numbers + fidelity.invented_doses == ()
    # What a "not" denies has no one reading where pieces follow one another like this: the check may read the outline
    # otherwise than the reply, and would refuse it. So here negations are counted, as numbers are.
    # A backslash keeps "2)" from opening a list, and the list markers of a reply are not kept.
    points = " ".join(node.text for node in parse_outline(outline).leaves()).replace("\\", "")
    assert _weighty(points) == _weighty(_unnumbered(reply))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_outlined_or_reported(reply: str) -> None:
    outline = outlined(reply)
    assert outline is None or check_compliance(outline, SPEC).compliant


@settings(max_examples=30, deadline=None)
@given(REPLIES)
def test_the_same_reply_gives_the_same_outline(reply: str) -> None:
    other = RulesTeacher(ROOT / "prep/rules/clinical.yml", SPEC)
    assert outlined(reply) == (outlined(reply) and other.outline(reply))


def _unnumbered(reply: str) -> str:
    for start, end in reversed(list_markers(reply)):
        reply = f"{reply[:start]} {reply[end:]}"
    return reply


def _weighty(text: str) -> Counter[str]:
    """How often each number and negation stands in a text."""
    grammar = TEACHER.grammar
    plain = Words.of(text).plain
    return Counter(word for word in plain if is_number(word, grammar) or grammar.negations.at((word,), 0))
