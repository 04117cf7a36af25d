import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from benchmarks.teacher_server import Act, Capacity
from benchmarks.teacher_server.capacity import Admission
from outline import StructureSpec, check_compliance, check_fidelity
from tests.benchmarks.conftest import REPLY, messages


def content(body: str) -> str:
    return json.loads(body)["choices"][0]["message"]["content"]


def wait_until(condition) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_plain_answer_is_a_faithful_outline_with_its_usage(serve, spec: StructureSpec) -> None:
    status, _, body = serve().ask()
    assert status == 200
    assert check_compliance(content(body), spec).compliant
    assert check_fidelity(REPLY, content(body)).faithful
    usage = json.loads(body)["usage"]
    assert usage["prompt_tokens"] > usage["prompt_cache_hit_tokens"] > 0
    assert usage["completion_tokens"] > 0


def test_a_429_says_when_to_come_back(serve) -> None:
    status, headers, body = serve(rate_limit=1).ask()
    assert (status, headers["retry-after"]) == (429, "1")
    assert json.loads(body)["error"]["message"] == "rate limit reached"


def test_a_500_is_one(serve) -> None:
    status, _, body = serve(server_error=1).ask()
    assert (status, json.loads(body)["error"]["message"]) == (500, "internal server error")


def test_a_reset_breaks_the_connection(serve) -> None:
    with pytest.raises(ConnectionResetError):
        serve(reset=1).ask()


def test_a_hang_never_answers_and_its_end_is_noticed(serve) -> None:
    wire = serve(hang=1)
    with pytest.raises(TimeoutError):
        wire.ask()
    wait_until(lambda: not wire.server.ledger.in_flight)
    assert wire.get("/stats")["wasted"] == 1


@pytest.mark.parametrize("fault", ["truncated", "malformed"])
def test_a_broken_body_comes_with_status_200(serve, fault: str) -> None:
    status, headers, body = serve(**{fault: 1}).ask()
    assert status == 200
    assert headers["content-type"].startswith("application/json")
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)
    assert (body[0] == "{") == (fault == "truncated")


def test_blank_lines_come_before_the_answer(serve) -> None:
    status, _, body = serve(keep_alive=1).ask()
    assert status == 200
    assert body.startswith("\n\n")
    assert content(body).startswith("- ")


def test_an_empty_answer_and_one_at_the_token_limit(serve) -> None:
    assert content(serve(empty=1).ask()[2]) == ""
    choice = json.loads(serve(length=1).ask()[2])["choices"][0]
    assert choice["finish_reason"] == "length"
    assert 0 < len(choice["message"]["content"]) < len(REPLY)


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("flat", "min_depth"),
        ("wide", "max_children"),
        ("prose", "list_only"),
        ("fence", "list_only"),
        ("invented", "317"),
        ("negation", "scratch"),
    ],
)
def test_a_wrong_shape_is_wrong_in_its_way_and_right_after_a_repair(
    serve, spec: StructureSpec, fault: str, found: str
) -> None:
    wire = serve(**{fault: 1})
    wrong = content(wire.ask()[2])
    assert found in check_compliance(wrong, spec).feedback() + check_fidelity(REPLY, wrong).feedback()
    mended = content(wire.ask(messages(REPLY, wrong))[2])
    assert check_compliance(mended, spec).compliant
    assert check_fidelity(REPLY, mended).faithful


def test_what_was_paid_and_paid_twice_is_counted(serve) -> None:
    wire = serve()
    wire.ask(key="one")
    wire.ask(key="two")
    wire.ask(messages("another reply of some words that is short enough"))
    stats = wire.get("/stats")
    assert {name: stats[name] for name in ("requests", "messages", "answered", "paid", "paid_twice", "repeated")} == {
        "requests": 3, "messages": 2, "answered": 2, "paid": 3, "paid_twice": 1, "repeated": 1,
    }  # fmt: skip
    assert stats["api_keys"] == 3
    assert stats["tokens"]["total_tokens"] == stats["tokens"]["prompt_tokens"] + stats["tokens"]["completion_tokens"]


