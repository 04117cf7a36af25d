"""Many raters at once, and a server that is killed among them."""

import asyncio
import subprocess
import threading
import time
from pathlib import Path

import pytest

from benchmarks.review import Seen, figures, rate, stored
from tests.evals.review.keys import Serve
from tests.evals.review.results import leave_run


@pytest.mark.slow
def test_fifty_raters_lose_nothing(tmp_path: Path, serve: Serve) -> None:
    """For fifteen seconds; `python -m benchmarks review` takes the whole minute and counts the seconds of responses."""
    folder = leave_run(tmp_path / "results/trial", questions=30)
    url, _ = serve(folder)
    seen = asyncio.run(rate(url, raters=50, seconds=15, every=2))
    found = figures(seen, stored(folder))
    assert (found["lost"], found["stored twice"], found["failed"]) == (0, 0, 0)
    assert found["ratings acknowledged"] == len(stored(folder)) >= 100


@pytest.mark.slow
def test_a_killed_server_keeps_what_it_acknowledged(tmp_path: Path, serve: Serve) -> None:
    folder = leave_run(tmp_path / "results/trial", questions=400)
    arguments = ("--n", 400)
    acknowledged: set[tuple[str, int]] = set()
    for _ in range(3):
        url, process = serve(folder, *arguments)
        seen = Seen()
        killer = threading.Thread(target=_kill_among, args=(process, seen))
        killer.start()
        asyncio.run(rate(url, raters=8, seconds=20, every=0, seen=seen))
        killer.join()
        assert process.wait() == -9
        assert len(seen.acknowledged) >= 50
        acknowledged |= seen.acknowledged
        found = stored(folder)
        assert acknowledged <= set(found)
        assert len(found) == len(set(found))


def _kill_among(process: subprocess.Popen[str], seen: Seen) -> None:
    """Kill -9 while ratings are on their way; a limit of time keeps a test that fails from hanging."""
    ends = time.monotonic() + 15
    while len(seen.acknowledged) < 50 and time.monotonic() < ends:
        time.sleep(0.001)
    process.kill()
