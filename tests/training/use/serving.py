"""A server of `python -m training serve` for as long as a test needs it."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[3]


@contextmanager
def serving(model: Path, *arguments: str) -> Iterator[str]:
    """Serve a model on a free port of loopback; gives the address of its API."""
    command = [sys.executable, "-m", "training", "serve", str(model), "--port", "0", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = ""
        try:
            while line := process.stderr.readline():
                said += line
                if found := re.search(r"serving at (\S+)", line):
                    yield found.group(1)
                    return
            raise AssertionError(said)
        finally:
            process.kill()
