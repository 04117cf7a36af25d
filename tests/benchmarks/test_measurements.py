"""The harness on small numbers: does each measurement measure what it says?"""

import statistics
from pathlib import Path
from typing import Any

import pytest

from benchmarks import prep, prep_kill, prep_scale
from benchmarks.answer_length import CORRELATION, SPREAD, AnswerLengths, spread_of
from benchmarks.process import Run, Sample, Server, run, teacher_server
from benchmarks.rows import make_rows, write_rows
from benchmarks.scenario import Scenario
from benchmarks.starts import Point, Starts
from benchmarks.teacher_server import outline_of
from outline import StructureSpec, check_compliance, check_fidelity
from settings import UserError

SMALL = Scenario(
    rows=30,
    concurrency=16,
    median=0.05,
    sigma=0.3,
    rate_429=0.05,
    rate_500=0.05,
    rate_reset=0.05,
    retry_after=1,
    seed=1,
)


@pytest.fixture(autouse=True)
def _in_the_root(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)


def test_rows_are_the_same_each_time_and_no_two_alike() -> None:
    rows = make_rows(500)
    assert rows == make_rows(500)
    for field in ("Patient", "Doctor"):
        assert len({row[field] for row in rows}) == len(rows)


def test_outlines_of_made_up_rows_pass(spec: StructureSpec) -> None:
    for row in make_rows(100):
        outline = outline_of(row["Doctor"])
        assert check_compliance(outline, spec).compliant
        assert check_fidelity(row["Doctor"], outline, row["Patient"]).faithful, outline


def test_a_process_is_measured_with_its_children(tmp_path: Path) -> None:
    script = tmp_path / "burn.py"
    script.write_text(
        "import multiprocessing, time\n"
        "def burn(_):\n"
        "    held = bytearray(50_000_000)\n"
        "    end = time.process_time() + 0.6\n"
        "    while time.process_time() < end: pass\n"
        "if __name__ == '__main__':\n"
        "    with multiprocessing.Pool(2) as pool: pool.map(burn, range(2))\n",
        encoding="utf-8",
    )
    finished = run(["burn"], None, tmp_path / "log.txt", {"PYTHONPATH": str(tmp_path)})
    assert finished.status == 0, finished.output
    assert finished.cpu >= 1.2
    assert finished.peak() > 90_000_000


def test_cpu_between_two_times_is_read_off_the_samples() -> None:
    samples = tuple(Sample(time=float(at), cpu=at / 2, memory=at) for at in range(11))
    finished = Run(0, started=0, ended=10, cpu=5, samples=samples, output="")
    assert finished.cpu_between(2, 4.5) == pytest.approx(1.25)
    assert finished.cpu_between(0, 99) == pytest.approx(5)
    assert (finished.peak(3.5), finished.peak()) == (3, 10)


def test_ratios_are_taken_round_by_round() -> None:
    def runs(*rates: float) -> list[dict[str, Any]]:
        return [dict.fromkeys(prep.COMPARED, rate) for rate in rates]

    measured = {"ours": runs(20.0, 8.0), "langchain": runs(10.0, 2.0)}
    ratio = {"median": 3.0, "each": [2.0, 4.0]}
    assert prep.ratios(measured) == {"langchain": dict.fromkeys(prep.COMPARED, ratio)}


@pytest.mark.slow
@pytest.mark.parametrize("client", ["ours", "langchain", "processes"])
def test_a_client_answers_every_row_and_pays_once(tmp_path: Path, client: str) -> None:
    if client == "langchain":
        pytest.importorskip("langchain_openai")
    with teacher_server(SMALL.server(), None) as server:
        figures = prep.measure(client, SMALL, server, None, tmp_path)
    assert figures["status"] == 0, (tmp_path / f"{client}.log").read_text(encoding="utf-8")
    assert (figures["rows_lost"], figures["paid_twice"]) == (0, 0)
    assert figures["requests_per_second"] > 0
    assert 0 < figures["asking_cpu_ms_per_request"] < figures["cpu_ms_per_request"]


@pytest.mark.slow
def test_a_killed_run_is_told_from_a_whole_one(tmp_path: Path) -> None:
    source = write_rows(tmp_path / "rows.jsonl", SMALL.rows)
    with teacher_server([*SMALL.server(), *prep_kill.FAULTS], None) as server:
        starts = Starts(SMALL, source, server, None)
        starts.run(tmp_path / "whole", None)
        server.reset()
        sections = [starts.run(tmp_path / "killed", point) for point in (Point(10), None)]
        found = prep_kill.summary(SMALL, sections, server.stats(), tmp_path / "whole", tmp_path / "killed")
    assert [section.killed for section in sections] == [True, False]
    assert found["passed"], found["figures"]
    assert found["figures"]["rows lost"] == 0
    train = tmp_path / "killed/chat/train.jsonl"
    train.write_text("", encoding="utf-8")
    assert prep_kill.differences(tmp_path / "whole", tmp_path / "killed") == ["chat/train.jsonl"]


def test_kills_are_in_order_and_some_come_late() -> None:
    points = prep_kill.points(answers=1000, kills=20, seed=1)
    assert len(points) == 20
    assert [point.answers for point in points] == sorted(point.answers for point in points)
    assert [point.later > 0 for point in points] == [False] * 18 + [True] * 2


@pytest.mark.parametrize("independent", [False, True])
def test_simulated_time_comes_near_the_greedy_schedule(tmp_path: Path, independent: bool) -> None:
    scenario = Scenario(**{**SMALL.__dict__, "rows": 120, "median": 8.0, "sigma": 0.4})
    figures = prep_scale.measure(scenario, tmp_path / "scale", independent)
    assert figures["rows lost"] == 0
    assert figures["perfect schedule"] <= figures["makespan"]
    assert figures["makespan"] < 1.3 * figures["greedy schedule"]
    assert figures["CPU seconds"] < figures["makespan"]
    assert figures["sigma of the latencies"] == pytest.approx(0.4, abs=0.1)


def test_answers_are_as_long_and_as_foreseeable_as_they_were_measured() -> None:
    replies = [row["Doctor"] for row in make_rows(4000)]
    lengths = AnswerLengths(replies, seed=3)
    drawn = [lengths.of(reply) for reply in replies]
    assert spread_of(drawn, replies) == pytest.approx((SPREAD, CORRELATION), abs=0.03)
    assert statistics.median(drawn) == pytest.approx(1, abs=0.05)
    assert [AnswerLengths(replies, seed=3).of(reply) for reply in replies[:9]] == drawn[:9]


def test_a_sigma_below_that_of_the_lengths_is_one_message(run_module) -> None:
    finished = run_module("benchmarks", "prep-scale", "--sigma", "0.2", "--rows", "30")
    assert finished.returncode == 2
    assert "--sigma must be at least 0.356" in finished.stderr


def test_greedy_takes_the_first_free_place() -> None:
    assert prep_scale.greedy([4.0, 1.0, 1.0, 1.0, 5.0], 2) == 8.0


def test_an_unknown_client_is_one_message(run_module) -> None:
    finished = run_module("benchmarks", "prep", "--only", "ours,nobody")
    assert finished.returncode == 2
    assert "nobody is not known" in finished.stderr


def test_the_server_of_a_measurement_ends_with_it() -> None:
    with teacher_server([], None) as server:
        assert isinstance(server, Server)
        assert server.stats()["requests"] == 0
    with pytest.raises(UserError, match="ended with status 0"):
        server.stats()
