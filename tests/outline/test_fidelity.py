import pytest
from hypothesis import given
from hypothesis import strategies as st

from outline import Node, Outline, check_fidelity, content_words, unsupported_numbers
from outline.quantities import find_quantities

REPLY = "take two tablets of 500mg for 5 to 7 days do not drink alcohol vitamin b12 is normal"

DOSES = {"invented_doses", "lost_doses"}
NEGATIONS = {"invented_negations", "lost_negations"}


def findings(source: str, outline: str, context: str = "") -> dict[str, tuple[str, ...]]:
    report = check_fidelity(source, outline, context).as_dict()
    return {name: report[name] for name in report if name.startswith(("invented", "lost")) and report[name]}


@pytest.mark.parametrize(
    "outline",
    [
        "- take two tablets of 500mg for 5 to 7 days\n- do not drink alcohol\n- vitamin b12 is normal",
        "1. take 2 tabs of 500 mg for 5-7 days\n2. **do not** drink alcohol",
        "- take 2 pills of 0.5 g\n  - five to seven days\n- never drink alcohol, avoid it",
    ],
)
def test_the_same_statements_in_another_form_are_faithful(outline: str) -> None:
    assert findings(REPLY, outline) == {}


@pytest.mark.parametrize(
    ("source", "outline", "found"),
    [
        ("take 5 mg", "- take 10 mg", {"invented_numbers", "lost_numbers", "invented_doses", "lost_doses"}),
        ("take 5 mg", "- take 5 ml", {"invented_doses", "lost_doses"}),
        ("take 5 mg for 2 weeks", "- take 5 mg", {"lost_numbers", "lost_doses"}),
        ("take it daily", "- take it daily for 3 days", {"invented_numbers", "invented_doses"}),
        ("take three tablets", "- take tablets", {"lost_numbers", "lost_doses"}),
        ("one of the tests is for 1 week", "- tests: 1 week", set()),
        ("use it once a week", "- use it 1 time per week", set()),
        ("do not take aspirin", "- take aspirin", {"lost_negations"}),
        ("take aspirin", "- do not take aspirin", {"invented_negations"}),
        ("do not take aspirin", "- avoid aspirin", set()),
        ("it isn't dangerous", "- it is not dangerous", set()),
        ("it isn't dangerous", "- it is dangerous", {"lost_negations"}),
        ("swim without fever", "- swim with fever", {"lost_negations"}),
        ("hba1c of 7.5 and 1,000 iu", "- HbA1c of 7.5\n- 1000 IU", set()),
        ("take 5 mg twice daily", "- take 5 mg two times a day", set()),
        ("take 5 mg twice daily", "- take 5 mg once daily", {"lost_numbers"} | DOSES),
        ("15 mg once weekly", "- 15 mg once daily", {"invented_doses", "lost_doses"}),
        ("15 mg weekly", "- 15 mg every week", set()),
        ("15 mg weekly", "- 15 mg daily", {"invented_doses", "lost_doses"}),
        ("rest", "- daily care\n  - rest", set()),
        ("take 2 daily", "- take for 2 days", {"lost_numbers"} | DOSES),
        ("2 teaspoons", "- 2 tablespoons", {"invented_doses", "lost_doses"}),
        (
            "do not take aspirin take ibuprofen",
            "- do not take ibuprofen take aspirin",
            {"invented_negations", "lost_negations"},
        ),
        ("the mole is not dangerous you must stop smoking", "- the mole is dangerous stop smoking", {"lost_negations"}),
        ("rest", "1. rest\n2. rest", set()),  # list markers are no numbers
        ("a tablet every 8 hours", "- three times a day: a tablet", set()),
        ("a tablet every 8 hours", "- a tablet every 6 hours", {"invented_numbers", "lost_numbers"} | DOSES),
        ("two 500 mg tablets for a fortnight", "- 2 tablets of 0.5 g for 14 days", set()),
        ("half an hour, one and a half litres", "- 30 minutes\n- 1500 ml", set()),
        ("on march 5th 2024 at 8 pm", "- 5 March 2024, 20:00", set()),
        ("on march 5th", "- 5 April", DOSES),
        ("she is 45 years old", "- Age 45", set()),
        (
            "glipizide 80 mg before you eat breakfast at home, and keep the fasting sugar between 80 and 130",
            "- glipizide 80 mg before you eat breakfast at home\n- keep the fasting sugar below 130",
            {"lost_numbers"},
        ),
        ("stage I, at this stage I advise surgery and a third scan", "- Surgery and a 3rd scan\n- Stage I", set()),
        ("stage I cancer", "- Stage 2 cancer", {"invented_numbers", "lost_numbers"}),
        ("take 500 my of it", "- take 500 mg of it", set()),  # what an autocorrection makes of "mg"
        ("no fever or vomiting", "- no fever\n- vomiting", {"lost_negations"}),
        ("stop the statin but do not stop aspirin", "- stop aspirin\n- do not stop the statin", NEGATIONS),
        ("the cyst is painless and not uncommon", "- common\n- no pain", set()),
        ("surgery is not needed", "- Surgery\n  - Not needed", set()),
        ("take no more than 8 tablets a day", "- at most 8 tablets a day", set()),
        ("take no more than 8 tablets a day", "- more than 8 tablets a day", {"invented_doses", "lost_doses"}),
        ("no improvement or worsening: return", "- return: no improvement, or worsening", set()),
        ("the scan cannot help but please", "- the scan pleases", set()),
        ("do not hesitate to call", "- feel free to call", set()),
        ("do not hesitate to call", "- do not call", {"invented_negations"}),
        ("juice is good, no nuts", "- Avoid\n  - Juice\n  - Nuts", {"invented_negations"}),
        ("you have rest. 1) sleep 2) drink", "- you have rest\n  - sleep\n  - drink", set()),
        ("2) sleep", "- 2\\) sleep", set()),
    ],
)
def test_what_was_lost_or_invented_is_found(source: str, outline: str, found: set[str]) -> None:
    assert set(findings(source, outline)) == found


