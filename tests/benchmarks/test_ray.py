"""The measurements of engine ray on small numbers, without Ray."""

import os
import signal
from pathlib import Path

import numpy as np
import pytest

from benchmarks import ray_scale, ray_speed
from benchmarks.process import teacher_server
from benchmarks.ray_rows import write_many
from benchmarks.ray_speed import Look
from prep import duplicates
from settings import UserError, read_jsonl


@pytest.fixture(autouse=True)
def _in_the_root(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)


def test_rows_by_the_thousand_are_mostly_of_their_own(tmp_path: Path) -> None:
    for name in ("one", "other"):
        write_many(tmp_path / name, 2000)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()
    rows = [(row["Patient"], f"{row['Patient']}\n{row['Doctor']}") for row in read_jsonl(tmp_path / "one")]
    found = duplicates.groups(rows, 0.6, tmp_path)
    _, sizes = np.unique(found.near, return_counts=True)
    assert 0.88 < len(sizes) / len(rows) < 0.97
    assert sizes.max() < 20
    assert 0 < (found.same != np.arange(2000)).sum() < 100


def look(seconds: float, answered: int, **cpu: float) -> Look:
    return Look(seconds, answered, machine=sum(cpu.values()) + seconds / 4, cpu=cpu)


def test_only_the_middle_of_a_run_is_counted() -> None:
    start, end = look(0, 0, server=9, driver=9), look(100, 100, server=90, driver=90)
    middle = [look(10 + i, 20 + 6 * i, server=10 + 0.1 * i, driver=10 + 0.6 * i, actor=1 + 0.9 * i) for i in range(11)]
    found = ray_speed.figures([start, look(9, 1, server=9.5, driver=9.9), *middle, end])
    assert found["answers a second"] == pytest.approx(6)
    assert found["CPU s a 1,000 answers"] == {"actor": 150.0, "driver": 100.0, "server": pytest.approx(16.667)}
    assert found["cores used"] == pytest.approx(1.6)
    assert found["cores used by others"] == pytest.approx(0.25)


def test_the_ratio_by_cpu_time_counts_every_process_of_ray_and_the_server() -> None:
    local = {"answers a second": 100, "CPU s a 1,000 answers": {"driver": 6.0, "server": 1.0}}
    ray = {"answers a second": 150, "CPU s a 1,000 answers": {"driver": 1.0, "actor": 6.0, "server": 1.0}}
    found = ray_speed.compared([{"local": local, "ray": ray}] * 3)
    assert found["ratio"] == 1.5
    assert found["ratio by CPU time"] == 1.5


@pytest.mark.parametrize(("later", "passed"), [(210.0, True), (240.0, False)])
def test_a_process_that_grows_after_the_first_tenth_is_found(later: float, passed: bool) -> None:
    looks = [
        ray_scale.Look(float(second), pid, kind, later if kind == "actor" and second > 50 else 200.0, 300.0)
        for second in range(101)
        for pid, kind in ((1, "driver"), (2, "actor"))
    ]
    found = ray_scale.figures(1000, 100.0, looks)
    assert found["passed"] is passed
    assert found["memory"]["driver"]["grew"] == 0
    assert found["rows a second while converting"] == 10


def test_a_process_above_the_limit_is_found() -> None:
    looks = [ray_scale.Look(float(second), 1, "actor", 100.0, 501.0) for second in range(101)]
    assert not ray_scale.figures(1000, 100.0, looks)["passed"]


def test_a_server_that_somebody_killed_is_one_message() -> None:
    with teacher_server([], None) as server:
        server.check()
        os.kill(server.pid, signal.SIGKILL)
        os.waitid(os.P_PID, server.pid, os.WEXITED | os.WNOWAIT)
        with pytest.raises(UserError, match="was ended by signal 9"):
            server.stats()
