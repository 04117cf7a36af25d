"""Runs in processes of their own: one that finds its answers there, and one that was killed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.teacher_server import Act, ChatServer
from evals.config import EvalConfig
from evals.summary import Result
from settings import load_config, read_jsonl, write_jsonl
from tests.evals.test_harness import texts

pytestmark = pytest.mark.slow
Run = Callable[..., list[Result]]


def test_a_run_that_generates_nothing_loads_no_torch(run: Run, config_file: Path) -> None:
    run("encoder=null")
    script = "import sys; from evals.__main__ import main; main(sys.argv[1:]); assert 'torch' not in sys.modules"
    command = [sys.executable, "-c", script, "--config", str(config_file), "encoder=null"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_killed_run_goes_on_after_its_last_batch(run: Run, config_file: Path, questions_file: Path) -> None:
    rows = read_jsonl(questions_file)
    write_jsonl(questions_file, [json.loads(json.dumps(rows[0]).replace("ankle", f"ankle {n}")) for n in range(24)])
    many = ["generation.max_new_tokens=80", "generation.batch_size=2"]
    command = [sys.executable, "-m", "evals", "--config", str(config_file), *many]
    kept_path = Path(load_config(config_file, EvalConfig).out, "tiny/outline/completions.jsonl")
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 180
        while not (kept_path.is_file() and kept_path.read_text().count("\n") >= 12):
            assert process.poll() is None, "the run ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGKILL)
    torn = kept_path.read_text()
    kept = [json.loads(line) for line in torn.split("\n")[:-1]]
    assert 12 <= len(kept) < 24
    in_the_middle_of_a_letter = '{"id": 23, "prompt": "tö'.encode()[:-1]
    kept_path.write_bytes(torn.encode() + in_the_middle_of_a_letter)
    resumed = run(*many)[0].completions
    assert [resumed[row["id"], 0].seconds for row in kept] == [row["seconds"] for row in kept]
    undisturbed = run(*many, "run=undisturbed")[0]
    assert texts(undisturbed) == [resumed[id, 0].completion for id in range(24)]
    assert len(read_jsonl(kept_path)) == 24


def test_completions_are_not_taken_up_once_the_thoughts_of_an_endpoint_are_known(run: Run) -> None:
    server = ChatServer(lambda seen, times: Act(content="well</think>- rest")).start()
    try:
        endpoint = {"base_url": server.url, "model": "served"}
        for opens in (False, True):
            models = [{"name": "served", "endpoint": {**endpoint, "opens_thinking": opens}}]
            found = run(f"models={json.dumps(models)}", "encoder=null")[0].completions
            assert {made.completion.startswith("<think>") for made in found.values()} == {opens}
        assert server.answered == len(found)
    finally:
        server.stop()


def test_killed_run_against_an_endpoint_pays_again_for_no_more_than_was_in_flight(
    config_file: Path, questions_file: Path
) -> None:
    rows = read_jsonl(questions_file)
    write_jsonl(questions_file, [json.loads(json.dumps(rows[0]).replace("ankle", f"ankle {n}")) for n in range(40)])
    server = ChatServer(lambda seen, times: Act(content=f"- {seen.text}", delay=0.1)).start()
    models = [{"name": "served", "endpoint": {"base_url": server.url, "model": "served", "concurrency": 4}}]
    command = [sys.executable, "-m", "evals", "--config", str(config_file), f"models={json.dumps(models)}"]
    command.append("encoder=null")
    try:
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            deadline = time.monotonic() + 180
            while server.answered < 20:
                assert process.poll() is None, "the run ended before it could be killed"
                assert time.monotonic() < deadline
                time.sleep(0.02)
            os.kill(process.pid, signal.SIGKILL)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    finally:
        server.stop()
    assert done.returncode == 0, done.stderr
    out = load_config(config_file, EvalConfig).out / "served/outline/completions.jsonl"
    assert sorted(row["id"] for row in read_jsonl(out)) == list(range(40))
    assert server.ledger.paid_twice <= 4
    assert len(server.seen) <= 40 + 4
