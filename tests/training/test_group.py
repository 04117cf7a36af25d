"""A command that is ended ends all that it started, and waits for what these have to save."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from training.group import run_in_group

OURS = """
import json, os, pathlib, sys
from training import group
group._PROC = pathlib.Path(sys.argv[3])
status = group.run_in_group(json.loads(sys.argv[1]), os.environ, float(sys.argv[2]))
sys.exit(status if status >= 0 else 128 - status)
"""
LAUNCHER = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', *sys.argv[1:]]).wait()"
TRAINER = """
import os, signal, sys, time
from pathlib import Path

def save(number, frame):
    time.sleep(1)
    Path(sys.argv[1], "saved").write_text(str(number))
    sys.exit()

for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, save if sys.argv[2] == "saves" else signal.SIG_IGN)
Path(sys.argv[1], "begun").write_text(str(os.getpid()))
time.sleep(600)
"""
"""It outlives its launcher, which a signal ends at once."""

Begin = Callable[..., "tuple[subprocess.Popen[bytes], psutil.Process]"]


@pytest.fixture
def begin(root: Path, tmp_path: Path) -> Begin:
    """Start the launcher and what it launches; return our process and the launched one when it runs."""

    def started(
        what: str, patience: float, nohup: bool = False, proc: str = "/proc"
    ) -> "tuple[subprocess.Popen[bytes], psutil.Process]":
        command = [sys.executable, "-c", LAUNCHER, TRAINER, str(tmp_path), what]
        process = subprocess.Popen(
            [*(["nohup"] if nohup else []), sys.executable, "-c", OURS, json.dumps(command), str(patience), proc],
            cwd=root,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        begun = tmp_path / "begun"
        while not (begun.is_file() and begun.read_text(encoding="utf-8")):
            assert process.poll() is None
            time.sleep(0.05)
        return process, psutil.Process(int(begun.read_text(encoding="utf-8")))

    return started


def _has_ended(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_reaches_all_that_was_started_and_its_saving_is_waited_for(
    begin: Begin, tmp_path: Path, number: int
) -> None:
    ours, launched = begin("saves", 60)
    ours.send_signal(number)
    assert ours.wait(30) == 128 + number
    assert _has_ended(launched)
    assert (tmp_path / "saved").read_text(encoding="utf-8") == str(number)


def test_saving_is_waited_for_where_there_is_no_proc(begin: Begin, tmp_path: Path) -> None:
    """As on macOS."""
    ours, launched = begin("saves", 10, proc=str(tmp_path / "none"))
    ours.terminate()
    assert ours.wait(30) == 128 + signal.SIGTERM
    assert _has_ended(launched)
    assert (tmp_path / "saved").is_file()


def test_what_does_not_end_in_time_is_killed(begin: Begin) -> None:
    ours, launched = begin("ignores", 0.5)
    ours.terminate()
    assert ours.wait(30) == 128 + signal.SIGTERM
    assert _has_ended(launched)


def test_under_nohup_it_goes_on_when_the_terminal_closes(begin: Begin, tmp_path: Path) -> None:
    ours, launched = begin("saves", 60, nohup=True)
    ours.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        ours.wait(1)
    assert not _has_ended(launched)
    ours.terminate()
    assert ours.wait(30) == 128 + signal.SIGTERM


@pytest.mark.parametrize(
    ("command", "status"),
    [("pass", 0), ("exit(3)", 3), ("import os; os.kill(os.getpid(), 9)", -signal.SIGKILL)],
)
def test_the_exit_code_is_the_commands_own(command: str, status: int) -> None:
    before = signal.getsignal(signal.SIGTERM)
    assert run_in_group([sys.executable, "-c", command], os.environ) == status
    assert signal.getsignal(signal.SIGTERM) is before
