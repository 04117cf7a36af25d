import json
from dataclasses import asdict
from pathlib import Path

import pytest

from evals.agreement import Agreement, check_agreement

FIXTURES = Path(__file__).parents[1] / "fixtures"
REFERENCE = (
    "Take paracetamol 500 mg three times a day for 5 days. Antibiotics are not needed. Do not stop the losartan 50 mg "
    "suddenly. Two readings are enough."
)


@pytest.mark.parametrize("reference", [None, "", " \n"])
def test_without_a_reference_nothing_is_checked(reference: str | None) -> None:
    agreement = check_agreement(reference, "- take 500 mg")
    assert agreement == Agreement(checked=False)
    assert agreement.metrics() == {}


def test_what_the_reference_does_not_hold_is_no_share() -> None:
    agreement = check_agreement("Rest and drink water", "- rest\n  - water 2 l\n  - no coffee")
    assert (agreement.numbers_kept, agreement.doses_kept, agreement.negations_kept) == (None, None, None)
    assert agreement.metrics() == {"contradicted": 0.0, "reference_coverage": pytest.approx(2 / 3)}


def test_of_another_language_no_negation_is_kept_or_contradicted() -> None:
    agreement = check_agreement("Nehmen Sie 2,5 mg und setzen Sie das Mittel nie ohne Rücksprache ab", "- 2,5 mg")
    assert agreement.metrics() == {"doses_kept": 1.0, "reference_coverage": pytest.approx(agreement.coverage)}
    assert not agreement.english


def test_an_empty_answer_keeps_nothing_and_contradicts_nothing() -> None:
    agreement = check_agreement(REFERENCE, "")
    assert agreement.metrics() == {
        "numbers_kept": 0.0,
        "doses_kept": 0.0,
        "negations_kept": 0.0,
        "contradicted": 0.0,
        "reference_coverage": 0.0,
    }


def test_the_reference_agrees_with_itself() -> None:
    agreement = check_agreement(REFERENCE, "".join(f"- {point}\n" for point in REFERENCE.split(". ")))
    assert set(agreement.metrics().values()) == {0.0, 1.0}
    assert agreement.contradicted == ()
    assert (agreement.numbers_kept, agreement.doses_kept, agreement.negations_kept) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("answer", "numbers", "doses", "negations"),
    [
        ("- Paracetamol\n  - 0.5 g\n- Two readings", 1.0, 1 / 4, 0.0),
        ("- Antibiotics\n  - Not needed\n- For 5 days", 0.0, 1 / 4, 1 / 2),
        ("- Never stop losartan\n  - 50 mg", 0.0, 1 / 4, 1 / 2),
        ("Antibiotics are not needed, and do not stop losartan suddenly.", 0.0, 0.0, 1.0),
    ],
)
def test_shares_are_those_of_what_the_reference_holds(
    answer: str, numbers: float, doses: float, negations: float
) -> None:
    agreement = check_agreement(REFERENCE, answer)
    assert (agreement.numbers_kept, agreement.doses_kept) == (numbers, doses)
    assert agreement.negations_kept == negations
    assert agreement.contradicted == ()


def test_many_other_denials_do_not_stand_for_one_that_is_missing() -> None:
    answer = "- Never smoke\n- No sugar\n- Do not run\n- Avoid salt"
    assert check_agreement("Antibiotics are not needed", answer).negations_kept == 0.0


TURNED = [
    ("Antibiotics are not needed for this cold", "- Cold\n  - Take antibiotics", "antibiot", "denied"),
    ("Rest will not help the ankle", "- The ankle needs rest", "rest", "denied"),
    ("Take antibiotics for this cold", "- Do not take antibiotics for this cold", "antibiot", "stated"),
    (
        "Do not put any steroid on the rash",
        "- Rash\n  - Put a steroid cream on the rash twice daily",
        "steroid",
        "denied",
    ),
]


@pytest.mark.parametrize(("reference", "answer", "word", "how"), TURNED)
def test_a_denial_that_was_turned_round_is_told(reference: str, answer: str, word: str, how: str) -> None:
    told = check_agreement(reference, answer).contradicted
    assert [text.split(" by")[0] for text in told] == [f"{word}: {how}"]


