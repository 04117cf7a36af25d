"""Rows that no two of which resemble each other, a teacher on loopback, and a run as the command line starts it."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks.teacher_server import Act, ChatServer, Seen
from prep.__main__ import main
from prep.config import PrepConfig
from prep.consultation import Consultation
from settings import load_config, write_jsonl

KEY = "sk-loopback-71c0ffee"
_SYLLABLES = "ba ce di fo gu ha ke li mo nu pa re si to vu wa xe yi zo".split()

Run = Callable[..., int]


def make_rows(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Return rows of invented words: any outline of a reply's own words is faithful to it."""
    chance = random.Random(seed)

    def words(number: int) -> str:
        return " ".join("".join(chance.choices(_SYLLABLES, k=3)) for _ in range(number))

    return [
        {
            "Description": words(5),
            "Patient": words(20),
            "Doctor": f"{words(8)} {chance.randint(11, 99)} {words(9)}",
            "Status": "low severity",
        }
        for _ in range(count)
    ]


def reply_of(seen: Seen) -> str:
    return seen.body["messages"][1]["content"].split("Doctor's reply:\n")[1].strip()


def outline_of(text: str) -> str:
    """Return the words of `text` as three levels."""
    words = text.split()
    third = len(words) // 3
    parts = words[:third], words[third : 2 * third], words[2 * third :]
    return "\n".join(f"{'  ' * level}- {' '.join(part)}" for level, part in enumerate(parts))


def good(seen: Seen, times: int) -> Act:
    return Act(content=outline_of(reply_of(seen)))


def consultation(reply: str | None = "rest and drink water", index: int = 0, **fields: str) -> Consultation:
    given = {"description": "a cold", "patient": "I cough since monday", "status": "low severity", **fields}
    return Consultation(index=index, doctor=reply, **given)


@pytest.fixture
def server() -> Iterator[ChatServer]:
    server = ChatServer().start()
    server.script = good
    yield server
    server.stop()


@pytest.fixture
def source(tmp_path: Path) -> Callable[[Sequence[dict[str, Any]]], Path]:
    """Write rows to a file of the test and return it."""

    def write(rows: Sequence[dict[str, Any]]) -> Path:
        write_jsonl(tmp_path / "rows.jsonl", rows)
        return tmp_path / "rows.jsonl"

    return write


@pytest.fixture
def hosted(server: ChatServer) -> list[str]:
    """The overrides that send the shipped config's requests to the test's server, and retry soon."""
    return [
        f"teacher.base_url={server.url}",
        "teacher.first_wait=0.01",
        "teacher.longest_wait=0.05",
        "teacher.attempts=3",
        "teacher.timeout=5",
        "teacher.concurrency=8",
    ]


@pytest.fixture
def start(hosted: list[str], root: Path) -> Callable[..., subprocess.Popen[str]]:
    """Start `prep` as a process of its own."""

    def start(source: Path, out: Path, *arguments: str, **options) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "prep", "--source", str(source), "--out", str(out), *hosted, *arguments]
        return subprocess.Popen(
            command,
            cwd=root,
            env={**os.environ, "DEEPSEEK_API_KEY": KEY, "COLUMNS": "200"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **options,
        )

    return start


@pytest.fixture
def prep(hosted: list[str], root: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `prep` with the hosted teacher in this process and return its exit status."""
    monkeypatch.chdir(root)
    monkeypatch.setenv("DEEPSEEK_API_KEY", KEY)

    def run(source: Path, out: Path, *arguments: str) -> int:
        return main(["--source", str(source), "--out", str(out), *hosted, *arguments])

    return run


@pytest.fixture
def config(root: Path, monkeypatch: pytest.MonkeyPatch) -> PrepConfig:
    monkeypatch.chdir(root)
    return load_config("configs/prep.yml", PrepConfig)


def wait_for(server: ChatServer, answers: int) -> None:
    """Wait until the server has given so many answers; a minute at most."""
    deadline = time.monotonic() + 60
    while server.answered < answers:
        assert time.monotonic() < deadline, f"only {server.answered} answers came"
        time.sleep(0.005)


def contents(out: Path) -> dict[str, bytes]:
    """Return every file of a dataset by its path, the journal and the manifest (which hashes it) left out."""
    files = (path for path in out.rglob("*") if path.is_file())
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in files
        if path.name not in ("journal.jsonl", "manifest.json")
    }


def plain(printed: str) -> str:
    """The words that were printed, without a table's borders."""
    return " ".join(word for word in printed.split() if word != "│")


def flat(seen: Seen, times: int) -> Act:
    """An answer that no gate keeps."""
    return Act(content=f"- {reply_of(seen)}")


def stubborn(rows: list[dict], bad: list[int]):
    """A script that answers the rows of `bad` badly, in their repairs too."""
    replies = {rows[index]["Doctor"] for index in bad}
    return lambda seen, times: flat(seen, times) if reply_of(seen) in replies else good(seen, times)
