"""Calls of a batch API that fail, are refused or are never answered, and what a kill leaves."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from benchmarks.teacher_server import Act, ChatServer
from llm.batches import BatchClient
from settings import UserError
from tests.llm.batches.conftest import Use, ask, questions, rules
from tests.llm.conftest import KEY, question

FAULTS = {
    "429": Act(status=429, headers={"Retry-After": "0"}, raw="slow down"),
    "500": Act(status=500, raw="oops"),
    "reset": Act(reset=True),
}
CALLS = (
    "POST /v1/files",
    "POST /v1/batches",
    "GET /v1/batches/{id}",
    "GET /v1/files/{id}/content",
)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("call", CALLS)
def test_a_call_that_fails_is_made_again_and_nothing_is_paid_twice(
    server: ChatServer, use: Use, call: str, fault: str
) -> None:
    """A reset comes after the server did what it was asked for: the batch may exist already."""
    server.call_script = lambda name, times: FAULTS[fault] if name == call and times <= 2 else Act()
    lines = use(ask, questions(5))
    assert server.calls[call] >= 3 or (call, fault) == ("POST /v1/batches", "reset")
    assert [line["error"] for line in lines] == [None] * 5
    assert server.answered == 5


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, "refused the API key of TEACHER_KEY"),
        (404, "does not know what is needed to upload a batch"),
        (500, "to upload a batch failed: HTTP 500"),
    ],
)
def test_a_call_that_is_refused_ends_with_one_message(server: ChatServer, use: Use, status: int, message: str) -> None:
    server.call_script = lambda name, times: Act(status=status, raw=f"no {KEY}")
    with pytest.raises(UserError, match=message) as error:
        use(ask, questions(1))
    assert KEY not in str(error.value)


@pytest.mark.parametrize(
    ("call", "times"),
    [
        ("POST /v1/files", 1),
        ("POST /v1/batches", 1),
        ("GET /v1/batches/{id}", 1),
        ("GET /v1/files/{id}/content", 1),
        ("GET /v1/files/{id}/content", 2),
    ],
)
def test_a_run_that_ended_in_any_call_is_taken_up_and_pays_nothing_twice(
    server: ChatServer, use: Use, tmp_path: Path, call: str, times: int
) -> None:
    """The server does what it is asked for, and nobody is left to hear of it; the last call is for the errors' file."""
    rules(server, line_failures=0.4)
    server.call_script = lambda name, number: Act(hang=(name, number) == (call, times))

    async def cut_off(client: BatchClient) -> None:
        task = asyncio.create_task(ask(client, questions(12)))
        while server.calls[call] < times:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    use(cut_off)
    lines = use(ask, questions(12) if call == "POST /v1/files" else [])
    assert {line["fingerprint"] for line in lines} == {f"f{number}" for number in range(12)}
    assert len(lines) == 12
    assert server.answered == sum(line["error"] is None for line in lines)
    assert 0 < server.answered < 12
    assert server.calls["POST /v1/batches"] == 1
    assert not (tmp_path / "batches").exists()


def test_the_key_is_in_no_file(server: ChatServer, use: Use, tmp_path: Path) -> None:
    server.script = lambda seen, times: Act(content=f"your key is {KEY}")
    rules(server, line_failures=0.5)

    async def leave(client: BatchClient) -> None:
        for request in questions(8):
            client.add(request, worst=0)
        await client.send()

    use(leave)
    forms = KEY.encode(), json.dumps(KEY)[1:-1].encode()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 4
    use(ask, [])
    for path in [*files, tmp_path / "journal.jsonl"]:
        content = path.read_bytes() if path.exists() else b""
        assert not any(form in content for form in forms)
    assert b"[redacted]" in (tmp_path / "journal.jsonl").read_bytes()


def test_batches_of_another_provider_are_not_given_up_silently(server: ChatServer, use: Use, tmp_path: Path) -> None:
    async def leave(client: BatchClient) -> None:
        client.add(question("f0"), worst=0)
        await client.send()

    use(leave)
    with pytest.raises(UserError, match="a batch is under way at"):
        use(ask, [], base_url="http://127.0.0.1:9/v1")
    assert os.listdir(tmp_path / "batches")


@pytest.mark.parametrize("note", ["", "{}\n", '{"input": "a"}\n{"input": "b"}\n'])
def test_a_note_that_a_power_cut_left_is_one_message(use: Use, tmp_path: Path, note: str) -> None:
    path = tmp_path / "batches/0123456789abcdef.json"
    path.parent.mkdir()
    path.write_text(note)
    with pytest.raises(UserError, match="this is not the note of a batch"):
        use(ask, [])
    assert path.exists()