def test_the_patient_can_support_a_number_but_is_owed_none() -> None:
    assert findings("rest at home", "- rest after 3 days of fever", context="I have fever for 3 days and 2 dogs") == {}
    assert "invented_numbers" in findings("rest at home", "- rest after 3 days of fever")


@pytest.mark.parametrize("source", [None, "", "  \n"])
def test_without_a_source_nothing_is_checked(source: str | None) -> None:
    report = check_fidelity(source, "- take 5 mg")
    assert (report.checked, report.faithful, report.coverage) == (False, None, None)


def test_coverage_counts_the_distinct_content_words_kept() -> None:
    assert check_fidelity("rest your swollen knee and ankle", "- resting knees").coverage == 0.5
    assert content_words("Hi, the knees are swollen") == content_words("swollen knee")


def test_unsupported_numbers_are_those_no_text_supports() -> None:
    assert unsupported_numbers("- 5 mg for two weeks\n- at 40 years", "I am 40", "take 5 mg") == ("2",)


VOCABULARY = "take 2 two 2.5 mg daily twice times a every day not no never avoid so for to one twenty hundred and - b12"
WORDS = st.lists(st.sampled_from(VOCABULARY.split()), min_size=1)


@given(WORDS.map(" ".join))
def test_a_text_is_always_faithful_to_itself(text: str) -> None:
    report = check_fidelity(text, Outline((Node(text),)))
    assert report.faithful is not False  # None where numbers alone leave the language unknown
    assert report.coverage == 1


@pytest.mark.parametrize(
    "number",
    [
        "9" * 40 + " mg",
        "9" * 27 + " g",
        "8" * 300 + "s",
        f"{'7' * 40}-{'7' * 41} weeks",
        "one hundred " * 40,
        "5 million" * 9,
    ],
)
def test_a_number_of_a_model_that_loops_is_unsupported(number: str) -> None:
    assert unsupported_numbers(f"- take {number}", "it hurts", "rest")


@pytest.mark.parametrize("mark", ["/", "-", " ", "x"])
def test_a_range_has_a_bounded_length_so_that_a_loop_is_read_in_time(mark: str) -> None:
    """Each number is read with the unit of its range: over a range without an end that is a square of steps."""
    short, long = (find_quantities(mark.join(["7"] * count) + " cm") for count in (20, 400))
    assert {quantity.form for quantity in short} == {"7cm"}
    assert long[0].form == "7"
    assert sum(quantity.form == "7cm" for quantity in long) < 40
