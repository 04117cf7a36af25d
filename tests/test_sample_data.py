"""The sample that ships: enough of it, as varied as the public dataset, and no two rows alike."""

from pathlib import Path

from settings import read_jsonl

SAMPLE = Path(__file__).parent.parent / "data/sample"
TRAINED = read_jsonl(SAMPLE / "consultations.jsonl")
HELD_OUT = read_jsonl(SAMPLE / "questions.jsonl")
PATTERN = 6  # words in a row that two consultations may not share


def patterns(row: dict) -> set[tuple[str, ...]]:
    texts = [(row[field] or "").lower().split() for field in ("Patient", "Doctor")]
    return {tuple(words[at : at + PATTERN]) for words in texts for at in range(len(words) - PATTERN + 1)}


def test_there_are_enough_rows_and_two_have_no_reply() -> None:
    assert len(TRAINED) >= 240
    assert sum(row["Doctor"] is None for row in TRAINED) == 2
    assert len(HELD_OUT) >= 48
    assert all(row["Doctor"] for row in HELD_OUT)


def test_every_row_has_the_public_columns_and_a_known_severity() -> None:
    for row in TRAINED + HELD_OUT:
        assert list(row) == ["Description", "Patient", "Doctor", "Status"]
        assert row["Status"] in {"low severity", "medium severity", "high severity"}


def test_doctors_write_in_sentences() -> None:
    for row in TRAINED + HELD_OUT:
        reply = row["Doctor"]
        assert not reply or (reply[0] == reply[0].upper() and reply.endswith((".", "?", "!"))), reply


def test_no_two_rows_share_a_sentence_pattern() -> None:
    seen: dict[tuple[str, ...], int] = {}
    for number, row in enumerate(TRAINED + HELD_OUT):
        for pattern in patterns(row):
            assert seen.setdefault(pattern, number) == number, f"rows {seen[pattern]} and {number}: {' '.join(pattern)}"


def test_replies_run_from_one_sentence_to_very_long_and_hold_doses_and_negations() -> None:
    replies = [row["Doctor"].split() for row in TRAINED if row["Doctor"]]
    assert sum(len(words) <= 15 for words in replies) >= 10
    assert sum(len(words) >= 250 for words in replies) >= 8
    assert sum("mg" in words for words in replies) >= 60
    assert sum(bool({"not", "no", "never", "without", "cannot"} & set(words)) for words in replies) >= 200
