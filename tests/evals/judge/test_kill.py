"""A judge that is killed has lost nothing that was paid for."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.teacher_server import Act, ChatServer, Seen
from evals.judge import JudgeConfig, JudgeSummary, judge_all
from llm import Journal
from settings import UserError
from tests.evals.judge.conftest import BAD, GOOD, KEY, QUESTIONS, fair

TWO = {"good": GOOD, "bad": BAD}
RUN = """
import sys
from pathlib import Path
from evals.judge import JudgeConfig, judge_all
from tests.evals.judge.conftest import BAD, GOOD, QUESTIONS
config = JudgeConfig.model_validate_json(sys.argv[1])
judge_all(config, Path(sys.argv[2]), QUESTIONS, {"good": GOOD, "bad": BAD}, 0.95)
"""


def slow(seen: Seen, times: int) -> Act:
    return Act(content=fair(seen).content, delay=0.1)


def test_a_run_that_was_killed_goes_on_where_it_stopped(
    settings_of: Callable[..., dict[str, Any]],
    judge: Callable[..., JudgeSummary],
    server: ChatServer,
    root: Path,
    tmp_path: Path,
) -> None:
    server.script = slow
    config = JudgeConfig.model_validate(settings_of())
    arguments = [sys.executable, "-c", RUN, config.model_dump_json(), str(tmp_path / "judge")]
    killed = subprocess.Popen(arguments, cwd=root, env={**os.environ, "JUDGE_KEY": KEY})
    deadline = time.monotonic() + 60
    while server.answered < 8:
        assert time.monotonic() < deadline, "the judge was not asked"
        time.sleep(0.005)
    killed.kill()
    killed.wait()
    paid = len((tmp_path / "judge/journal.jsonl").read_bytes().splitlines()) - 1
    assert 8 - 4 <= paid < 4 * len(QUESTIONS)

    resumed = judge(TWO)
    # What was in flight when it died was answered to nobody; four at most were.
    assert server.ledger.repeated.total() <= 4
    assert server.ledger.paid_twice <= 4
    whole = judge_all(config, tmp_path / "at once", QUESTIONS, TWO, 0.95)
    assert json.dumps(resumed.as_json()["pairwise"]) == json.dumps(whole.as_json()["pairwise"])
    assert json.dumps(resumed.as_json()["pointwise"]) == json.dumps(whole.as_json()["pointwise"])


def test_two_judges_do_not_write_one_folder(judge: Callable[..., JudgeSummary], tmp_path: Path) -> None:
    message = "another run is writing this journal"
    with Journal(tmp_path / "judge/journal.jsonl", 5), pytest.raises(UserError, match=message):
        judge(TWO)
