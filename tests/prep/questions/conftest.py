"""Questions as the command line makes them, by templates or by a teacher on loopback that writes what it is told to."""

import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.teacher_server import Act, ChatServer, Seen
from prep.questions.__main__ import main
from tests.prep.conftest import KEY, make_rows

Make = Callable[..., int]


def trained(folder: Path, questions: list[str]) -> Path:
    path = folder / "train.jsonl"
    rows = [
        {"messages": [{"role": "user", "content": text}, {"role": "assistant", "content": "-"}]} for text in questions
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def wanted(seen: Seen) -> int:
    found = re.search(r"Write (\d+) such", seen.text)
    assert found
    return int(found[1])


def invented(seen: Seen, times: int) -> Act:
    """As many questions as are asked for, of words that no other request gets."""
    chance = random.Random(seen.key)
    return Act(content=json.dumps([make_rows(1, chance.randrange(2**32))[0]["Patient"] for _ in range(wanted(seen))]))


@pytest.fixture
def server() -> Iterator[ChatServer]:
    server = ChatServer(invented).start()
    yield server
    server.stop()


@pytest.fixture
def avoid(tmp_path: Path) -> Path:
    return trained(tmp_path, ["my knee hurts when I climb the stairs at work since last week"])


@pytest.fixture
def make(avoid: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Run `prep.questions` with its templates in this process and return its exit status."""
    monkeypatch.chdir(root)

    def run(out: Path, *arguments: str) -> int:
        return main(["--out", str(out), f"avoid={json.dumps([str(avoid)])}", *arguments])

    return run


@pytest.fixture
def ask(make: Make, server: ChatServer, monkeypatch: pytest.MonkeyPatch) -> Make:
    """The same with the hosted teacher, at the test's server."""
    monkeypatch.setenv("DEEPSEEK_API_KEY", KEY)
    quick = ["teacher.first_wait=0.01", "teacher.longest_wait=0.05", "teacher.attempts=2", "teacher.timeout=5"]

    def run(out: Path, *arguments: str) -> int:
        return make(out, "--teacher", "openai", f"teacher.base_url={server.url}", *quick, *arguments)

    return run
