import random
from pathlib import Path

import numpy as np
import pytest

from prep import duplicates, signatures
from prep.shingles import normal
from tests.prep.measured import shingles, similarity

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
    sets = [[shingles(part) for part in row] for row in rows]
    first = list(range(len(rows)))
    for later in range(len(rows)):
        for earlier in range(later):
            alike = zip(sets[earlier], sets[later], strict=True)
            if any(similarity(*pair) >= threshold for pair in alike):
                one, other = sorted((first[earlier], first[later]))
                first = [one if group == other else group for group in first]
    return first


@pytest.mark.parametrize("threshold", [0.3, 0.6, 0.9, 1.0])
@pytest.mark.parametrize("seed", range(5))
def test_groups_are_those_that_measuring_every_pair_gives(seed: int, threshold: float, tmp_path: Path) -> None:
    rows = planted(seed)
    found = duplicates.groups(rows, threshold, tmp_path)
    assert found.near.tolist() == measured(rows, threshold)
    plain = [normal(row[-1]) for row in rows]
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
    own = [letters(chance, 60) for _ in range(400)]
    with signatures.Signatures(tmp_path, 400, 0.6) as made:
        for part in own:
            made.add(f"hellodoctorthankyouforyourtimeihaveaquestionabout{part}")
        every = made.candidates(np.arange(400, dtype=np.uint32))
        assert sum(len(ones) for ones, _ in every) <= 64 * 6 * 400


def crowd(count: int, shared: int = 400) -> list[Row]:
    """Return rows that share so many of their 600 letters: any two of them are alike by 0.5 at 400, 0.58 at 440."""
    chance = random.Random(1)
    frame = letters(chance, shared)
    return [(frame + letters(chance, 600 - shared),) for _ in range(count)]


def letters(chance: random.Random, count: int) -> str:
    return "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=count))


@pytest.fixture
def measurements(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What each exact measurement gave."""
    found: list[float] = []
    measure = duplicates.similarity

    def noted(*pair) -> float:
        found.append(measure(*pair))
        return found[-1]

    monkeypatch.setattr(duplicates, "similarity", noted)
    return found


def test_rows_that_share_a_paragraph_are_not_all_measured(measurements: list[float], tmp_path: Path) -> None:
    # Of 320,000 pairs; without a bound the search would measure three in four.
    rows = crowd(800)
    assert duplicates.groups(rows, 0.6, tmp_path).near.tolist() == list(range(800))
    assert 0 < len(measurements) <= 40 * len(rows)


@pytest.mark.parametrize("shared", [400, 440])
def test_near_duplicates_are_found_among_rows_that_share_a_paragraph(shared: int, tmp_path: Path) -> None:
    """Rows of similarity 0.5 and 0.58, and near-duplicates of 0.76 of some."""
    rows = crowd(800, shared)
    chance = random.Random(2)
    near = [(rows[i][0][:520] + letters(chance, 80),) for i in range(0, 800, 20)]
    found = duplicates.groups([*rows, *near], 0.6, tmp_path).near.tolist()
    assert found == [*range(800), *range(0, 800, 20)]


def test_the_same_rows_give_the_same_groups(tmp_path: Path) -> None:
    rows = [*crowd(400), *planted(1, 100)]
    found = [duplicates.groups([row[:1] for row in rows], 0.45, tmp_path).near.tolist() for _ in range(2)]
    assert found[0] == found[1]
    assert len(set(found[0])) > 1


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
