import random
from dataclasses import replace

import pytest

from prep import duplicates
from prep.config import Chat
from prep.consultation import Consultation
from prep.splits import SPLITS, Split, split
from tests.prep.conftest import make_rows

CHAT = Chat(system="{structure}", seed=7, validation=0.1, test=0.2, near_duplicate=0.6, tokenizer=None)


def consultations(count: int, seed: int = 1) -> list[Consultation]:
    rows = make_rows(count, seed)
    return [
        Consultation(i, row["Description"], row["Patient"], row["Doctor"], row["Status"]) for i, row in enumerate(rows)
    ]


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
    where = {i: name for name in SPLITS for i in parts.rows[name]}
    sets = {i: duplicates.shingles(rows[i].question()) for i in where}
    return [
        (one, other)
        for one in where
        for other in where
        if one < other and where[one] != where[other] and duplicates.similarity(sets[one], sets[other]) >= 0.6
    ]


def test_near_duplicates_never_cross_a_split() -> None:
    rows = with_near_duplicates()
    parts = split(rows, [], CHAT)
    assert pairs_across(rows, parts) == []
    assert len(parts.duplicates) == 6
    assert sum(map(len, parts.rows.values())) == 72
    assert len(parts.rows["test"]) == 14
    assert len(parts.rows["validation"]) == 7


def test_the_same_question_with_another_reply_is_a_near_duplicate() -> None:
    rows = consultations(40)
    rows.append(altered(rows[0], 40, doctor=consultations(1, seed=9)[0].reply))
    for seed in range(5):
        assert pairs_across(rows, split(rows, [], CHAT.model_copy(update={"seed": seed}))) == []


def test_every_row_is_in_one_place() -> None:
    rows = with_near_duplicates()
    parts = split(rows, rows[:3], CHAT)
    placed = [*parts.duplicates, *parts.held_out, *(i for name in SPLITS for i in parts.rows[name])]
    assert sorted(placed) == list(range(len(rows)))


def test_held_out_questions_and_their_like_are_not_trained_on() -> None:
    rows = consultations(30)
    question = altered(rows[4], 0, patient=rows[4].patient + " thanks", doctor="")
    assert split(rows, [question], CHAT).held_out == [4]


def test_the_seed_decides_and_decides_alike() -> None:
    rows = consultations(60)
    assert split(rows, [], CHAT) == split(rows, [], CHAT)
    assert split(rows, [], CHAT) != split(rows, [], CHAT.model_copy(update={"seed": 8}))


def test_a_row_more_moves_few_others() -> None:
    rows = consultations(61)
    before, after = split(rows[:60], [], CHAT), split(rows, [], CHAT)
    assert len(set(before.rows["test"]) ^ set(after.rows["test"])) <= 4


@pytest.mark.parametrize(("count", "expected"), [(0, (0, 0, 0)), (1, (1, 0, 0)), (2, (2, 0, 0)), (3, (1, 1, 1))])
def test_few_rows_still_leave_some_for_training(count: int, expected: tuple[int, int, int]) -> None:
    parts = split(consultations(count), [], CHAT)
    assert tuple(len(parts.rows[name]) for name in SPLITS) == expected


def test_a_group_too_large_for_a_small_split_is_trained_on() -> None:
    row = consultations(1)[0]
    rows = [altered(row, i, patient=f"{row.patient} {'abcdefghij'[i]}") for i in range(10)]
    parts = split(rows, [], CHAT)
    assert len(parts.rows["train"]) == 10


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("take 5mg of it daily", "Take 5 mg, of it daily!", True),
        ("my left knee hurts when I climb the stairs at work", "my left knee hurts when I climb stairs at work", True),
        ("my left knee hurts when I climb", "an itchy rash spreads on my back", False),
        ("", "", True),
        ("a", "b", False),
    ],
)
def test_what_counts_as_near(one: str, other: str, near: bool) -> None:
    groups = duplicates.groups([(one,), (other,)], 0.6)
    assert (groups[0] == groups[1]) is near
