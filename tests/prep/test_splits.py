import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from prep.config import Chat
from prep.consultation import Consultation
from prep.splits import PLACES, SPLITS, Split, split
from tests.prep.measured import shingles, similarity
from tests.prep.stored import consultations, failed, kept, stored

CHAT = Chat(system="{structure}", seed=7, validation=0.1, test=0.2, near_duplicate=0.6, tokenizer=None)

Parted = Callable[..., Split]


@pytest.fixture
def parted(tmp_path: Path) -> Parted:
    """Split rows, all of them kept, in the order in which they are given."""

    def part(rows: Sequence[Consultation], questions: Sequence[Consultation] = (), chat: Chat = CHAT) -> Split:
        conversions = [kept(replace(row, index=i)) for i, row in enumerate(rows)]
        with stored(tmp_path, conversions) as store:
            return split(store, questions, chat, tmp_path)

    return part


def rows_of(parts: Split, place: str) -> list[int]:
    return [i for i, code in enumerate(parts.codes) if PLACES[code] == place]


def altered(row: Consultation, index: int, **changes: str) -> Consultation:
    return replace(row, index=index, **changes)


def with_near_duplicates() -> list[Consultation]:
    """Sixty rows; every fifth comes again with one word of the question changed, and every tenth as it is."""
    rows = consultations(60)
    near = [altered(row, 100 + row.index, patient=f"zebra {row.patient}") for row in rows[::5]]
    same = [altered(row, 200 + row.index, doctor=f"{row.reply.upper()} !") for row in rows[::10]]
    mixed = [*rows, *near, *same]
    random.Random(3).shuffle(mixed)
    return mixed


def pairs_across(rows: list[Consultation], parts: Split) -> list[tuple[int, int]]:
    """Near-duplicates that stand in different splits, found by measuring every pair."""
    where = {i: name for name in SPLITS for i in rows_of(parts, name)}
    sets = {i: shingles(rows[i].question()) for i in where}
    return [
        (one, other)
        for one in where
        for other in where
        if one < other and where[one] != where[other] and similarity(sets[one], sets[other]) >= 0.6
    ]


def test_near_duplicates_never_cross_a_split(parted: Parted) -> None:
    rows = with_near_duplicates()
    parts = parted(rows)
    assert pairs_across(rows, parts) == []
    assert {place: parts.count(place) for place in PLACES} == {
        "train": 51,
        "validation": 7,
        "test": 14,
        "duplicate": 6,
        "held out": 0,
    }


def test_the_same_question_with_another_reply_is_a_near_duplicate(parted: Parted) -> None:
    rows = consultations(40)
    rows.append(altered(rows[0], 40, doctor=consultations(1, seed=9)[0].reply))
    for seed in range(5):
        assert pairs_across(rows, parted(rows, chat=CHAT.model_copy(update={"seed": seed}))) == []


def test_held_out_questions_and_their_like_are_not_trained_on(parted: Parted) -> None:
    rows = consultations(30)
    question = altered(rows[4], 0, patient=rows[4].patient + " thanks", doctor="")
    assert rows_of(parted(rows, [question]), "held out") == [4]


def test_the_seed_decides_and_decides_alike(parted: Parted) -> None:
    rows = consultations(60)
    assert parted(rows) == parted(rows)
    assert parted(rows) != parted(rows, chat=CHAT.model_copy(update={"seed": 8}))


def test_rows_without_an_outline_and_the_order_in_which_rows_were_made_make_no_difference(tmp_path: Path) -> None:
    rows = with_near_duplicates()
    good = [kept(replace(row, index=2 * i)) for i, row in enumerate(rows)]
    bad = [failed(replace(row, index=2 * i + 1)) for i, row in enumerate(rows[:9])]
    with stored(tmp_path, good) as store:
        parts = split(store, rows[:2], CHAT, tmp_path)
    for order in range(2):
        with stored(tmp_path, [*good, *bad], order) as store:
            assert split(store, rows[:2], CHAT, tmp_path) == parts


def test_a_row_more_moves_few_others(parted: Parted) -> None:
    rows = consultations(61)
    before, after = parted(rows[:60]), parted(rows)
    assert len(set(rows_of(before, "test")) ^ set(rows_of(after, "test"))) <= 4


@pytest.mark.parametrize(("count", "expected"), [(0, [0, 0, 0]), (1, [1, 0, 0]), (2, [2, 0, 0]), (3, [1, 1, 1])])
def test_few_rows_still_leave_some_for_training(parted: Parted, count: int, expected: list[int]) -> None:
    parts = parted(consultations(count))
    assert [parts.count(name) for name in SPLITS] == expected


def test_a_group_too_large_for_a_small_split_is_trained_on_and_told_of(parted: Parted, caplog) -> None:
    row = consultations(1)[0]
    rows = [altered(row, i, patient=f"{row.patient} {'abcdefghij'[i]}") for i in range(10)]
    assert parted(rows).count("train") == 10
    (warning,) = caplog.messages
    assert "0 of 2 rows for test and 0 of 1 rows for validation: 10 of 10 rows are one group" in warning
    assert "hint:" in warning


def test_one_large_group_beside_enough_others_leaves_the_splits_whole(parted: Parted, caplog) -> None:
    rows = consultations(60)
    linked = [altered(rows[0], 60 + i, patient=f"{rows[0].patient} {'abcdefghij'[i % 10]}{i}") for i in range(60)]
    parts = parted([*rows, *linked])
    assert (parts.count("test"), parts.count("validation")) == (24, 12)
    assert not caplog.messages