@pytest.mark.parametrize(
    ("reference", "answer", "told"),
    [
        (
            "Take losartan 50 mg daily",
            "- Losartan 100 mg daily",
            ("losartan: 50mg in the reference, 100mg in the answer",),
        ),
        (
            "Take losartan 50 mg daily",
            "- Losartan\n  - 100 mg",
            ("losartan: 50mg in the reference, 100mg in the answer",),
        ),
        ("Take 0.5 g of paracetamol", "- Paracetamol 500 mg", ()),  # the same
        ("Take losartan 50 mg daily", "- Ibuprofen 400 mg", ()),  # another thing
        ("Take losartan 50 mg daily", "- Losartan 50 mg, later losartan 100 mg", ()),  # both
        ("Take losartan 50 to 100 mg", "- Losartan 75 mg", ()),  # a range
        ("Drink at least 2 litres of water", "- Drink 3 litres of water", ()),  # a limit
        ("Drink water for 2 days", "- Drink water every 20 minutes", ()),  # times of another kind
        ("Losartan 50 mg in the morning and losartan 25 mg at night", "- Losartan 100 mg", ()),  # which one?
    ],
)
def test_amounts_of_the_same_thing_are_at_odds(reference: str, answer: str, told: tuple[str, ...]) -> None:
    assert check_agreement(reference, answer).contradicted == told


def test_what_the_patient_takes_is_at_odds_with_nothing() -> None:
    answer = "- Losartan 100 mg is too much"
    assert check_agreement("Take losartan 50 mg daily", answer, "I take 100 mg of losartan").contradicted == ()


@pytest.mark.parametrize(
    ("reference", "answer"),
    [
        ("Antibiotics are not needed", "- Antibiotics treat infections by bacteria"),  # in another connection
        ("Antibiotics are not needed for this cold", "- If the cold lasts\n  - Antibiotics"),  # under a condition
        ("Antibiotics are not needed for this cold", "- Antibiotics for this cold may be needed"),  # a possibility
        ("Do not take aspirin unless told to", "- Take aspirin"),  # denied under a condition
        ("There is no fracture of the wrist", "- Look for a fracture of the wrist"),  # looked for
        ("Do not worry about the rash", "- Worry about the rash when it spreads"),  # a courtesy
        ("Do not use laptops in bed", "- Avoid screens in bed (laptops, phones)"),  # denied by another word
    ],
)
def test_what_leaves_doubt_is_no_contradiction(reference: str, answer: str) -> None:
    assert check_agreement(reference, answer).contradicted == ()


def labelled(name: str, label: str) -> list[dict[str, str]]:
    rows = [json.loads(line) for line in (FIXTURES / "fidelity" / name).read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if row["label"] == label]


@pytest.mark.parametrize("name", ["tune.jsonl", "second_author.jsonl"])
def test_no_faithful_outline_of_the_labelled_cases_contradicts_its_source(name: str) -> None:
    rows = labelled(name, "faithful")
    assert len(rows) > 100
    told = [check_agreement(row["source"], row["outline"], row.get("context") or "").contradicted for row in rows]
    assert [found for found in told if found] == []


def test_some_unfaithful_outlines_of_the_labelled_cases_do() -> None:
    rows = labelled("tune.jsonl", "unfaithful")
    told = [check_agreement(row["source"], row["outline"], row.get("context") or "").contradicted for row in rows]
    assert sum(map(bool, told)) >= 15


def test_an_agreement_is_shares_and_contradictions_in_json() -> None:
    assert json.loads(json.dumps(asdict(check_agreement("Take losartan 50 mg", "- Losartan 100 mg")))) == {
        "checked": True,
        "numbers_kept": None,
        "doses_kept": 0.0,
        "negations_kept": None,
        "contradicted": ["losartan: 50mg in the reference, 100mg in the answer"],
        "coverage": 0.5,
        "english": True,
    }
