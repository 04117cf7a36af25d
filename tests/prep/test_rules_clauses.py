"""Where the rules see a clause begin."""

from pathlib import Path

import pytest

from prep.rules.clauses import ClauseFinder
from prep.rules.vocabulary import load_vocabulary


@pytest.fixture(scope="module")
def finder(root: Path) -> ClauseFinder:
    vocabulary, grammar = load_vocabulary(root / "prep/rules/clinical.yml")
    return ClauseFinder(grammar, vocabulary)


@pytest.mark.parametrize(
    "clauses",
    [
        "hello | your throat looks sore | gargle with salt water | avoid cold drinks",
        "drink warm water | also rest at home | however the cough may last a week",
        "you have a mild sprain | you should rest | it will heal soon",
        "stop the cream you were given | the redness will fade",
        "I think it is a simple cold | please do not worry",
        "the tests you did are fine | how is your sleep | do you smoke",
        "the report is normal | if the pain comes back then take paracetamol | meanwhile walk daily",
        "call me if it bleeds again",
        "the dose of 500 mg twice a day for 5 days is right",
        "take tablet cetirizine 10 mg at night | capsule omeprazole 20 mg before food",
        "it is safe in pregnancy | amlodipine 5 mg daily lowers the pressure",
        "First, rest. | Then, walk 10 minutes! | Is it swollen? | Tell me",
        "see Dr. Rao again | the mole is 2.5 mm wide",
        "do not take aspirin and do not drive",
        "Take it with food, and if the cough stays for a week, call us. | Rest, because sleep heals.",
        "do not let anyone stop it in pregnancy | it is the same hormone",
        "the iron will do you no favours",
        "so much milk gives her hardly any iron | please begin iron drops",
    ],
)
def test_clauses_begin_where_a_reader_sees_them(finder: ClauseFinder, clauses: str) -> None:
    reply = clauses.replace(" | ", " ")
    assert " | ".join(clause.text for clause in finder.clauses(reply, longest=20)) == clauses


@pytest.mark.parametrize(
    "reply",
    [
        "take the syrup if the fever is above 38 the cough is not dangerous",
        "diclofenac controls the spasm if kidneys are sound tamsulosin 0.4 mg at night may speed it",
        "call the ambulance if she turns blue keep her calm",
        "but if you are still anxious you can undergo a scan of the abdomen",
        "when the numbness spreads to both legs and you cannot pass urine go to casualty",
        "once sugar gets controlled the infection will resolve without any medicine",
        "unless the wound is deep and bleeds on and on for hours the nurse will only clean and dress it for you",
    ],
)
def test_a_condition_is_not_parted_from_what_may_follow_from_it(finder: ClauseFinder, reply: str) -> None:
    assert [clause.text for clause in finder.clauses(reply, longest=10)] == [reply]


def test_an_overlong_clause_is_cut_at_and_before_a_clause_of_its_own(finder: ClauseFinder) -> None:
    reply = "the swelling comes from a blocked gland in the lower lip and it usually drains by itself within some weeks"
    assert [clause.text for clause in finder.clauses(reply, longest=12)] == [
        "the swelling comes from a blocked gland in the lower lip",
        "and it usually drains by itself within some weeks",
    ]


def test_an_order_behind_a_negation_is_not_cut_off(finder: ClauseFinder) -> None:
    reply = "do not stop the steroid tablets on your own after these many weeks of use and take extra doses of them"
    assert [clause.text for clause in finder.clauses(reply, longest=12)] == [reply]
