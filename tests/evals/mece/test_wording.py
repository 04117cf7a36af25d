"""What the words tell where embeddings are blind."""

import pytest

from evals.mece.facts import key_facts
from evals.mece.wording import (
    ONE_DENIES,
    ONE_FRAME,
    OTHER_NUMBERS,
    contradiction,
    difference,
    echoes,
    is_empty_heading,
    plain,
    uncounted,
)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ("Take ibuprofen 400 mg", "Take ibuprofen 200 mg", OTHER_NUMBERS),
        ("Take 0.5 g in the morning", "Take 500 mg in the morning", None),
        ("Take ibuprofen", "Take ibuprofen 400 mg twice a day", None),
        ("Swimming is safe", "Swimming is not safe", ONE_DENIES),
        ("Surgery is needed", "Without a fever, wait at home", None),
        ("X-ray of the chest", "X-ray of the pelvis", ONE_FRAME),
        ("Before the operation", "After the operation", ONE_FRAME),
        ("Painkillers", "Tablets against the pain", None),
        ("Rest the knee", "Rest the knee", None),
    ],
)
def test_texts_that_read_alike_are_told_apart_by_their_words(first: str, second: str, reason: str | None) -> None:
    assert difference(first, second) == difference(second, first) == reason


def test_a_point_may_tell_a_fact_in_a_synonym_but_not_with_another_number() -> None:
    assert contradiction("use a soft brush on the gums", "use a soft sponge on the gums") is None
    assert contradiction("use 5 drops", "use 2 drops") == OTHER_NUMBERS


@pytest.mark.parametrize("text", ["Section 1", "Other", "", "**Details:**", "3.", "Further information", "Part B"])
def test_a_heading_without_a_word_of_its_own_is_empty(text: str) -> None:
    assert is_empty_heading(text)


@pytest.mark.parametrize("text", ["Section of the nerve", "Other medicines", "Details of the dose", "Diet"])
def test_a_heading_that_names_something_is_not_empty(text: str) -> None:
    assert not is_empty_heading(text)


def test_an_answer_in_the_words_of_the_question_is_no_echo() -> None:
    question = "Can you take ibuprofen with warfarin?"
    assert echoes("take ibuprofen with warfarin", question)
    assert not echoes("No: never take ibuprofen with warfarin", question)
    assert not echoes("Yes, take ibuprofen with warfarin", question)


@pytest.mark.parametrize(
    ("text", "echo"),
    [
        ("my heel hurts with the first steps", True),
        ("Question: my heel hurts with the first steps", True),
        ("morning, first steps: heel hurts", True),
        ("Heel pain", False),
        ("Roll a bottle under your heel with the first steps of the day", False),
        ("", False),
    ],
)
def test_a_text_in_the_words_of_the_question_alone_is_an_echo(text: str, echo: bool) -> None:
    assert echoes(text, "My heel hurts with the first steps in the morning, what is it?") == echo


def test_a_mere_count_is_left_out_and_an_amount_stays() -> None:
    assert uncounted("Rest 1") == uncounted("2. Rest") == "rest"
    assert uncounted("2 tablets") != uncounted("3 tablets")
    assert uncounted("Check vitamin B6") != uncounted("Check vitamin B12")
    assert uncounted("Take losartan 50") != uncounted("Take losartan 100")


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("**Rest:** the _knee_", "Rest: the knee"),
        ("see [here](http://x.y) ", "see here"),
        ("snake_case:", "snake_case"),
    ],
)
def test_markdown_is_not_encoded(markdown: str, text: str) -> None:
    assert plain(markdown) == text


def test_facts_are_the_clauses_of_a_reply_without_its_greetings() -> None:
    reply = (
        "hello welcome to our clinic you have a fungal infection of the groin so stop the steroid cream at once "
        "and apply clotrimazole cream twice a day I hope this helps"
    )
    facts = key_facts(reply)
    assert any("fungal infection" in fact for fact in facts)
    assert any("clotrimazole" in fact for fact in facts)
    assert not any("welcome" in fact or "hope" in fact for fact in facts)


def test_every_fact_stands_in_the_reply() -> None:
    reply = "Rest the knee for two days; ice helps. Take ibuprofen 400 mg, and see a doctor if it swells."
    assert len(key_facts(reply)) >= 3
    assert all(fact in reply for fact in key_facts(reply))


def test_a_reply_of_greetings_holds_no_fact() -> None:
    assert key_facts("hello, thank you") == ()
