"""What the rules teacher promises of any reply, on replies written for this test."""

import re
from pathlib import Path

import pytest
import yaml

from outline import StructureSpec, check_compliance, check_fidelity, parse_outline
from prep.rules import NotEnoughContent, RulesTeacher
from settings import UserError

HEARTBURN = (
    "hello welcome I have gone through your query the burning behind your breastbone is most likely acid reflux it is "
    "not a heart problem as it comes after meals and lying down take tablet pantoprazole 40 mg once a day before "
    "breakfast for 14 days avoid tea coffee and spicy food please raise the head end of your bed and do not lie down "
    "for 2 hours after dinner if you vomit blood or pass black stools go to the hospital immediately get an endoscopy "
    "done if there is no relief come back after 2 weeks with the report I hope this helps"
)
ANKLE = (
    "Hi. Your ankle looks sprained, not broken. The swelling should settle in 10 days. Rest the foot and use an ice "
    "pack for 15 minutes, four times daily. Do not massage it! You can take paracetamol 500 mg if the pain is severe. "
    "Get an x ray if you cannot stand on it. Review after a week."
)
RASH = (
    "hi it looks like a heat rash from the photos wear loose cotton clothes and take a cool bath twice daily apply "
    "calamine lotion two times a day avoid talcum powder also drink plenty of water how long have you had this rash "
    "do you have any fever it will settle in a week do not worry"
)
REPLIES = (HEARTBURN, ANKLE, RASH)


@pytest.fixture(scope="module")
def teacher(root: Path, spec: StructureSpec) -> RulesTeacher:
    return RulesTeacher(root / "prep/rules/clinical.yml", spec)


def headings(text: str) -> list[str]:
    return [node.text.strip("*") for node in parse_outline(text).roots]


def points(text: str) -> list[str]:
    return [node.text for node in parse_outline(text).leaves()]


@pytest.mark.parametrize("reply", REPLIES)
def test_outline_complies_and_is_faithful(teacher: RulesTeacher, spec: StructureSpec, reply: str) -> None:
    outline = teacher.outline(reply)
    assert check_compliance(outline, spec).compliant
    fidelity = check_fidelity(reply, outline)
    assert fidelity.faithful, fidelity.feedback()
    assert (fidelity.coverage or 0) >= 0.95
    assert 0.9 <= (fidelity.expansion or 0) <= 1.3


@pytest.mark.parametrize("reply", REPLIES)
def test_recommendation_leads(teacher: RulesTeacher, reply: str) -> None:
    assert headings(teacher.outline(reply))[0] == "Recommendation"


def test_an_order_to_get_help_now_leads_and_one_that_hangs_on_a_condition_does_not(teacher: RulesTeacher) -> None:
    rest = "This may be a clot in the lung. Keep his leg still. Bring his letters."
    now = parse_outline(teacher.outline(f"{rest} Call an ambulance this minute.")).roots
    assert [node.text for node in now[0].children] == ["Call an ambulance this minute"]
    assert headings(teacher.outline(f"{rest} Do not wait, dial 911."))[0] == "Urgent care"
    assert "Urgent care" not in headings(teacher.outline(f"{rest} Do not go to hospital tonight."))
    for hanging in ("If he faints, call an ambulance.", "If he faints, stay with him. Call an ambulance at once."):
        assert "Urgent care" not in headings(teacher.outline(f"{rest} {hanging}"))


def test_sections_stand_in_the_order_of_the_vocabulary(teacher: RulesTeacher) -> None:
    order = [
        "Urgent care",
        "Recommendation",
        "Assessment",
        "When to seek help",
        "Follow-up",
        "Questions",
        "Personal note",
    ]
    found = headings(teacher.outline(f"{HEARTBURN}. If you cannot swallow at all, go to the emergency room."))
    assert found == [heading for heading in order if heading in found]
    assert "When to seek help" in found


def test_questions_to_the_patient_stand_apart(teacher: RulesTeacher) -> None:
    questions = parse_outline(teacher.outline(RASH)).roots[-1]
    assert questions.text == "**Questions**"
    assert [node.text for node in questions.children] == ["How long have you had this rash", "Do you have any fever"]


@pytest.mark.parametrize(
    "kept",
    [
        "tablet pantoprazole 40 mg once a day before breakfast for 14 days",
        "if you vomit blood or pass black stools go to the hospital immediately",
        "do not lie down for 2 hours after dinner",
        "not a heart problem",
    ],
)
def test_dose_condition_and_negation_stay_in_one_point(teacher: RulesTeacher, kept: str) -> None:
    assert any(kept in point.lower() for point in points(teacher.outline(HEARTBURN)))


