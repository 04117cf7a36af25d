import random
from pathlib import Path

import numpy as np
import pytest

from prep import duplicates, signatures

Row = tuple[str, ...]
WORDS = [f"{a}{b}{c}" for a in ("ba", "ke", "so", "nu") for b in ("ri", "lo", "ma") for c in ("t", "nd", "x", "s", "")]


def planted(seed: int, count: int = 60) -> list[Row]:
    """Return rows of two texts with repetitions and near-duplicates of all degrees, some in chains."""
    chance = random.Random(seed)
    rows: list[Row] = []
    while len(rows) < count:
        old = chance.choice(rows) if rows and chance.random() < 0.6 else None
        rows.append(tuple(text(chance, old[place] if old else None) for place in range(2)))
    return rows


def text(chance: random.Random, old: str | None) -> str:
    if old is None or chance.random() < 0.3:
        return " ".join(chance.choices(WORDS, k=chance.choice([0, 1, 5, 20, 40])))
    words = old.split()
    for _ in range(chance.choice([0, 1, 3, 8])):
        words.insert(chance.randint(0, len(words)), chance.choice(WORDS))
    return chance.choice([str.upper, str.strip])(" ".join(words))


def measured(rows: list[Row], threshold: float) -> list[int]:
    """Return the first row of each row's group, found by measuring every pair."""
    sets = [[duplicates.shingles(part) for part in row] for row in rows]
    first = list(range(len(rows)))
    for later in range(len(rows)):
        for earlier in range(later):
            alike = zip(sets[earlier], sets[later], strict=True)
            if any(duplicates.similarity(*pair) >= threshold for pair in alike):
                one, other = sorted((first[earlier], first[later]))
                first = [one if group == other else group for group in first]
    return first


@pytest.mark.parametrize("threshold", [0.3, 0.6, 0.9, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_groups_are_those_that_measuring_every_pair_gives(seed: int, threshold: float, tmp_path: Path) -> None:
    rows = planted(seed)
    found = duplicates.groups(rows, threshold, tmp_path)
    assert found.near.tolist() == measured(rows, threshold)
    plain = [duplicates.normal(row[-1]) for row in rows]
    assert found.same.tolist() == [plain.index(text) for text in plain]


def test_rows_written_in_many_parts_are_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = planted(7)
    whole = duplicates.groups(rows, 0.6, tmp_path)
    monkeypatch.setattr(signatures, "_CHUNK", 7)
    assert duplicates.groups(rows, 0.6, tmp_path).near.tolist() == whole.near.tolist()


def test_a_crowd_of_one_text_is_one_group(tmp_path: Path) -> None:
    rows = [("I cough since monday, what can I take?",)] * 3000
    assert set(duplicates.groups(rows, 0.6, tmp_path).near.tolist()) == {0}


def test_a_crowd_of_nearly_one_text_is_one_group(tmp_path: Path) -> None:
    rows = [(f"I cough since monday and have a fever of {i} degrees, what can I take?",) for i in range(1000)]
    assert set(duplicates.groups(rows, 0.6, tmp_path).near.tolist()) == {0}


def test_a_crowd_with_the_same_frame_costs_no_more_than_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signatures, "_REACH", 5)
    chance = random.Random(1)
    own = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=60)) for _ in range(400)]
    with signatures.Signatures(tmp_path, 400, 0.6) as made:
        for part in own:
            made.add(f"hellodoctorthankyouforyourtimeihaveaquestionabout{part}")
        every = made.candidates(np.arange(400, dtype=np.uint32))
        assert sum(len(ones) for ones, _ in every) <= 64 * 6 * 400


def test_nothing_is_left_in_the_folder(tmp_path: Path) -> None:
    duplicates.groups(planted(1), 0.6, tmp_path)
    with pytest.raises(IndexError):
        duplicates.groups([*planted(1), ()], 0.6, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("take 5mg of it daily", "Take 5 mg, of it daily!", True),
        ("my left knee hurts when I climb the stairs at work", "my left knee hurts when I climb stairs at work", True),
        ("my left knee hurts when I climb", "an itchy rash spreads on my back", False),
        ("", "", True),
        ("a", "b", False),
        ("a\ud800b", "a\ud800b", True),
    ],
)
def test_what_counts_as_near(one: str, other: str, near: bool, tmp_path: Path) -> None:
    groups = duplicates.groups([(one,), (other,)], 0.6, tmp_path).near.tolist()
    assert (groups[0] == groups[1]) is near
