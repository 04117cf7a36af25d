"""Every rating is stored once, whoever sends it how often."""

import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from evals.review.plan import Study
from evals.review.ratings import AXES, Rating
from evals.review.store import RatingStore
from settings import UserError
from tests.evals.review.simulated import rating, simulate


@pytest.fixture
def said(study: Study) -> Rating:
    return rating(study, "anna", study.showings("anna")[0], dict.fromkeys(AXES, "left"))


def test_what_is_sent_twice_is_stored_once_and_a_late_one_changes_nothing(tmp_path: Path, said: Rating) -> None:
    store = RatingStore(tmp_path / "r.sqlite")
    corrected = replace(said, verdicts=dict.fromkeys(AXES, "tie"), comment="\u202e\0", sent=said.sent + 5)
    assert [store.put(each) for each in (said, said, corrected, said, corrected)] == [True, False, True, False, False]
    assert store.ratings() == [corrected]
    assert store.get("anna", 0) == corrected
    assert store.get("anna", 1) is None
    store.close()
    assert RatingStore(tmp_path / "r.sqlite").ratings() == [corrected]


def test_a_change_keeps_the_time_of_the_first_sending(tmp_path: Path, said: Rating) -> None:
    store = RatingStore(tmp_path / "r.sqlite")
    store.put(said)
    store.put(replace(said, created="later", updated="later", sent=said.sent + 1))
    (kept,) = store.ratings()
    assert (kept.created, kept.updated) == (said.created, "later")


def test_two_processes_and_many_threads_disturb_nobody(tmp_path: Path, study: Study) -> None:
    stores = [RatingStore(tmp_path / "r.sqlite") for _ in range(2)]
    for store in stores:
        store.claim(study)
    raters = [f"rater {number}" for number in range(8)]
    made = {
        rater: simulate(study, [rater], dict.fromkeys(("quillon-base", "zephyrine-tuned"), 0.0), 0.2, 1)
        for rater in raters
    }

    def send(number: int) -> None:
        for each in made[raters[number]] * 2:
            stores[number % 2].put(each)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(len(raters))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stores[0].ratings() == [each for rater in raters for each in made[rater]]
    assert stores[1].done("rater 3") == list(range(12))


def test_the_file_survives_a_crash_of_the_machine(tmp_path: Path) -> None:
    store = RatingStore(tmp_path / "r.sqlite")
    found = [store._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert found == ["wal", 2]


def test_a_file_of_something_else_is_left_alone(tmp_path: Path, study: Study) -> None:
    text, other, mine = (tmp_path / name for name in ("a.txt", "b.sqlite", "c.sqlite"))
    text.write_text("no database " * 100)
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE notes (a)")
    before = other.read_bytes()
    for path, message in ((text, "file is not a database"), (other, "this SQLite file holds no ratings")):
        with pytest.raises(UserError, match=message):
            RatingStore(path)
    assert other.read_bytes() == before
    with pytest.raises(UserError, match="cannot be kept here"):
        RatingStore(tmp_path)
    RatingStore(mine).claim(study)
    with pytest.raises(UserError, match="ratings of the run 'trial', not of 'other'"):
        RatingStore(mine).claim(replace(study, run="other"))
    with pytest.raises(UserError, match="begun on seed 3, not 4"):
        RatingStore(mine).claim(replace(study, seed=4))
    items = (replace(study.items[0], digest="0" * 16), *study.items[1:])
    with pytest.raises(UserError, match="begun on other answers"):
        RatingStore(mine).claim(replace(study, items=items))
