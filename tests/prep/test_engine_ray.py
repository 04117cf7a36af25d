"""The engine on Ray against the local one, on the same rows: one Ray for all, except where it is about its end."""

import json
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from benchmarks.teacher_server import Act, ChatServer, Seen
from settings import UserError, read_jsonl
from tests.prep.conftest import KEY, Run, contents, good, make_rows, outline_of, plain, reply_of, wait_for

BLOCKS = ("engine=ray", "ray.blocks=5")
RAY = (*BLOCKS, "ray.actors=1", "ray.cpus=0.5")
CONCURRENCY = 8
SAMPLE = Path("data/sample/consultations.jsonl")


@pytest.fixture(scope="module")
def ray() -> Iterator[Any]:
    """One Ray, which the engine joins; the key is not in the environment of its processes."""
    from prep.config import Ray
    from prep.engines.ray_cluster import cluster, ray

    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DEEPSEEK_API_KEY", raising=False)
        with cluster(Ray(actors=1, cpus=0.5, blocks=5, together=2)):
            yield ray


def data(out: Path) -> dict[str, bytes]:
    """The files of a dataset, without what is an engine's own."""
    return {name: held for name, held in contents(out).items() if not name.startswith("blocks/")}


def some_wrong(rows: list[dict[str, Any]]) -> Callable[[Seen, int], Act]:
    """Every third row needs a repair, the first is never right."""
    never, bad = rows[0]["Doctor"], {row["Doctor"] for row in rows[::3]}

    def script(seen: Seen, times: int) -> Act:
        refused = reply_of(seen) == never or (reply_of(seen) in bad and len(seen.body["messages"]) == 2)
        return Act(content="- flat") if refused else good(seen, times)

    return script


def slow(seen: Seen, times: int) -> Act:
    return Act(content=outline_of(reply_of(seen)), delay=0.2)


@pytest.mark.slow
def test_the_offline_teacher_makes_the_same_dataset(ray, prep: Run, tmp_path: Path) -> None:
    arguments = ("--teacher", "rules", "gate.min_success=0", "--limit", "80")
    assert prep(SAMPLE, tmp_path / "local", *arguments) == 0
    assert prep(SAMPLE, tmp_path / "ray", *arguments, *RAY) == 0
    assert data(tmp_path / "ray") == data(tmp_path / "local")
    assert prep(SAMPLE, tmp_path / "ray", *arguments, *RAY) == 0
    manifest = json.loads((tmp_path / "ray/manifest.json").read_text())
    assert manifest["journal"] == {}


@pytest.mark.slow
def test_a_hosted_teacher_makes_the_same_dataset_and_the_key_is_nowhere(
    ray, server: ChatServer, source, prep: Run, tmp_path: Path
) -> None:
    """With repairs, a row that fails, rows that say the same, and two actors."""
    rows = make_rows(30)
    given = source([*rows, *rows[:4]])
    server.script = some_wrong(rows)
    assert prep(given, tmp_path / "local") == 0
    asked = len(server.seen)
    assert prep(given, tmp_path / "ray", *BLOCKS, "ray.actors=2", "ray.cpus=0.5") == 0
    assert len(server.seen) == 2 * asked
    made, wanted = data(tmp_path / "ray"), data(tmp_path / "local")
    # It tells what happened, with the times of each request.
    assert made.pop("failed.jsonl")
    assert wanted.pop("failed.jsonl")
    assert made == wanted
    bills = [json.loads((tmp_path / name / "manifest.json").read_text())["usage"] for name in ("ray", "local")]
    assert bills[0] == bills[1]
    (failed, *_) = read_jsonl(tmp_path / "ray/failed.jsonl")
    assert (failed["index"], len(failed["requests"])) == (0, 3)
    places = [tmp_path / "ray", Path(ray._private.worker._global_node.get_session_dir_path())]
    files = [path for place in places for path in place.rglob("*") if path.is_file()]
    assert len(files) > 10
    assert not [path for path in files if KEY.encode() in path.read_bytes()]


def _workers() -> list[psutil.Process]:
    """The actors' processes; Ray gives them their title only some moments after they begin to work."""
    for _ in range(100):
        processes = psutil.Process().children(recursive=True)
        if found := [process for process in processes if "BlockConverter" in _title(process)]:
            return found
        time.sleep(0.05)
    return []


def _title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


@pytest.mark.slow
def test_an_actor_that_is_killed_loses_nothing(ray, server: ChatServer, source, prep: Run, tmp_path: Path) -> None:
    rows = make_rows(60)
    server.script = slow
    killed: list[int] = []

    def kill() -> None:
        wait_for(server, 20)
        for worker in _workers():
            killed.append(worker.pid)
            worker.kill()

    murderer = threading.Thread(target=kill)
    murderer.start()
    assert prep(source(rows), tmp_path / "killed", *RAY) == 0
    murderer.join()
    assert killed
    assert len(server.counts) == 60
    assert sum(server.counts.values()) - 60 <= CONCURRENCY
    server.script = good
    assert prep(source(rows), tmp_path / "whole") == 0
    assert data(tmp_path / "killed") == data(tmp_path / "whole")