def test_what_points_back_stays_behind_what_it_points_to(teacher: RulesTeacher) -> None:
    reply = (
        "Your ankle is sprained. Take ibuprofen 400 mg three times a day with food. It is for 5 days. Then stop it. "
        "Come back after 2 weeks. They will scan it."
    )
    found = points(teacher.outline(reply))
    for first, second in (("Take ibuprofen", "It is for"), ("It is for", "Then stop"), ("Come back", "They will")):
        at = next(i for i, point in enumerate(found) if point.startswith(first))
        assert found[at + 1].startswith(second), found


def test_greeting_and_farewell_go_first_when_words_may_be_dropped(teacher: RulesTeacher) -> None:
    assert "hope this helps" not in teacher.outline(HEARTBURN).lower()


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "   ",
        "hello",
        "hi for further information consult a skin specialist online",
        "hello welcome I hope this helps take care thank you",
        "take one tablet of cetirizine 10 mg at night",
    ],
)
def test_a_single_sentence_is_reported_and_not_padded(teacher: RulesTeacher, reply: str) -> None:
    with pytest.raises(NotEnoughContent, match="levels need"):
        teacher.outline(reply)


def test_long_reply_is_merged_into_the_limits(teacher: RulesTeacher, spec: StructureSpec) -> None:
    reply = " ".join(f"{HEARTBURN} take tablet drug{chr(97 + i)} {i + 3} mg twice a day" for i in range(9))
    outline = teacher.outline(reply)
    assert check_compliance(outline, spec).compliant
    assert check_fidelity(reply, outline).faithful


@pytest.mark.parametrize(("width", "roots"), [(1, 1), (2, 1), (2, 2), (3, None), (10, 10)])
def test_limits_come_from_the_spec(root: Path, spec: StructureSpec, width: int, roots: int | None) -> None:
    other = spec.model_copy(update={"max_children": width, "max_roots": roots})
    outline = RulesTeacher(root / "prep/rules/clinical.yml", other).outline(HEARTBURN)
    assert check_compliance(outline, other).compliant
    assert check_fidelity(HEARTBURN, outline).faithful


def test_headings_claim_nothing(root: Path) -> None:
    loaded = yaml.safe_load((root / "prep/rules/clinical.yml").read_text(encoding="utf-8"))
    names = [loaded["courtesy_heading"]]
    for section in loaded["sections"]:
        names += [section["heading"], section["label"], *(kind["label"] for kind in section.get("kinds", []))]
    for name in names:
        bare = check_fidelity("x", f"- {name}")
        assert bare.invented_numbers + bare.invented_negations == (), name
        assert not re.search(r"\d", name)


OTHER_SUBJECT = """
grammar: {grammar}
openers: part
units: mm
name_endings: ium
courtesies: happy riding
courtesy_heading: Greetings
sections:
  - heading: What to do
    label: Steps
    orders: true
    kinds:
      - label: Chain
        strong: chain
      - label: Brakes
        strong: brake, brakes
  - heading: Why
    label: Reasons
    otherwise: true
"""


def test_another_subject_ships_its_own_words(root: Path, spec: StructureSpec, tmp_path: Path) -> None:
    vocabulary = tmp_path / "bicycle.yml"
    vocabulary.write_text(OTHER_SUBJECT.format(grammar=root / "prep/rules/english.yml"), encoding="utf-8")
    outline = RulesTeacher(vocabulary, spec).outline(
        "clean the chain with a dry cloth oil will hold dust otherwise the noise is a worn link so do not ride far "
        "replace the chain after 3000 km check the brakes before each ride happy riding"
    )
    assert headings(outline)[0] == "What to do"
    assert "  - Chain" in outline.splitlines()


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (("courtesy_heading:", "courtesy_title:"), "courtesy_title"),
        (("openers: part", "openers: [part, no]"), "openers"),
        (("units: mm", "units: ','"), "units"),
    ],
)
def test_a_mistake_in_a_vocabulary_is_named(
    root: Path, spec: StructureSpec, tmp_path: Path, edit: tuple[str, str], said: str
) -> None:
    vocabulary = tmp_path / "bicycle.yml"
    text = OTHER_SUBJECT.format(grammar=root / "prep/rules/english.yml").replace(*edit)
    vocabulary.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=f"bicycle.yml.*{said}"):
        RulesTeacher(vocabulary, spec)


def test_more_levels_than_the_offline_teacher_writes_are_refused_at_once(root: Path) -> None:
    deep = StructureSpec(min_depth=4, max_children=3, max_roots=3, allow_prose=False)
    with pytest.raises(UserError, match="3 levels, the structure's min_depth is 4"):
        RulesTeacher(root / "prep/rules/clinical.yml", deep)
