"""What engine ray keeps on the disk, without Ray: the journals of its blocks and the purse of its actors."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.teacher_server import ChatServer
from llm import Journal, Usage
from llm.request import NotSent
from prep.engines.ray_layout import Layout, block_of
from prep.engines.ray_purse import Purse, fill
from prep.engines.ray_shards import recorded_usage
from settings import UserError
from tests.prep.conftest import Run, consultation, make_rows, plain

BLOCKS = 5
RAY = ("engine=ray", f"ray.blocks={BLOCKS}")


def part(journal: Path, out: Path) -> None:
    """Make of a journal what engine ray would have left of the same answers."""
    with Layout(out, BLOCKS) as layout:
        layout.part([], "stamp")
        for line in journal.read_text().splitlines():
            subject = json.loads(line).get("subject")
            for number in [block_of(subject, BLOCKS)] if subject else range(BLOCKS):
                with layout.block(number).journal.open("a") as file:
                    file.write(line + "\n")


def test_a_dry_run_reads_the_blocks_of_engine_ray_as_one_journal(
    server: ChatServer, source, prep: Run, tmp_path: Path, capsys
) -> None:
    rows = source(make_rows(20))
    assert prep(rows, tmp_path / "local", "--limit", "3") == 0
    part(tmp_path / "local/journal.jsonl", tmp_path / "ray")
    left = {path: path.read_bytes() for path in tmp_path.glob("ray/blocks/*")}
    asked = len(server.seen)
    capsys.readouterr()
    assert prep(rows, tmp_path / "local", "--dry-run") == 0
    wanted = plain(capsys.readouterr().out)
    assert "done, from the journal 3" in wanted
    assert "17 first answers" in wanted
    assert prep(rows, tmp_path / "ray", "--dry-run", *RAY) == 0
    assert plain(capsys.readouterr().out) == wanted
    assert len(server.seen) == asked
    assert {path: path.read_bytes() for path in tmp_path.glob("ray/blocks/*")} == left


def test_a_dry_run_refuses_what_the_run_would_refuse(server: ChatServer, source, prep: Run, tmp_path: Path) -> None:
    rows = source(make_rows(4))
    assert prep(rows, tmp_path / "local") == 0
    part(tmp_path / "local/journal.jsonl", tmp_path / "ray")
    for out, arguments, message in (
        ("ray", (), "holds the answers of engine ray: engine local"),
        ("ray", ("engine=ray", "ray.blocks=6"), "blocks must stay 5"),
        ("local", RAY, "holds the answers of another engine"),
    ):
        with pytest.raises(UserError, match=message):
            prep(rows, tmp_path / out, "--dry-run", *arguments)


def test_a_dry_run_of_engine_ray_leaves_nothing(source, prep: Run, tmp_path: Path, capsys) -> None:
    assert prep(source(make_rows(4)), tmp_path / "ray", "--dry-run", *RAY) == 0
    assert "4 first answers" in plain(capsys.readouterr().out)
    assert not (tmp_path / "ray").exists()


@contextmanager
def held_for(path: Path, seconds: float) -> Iterator[None]:
    """Hold a journal, as an actor does that is still about to die."""
    journal = Journal(path, 5)
    timer = threading.Timer(seconds, journal.close)
    timer.start()
    try:
        yield
    finally:
        timer.join()


def test_what_was_paid_is_known_once_the_actors_of_a_killed_run_have_ended(tmp_path: Path, capsys) -> None:
    paths = [tmp_path / "one", tmp_path / "two"]
    for path in paths:
        with Journal(path, 5) as journal:
            usage = Usage(1, 10, 0, 5).as_dict()
            entry = {"fingerprint": path.name, "subject": "s", "turn": 1, "response": {}, "error": None}
            journal.record({**entry, "usage": usage, "attempt": 1, "seconds": 0.1})
    with held_for(paths[0], 0.7), held_for(paths[1], 0.7):
        assert recorded_usage(paths, 5) == Usage(2, 20, 0, 10)
    assert capsys.readouterr().err.count("waiting until the actors of an earlier run have ended") == 1
    assert recorded_usage(paths, 5) == Usage(2, 20, 0, 10)
    assert not capsys.readouterr().err


def test_a_journal_that_stays_held_is_one_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("prep.engines.ray_shards._PATIENCE", 0.1)
    with Journal(tmp_path / "one", 5), pytest.raises(UserError, match="another run is writing this journal"):
        recorded_usage([tmp_path / "one"], 5)


def test_the_block_of_a_row_depends_on_what_it_says_alone() -> None:
    rows = [consultation(f"rest for {index} days", index) for index in range(200)]
    blocks = [block_of(row.identity(), 8) for row in rows]
    assert blocks == [block_of(consultation(row.reply, 0).identity(), 8) for row in rows]
    assert set(blocks) == set(range(8))


def test_actors_never_take_more_than_is_in_the_purse(tmp_path: Path) -> None:
    fill(tmp_path / "purse", 1.0)
    spent = [0.0, 0.0, 0.0]
    purses = [Purse(tmp_path / "purse", lambda actor=actor: spent[actor]) for actor in range(3)]
    refused = 0
    for step in range(300):
        actor = step % 3
        try:
            with purses[actor].hold(0.01):
                spent[actor] += 0.01
        except NotSent:
            refused += 1
    assert sum(spent) <= 1.0 + 1e-6
    assert sum(spent) > 0.9
    assert refused