@pytest.mark.slow
def test_a_driver_that_is_killed_is_taken_up_again(
    ray, server: ChatServer, source, prep: Run, start, tmp_path: Path
) -> None:
    rows = source(make_rows(60))
    server.script = slow
    driver = start(rows, tmp_path / "killed", *RAY, start_new_session=True)
    wait_for(server, 20)
    driver.kill()
    driver.wait()
    # Its actors end with it, and what they had in flight may be paid for once more.
    assert prep(rows, tmp_path / "killed", *RAY) == 0
    assert len(server.counts) == 60
    assert sum(server.counts.values()) - 60 <= CONCURRENCY
    server.script = good
    assert prep(rows, tmp_path / "whole") == 0
    assert data(tmp_path / "killed") == data(tmp_path / "whole")


@pytest.mark.slow
def test_an_interrupt_tells_what_was_paid_in_blocks_that_have_not_ended(
    server: ChatServer, source, start, tmp_path: Path
) -> None:
    rows = source(make_rows(60))
    server.script = slow
    for answers in (20, 30):
        driver = start(rows, tmp_path / "out", *RAY)
        wait_for(server, answers)
        driver.send_signal(signal.SIGINT)
        printed, _ = driver.communicate(timeout=60)
        assert driver.returncode == 130
        told = dict(re.findall(r"(this run|all runs in the journal)\D+(\d+) requests", printed))
        assert abs(int(told["all runs in the journal"]) - answers) <= CONCURRENCY
    assert abs(int(told["this run"]) - 10) <= CONCURRENCY


@pytest.mark.slow
@pytest.mark.parametrize(("part", "message"), [("gcs_server", "cannot be reached any more"), ("raylet", "has ended")])
def test_a_ray_that_dies_is_one_message(
    server: ChatServer, source, start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, message: str
) -> None:
    """Left to itself it would end the program without a word."""
    monkeypatch.setenv("RAY_gcs_rpc_server_reconnect_timeout_s", "15")
    server.script = slow
    driver = start(source(make_rows(400)), tmp_path / "out", *RAY)
    wait_for(server, 10)
    found = [child for child in psutil.Process(driver.pid).children(recursive=True) if child.name() == part]
    for process in found:
        process.kill()
    printed, _ = driver.communicate(timeout=60)
    assert found
    assert driver.returncode == 2
    assert message in printed
    assert "the same command goes on" in printed
    assert "Traceback" not in printed


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere Ray itself keeps to loopback")
@pytest.mark.slow
def test_a_ray_of_this_machine_alone_needs_no_network(ray) -> None:
    assert {node["NodeManagerAddress"] for node in ray.nodes()} == {"127.0.0.2"}


@pytest.mark.slow
def test_what_one_layout_or_engine_paid_for_another_does_not_ask_again(
    ray, server: ChatServer, source, prep: Run, tmp_path: Path, capsys
) -> None:
    rows = source(make_rows(6))
    assert prep(rows, tmp_path / "ray", *RAY) == 0
    assert prep(rows, tmp_path / "local") == 0
    asked = len(server.seen)
    capsys.readouterr()
    assert prep(rows, tmp_path / "ray", "--dry-run", *RAY) == 0
    assert "done, from the journal 6" in plain(capsys.readouterr().out)
    (tmp_path / "ray/manifest.json").unlink()
    with pytest.raises(UserError, match=r"ray\.blocks must stay 5"):
        prep(rows, tmp_path / "ray", *RAY, "ray.blocks=6")
    for engine in ("local", "batch"):
        with pytest.raises(UserError, match="holds the answers of engine ray"):
            prep(rows, tmp_path / "ray", f"engine={engine}")
    (tmp_path / "local/manifest.json").unlink()
    with pytest.raises(UserError, match="holds the answers of another engine"):
        prep(rows, tmp_path / "local", *RAY)
    assert len(server.seen) == asked
    assert prep(rows, tmp_path / "ray", *RAY) == 0
    assert len(server.seen) == asked


@pytest.mark.slow
def test_a_refused_key_is_one_message(ray, server: ChatServer, source, prep: Run, tmp_path: Path) -> None:
    server.script = lambda seen, times: Act(status=401, raw="bad key")
    with pytest.raises(UserError, match="refused the API key of DEEPSEEK_API_KEY") as raised:
        prep(source(make_rows(40)), tmp_path / "out", *RAY)
    assert raised.value.hint
    assert len(server.seen) <= 2 * CONCURRENCY
    server.script = good
    assert prep(source(make_rows(40)), tmp_path / "out", *RAY) == 0


@pytest.mark.slow
def test_max_cost_holds_for_all_actors_together(ray, server: ChatServer, source, prep: Run, tmp_path: Path) -> None:
    dear = ["teacher.prices.output=1000", "teacher.max_tokens=64", "ray.actors=2", "ray.cpus=0.5", *BLOCKS]
    assert prep(source(make_rows(60)), tmp_path / "out", *dear, "teacher.max_cost=0.7") == 1
    paid = json.loads((tmp_path / "out/manifest.json").read_text())["usage"]["total"]["dollars"]
    assert 0.2 < paid <= 0.7
    assert prep(source(make_rows(60)), tmp_path / "out", *dear, "teacher.max_cost=5") == 0
    assert max(server.counts.values()) == 1