def test_asking_again_after_a_useless_answer_is_wasted_and_not_paid_twice(serve) -> None:
    acts = [Act(raw='{"choi'), Act(content=""), Act(content="- fine"), Act(content="- fine")]
    wire = serve(script=lambda seen, times: acts[times - 1])
    for _ in acts:
        wire.ask()
    stats = wire.get("/stats")
    assert (stats["paid"], stats["wasted"], stats["answered"], stats["paid_twice"]) == (4, 2, 1, 1)
    assert stats["by_fault"] == {"empty": 1, "raw": 1}


def test_an_answer_whose_client_is_gone_is_abandoned(serve) -> None:
    wire = serve(script=lambda seen, times: Act(delay=30 if times == 1 else 0))
    with pytest.raises(TimeoutError):
        wire.ask()
    wait_until(lambda: not wire.server.ledger.in_flight)
    wire.ask()
    stats = wire.get("/stats")
    assert (stats["paid"], stats["abandoned"], stats["paid_twice"], stats["repeated"]) == (1, 1, 0, 1)


def test_requests_in_flight_and_the_first_one_are_told_by_section(serve) -> None:
    wire = serve(script=lambda seen, times: Act(delay=0.3))
    started = time.monotonic()
    threads = [threading.Thread(target=wire.ask) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    stats = json.loads(wire.send("POST", "/mark")[2])
    assert stats["max_in_flight"] == 4
    assert started < stats["first_request_time"] < time.monotonic()
    assert wire.get("/stats")["first_request_time"] is None


def test_capacity_refuses_only_what_is_beyond_it(serve) -> None:
    wire = serve(capacity=Capacity(requests=3, period=60))
    answers = [wire.ask() for _ in range(4)]
    assert [status for status, _, _ in answers] == [200, 200, 200, 429]
    assert 55 <= int(answers[3][1]["retry-after"]) <= 60
    assert wire.get("/stats")["by_fault"] == {"capacity": 1}


def test_a_window_slides_and_tells_how_long_to_wait() -> None:
    now = [0.0]
    requests = Admission(Capacity(requests=2, period=10), lambda: now[0])
    assert requests.wait(0, 1) is None
    now[0] = 4.0
    assert requests.wait(0, 1) is None
    assert requests.wait(0, 1) == 6
    now[0] = 10.0
    assert requests.wait(0, 1) is None
    tokens = Admission(Capacity(tokens=100, period=10), lambda: now[0])
    assert tokens.wait(0, 60) is None
    now[0] = 13.0
    assert tokens.wait(0, 60) == 7
    assert tokens.wait(0, 40) is None
    assert Admission(Capacity(concurrent=2)).wait(2, 1) == 1


def test_the_process_prints_its_address_and_ends_when_told(root: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "teacher-server", "faults.fence=1"]
    process = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True, env={**os.environ, "COLUMNS": "9"})
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert json.load(urlopen(url.replace("/v1", "/stats"), timeout=5))["requests"] == 0
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()


def test_a_wrong_key_is_one_message(run_module) -> None:
    finished = run_module("benchmarks", "teacher-server", "faults.reste=1")
    assert finished.returncode == 2
    assert "did you mean reset?" in finished.stderr


def test_its_help_says_how_a_key_is_set(run_module) -> None:
    finished = run_module("benchmarks", "teacher-server", "--help")
    assert finished.returncode == 0, finished.stderr
    assert "latency.median=0.5" in finished.stdout


def test_a_flag_that_it_does_not_have_is_refused(run_module) -> None:
    finished = run_module("benchmarks", "teacher-server", "--port", "1")
    assert finished.returncode == 2
    assert "unrecognized arguments: --port" in finished.stderr
