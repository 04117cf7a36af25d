import json
import time
from typing import Any

import pytest

from benchmarks.teacher_server.batches import BatchRules
from tests.benchmarks.conftest import REPLY, Wire, messages

FINAL = ("completed", "failed", "expired", "cancelled")
LINES = [
    {
        "custom_id": f"row-{number}",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": {"model": "teacher", "messages": messages(f"{REPLY} case {number}")},
    }
    for number in range(40)
]


def upload(wire: Wire, lines: list[dict[str, Any]]) -> str:
    boundary = "part"
    text = "".join(json.dumps(line) + "\n" for line in lines)
    parts = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="in.jsonl"\r\n\r\n{text}\r\n'
        f"--{boundary}--\r\n"
    )
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    status, _, body = wire.send("POST", "/v1/files", parts.encode(), **headers)
    assert status == 200, body
    return json.loads(body)["id"]


def start(wire: Wire, lines: list[dict[str, Any]] = LINES) -> dict[str, Any]:
    wanted = {
        "input_file_id": upload(wire, lines),
        "endpoint": "/v1/chat/completions",
        "completion_window": "24h",
        "metadata": {"run": "one"},
    }
    status, _, body = wire.send("POST", "/v1/batches", json.dumps(wanted).encode())
    assert status == 200, body
    return json.loads(body)


def follow(wire: Wire, batch: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return a batch at its end and the states on the way."""
    states = [batch["status"]]
    deadline = time.monotonic() + 20
    while states[-1] not in FINAL:
        assert time.monotonic() < deadline
        time.sleep(0.02)
        batch = wire.get(f"/v1/batches/{batch['id']}")
        if batch["status"] != states[-1]:
            states.append(batch["status"])
    return batch, states


def rows(wire: Wire, file: str | None) -> list[dict[str, Any]]:
    body = wire.send("GET", f"/v1/files/{file}/content")[2] if file else ""
    return [json.loads(line) for line in body.splitlines()]


def test_a_batch_goes_through_its_states_and_answers_every_line(serve) -> None:
    wire = serve(batches=BatchRules(seconds=0.6))
    batch, states = follow(wire, start(wire))
    assert states == ["validating", "in_progress", "finalizing", "completed"]
    assert batch["request_counts"] == {"total": 40, "completed": 40, "failed": 0}
    assert batch["error_file_id"] is None
    assert batch["metadata"] == {"run": "one"}
    output = rows(wire, batch["output_file_id"])
    names = [row["custom_id"] for row in output]
    assert sorted(names) == sorted(line["custom_id"] for line in LINES) != names
    assert all(row["response"]["body"]["choices"][0]["message"]["content"] for row in output)
    stats = wire.get("/stats")
    assert (stats["paid"], stats["paid_twice"], stats["requests"]) == (40, 0, 0)
    assert [item["id"] for item in wire.get("/v1/batches")["data"]] == [batch["id"]]


def test_lines_fail_by_their_share_and_only_they_are_unpaid(serve) -> None:
    wire = serve(batches=BatchRules(seconds=0, line_failures=0.3))
    batch, _ = follow(wire, start(wire))
    errors, output = rows(wire, batch["error_file_id"]), rows(wire, batch["output_file_id"])
    assert 4 <= len(errors) <= 20
    assert len(errors) + len(output) == len(LINES)
    assert all(row["response"]["status_code"] == 500 for row in errors)
    assert wire.get("/stats")["paid"] == len(output)


def test_an_expired_batch_keeps_what_was_done(serve) -> None:
    wire = serve(batches=BatchRules(seconds=0, end="expired"))
    batch, states = follow(wire, start(wire))
    assert states[-1] == "expired"
    errors = rows(wire, batch["error_file_id"])
    assert {row["error"]["code"] for row in errors} == {"batch_expired"}
    assert 0 < len(rows(wire, batch["output_file_id"])) == len(LINES) - len(errors)


def test_a_cancelled_batch_ends_soon(serve) -> None:
    wire = serve(batches=BatchRules(seconds=5))
    batch = start(wire)
    status, _, body = wire.send("POST", f"/v1/batches/{batch['id']}/cancel")
    assert (status, json.loads(body)["status"]) == (200, "cancelling")
    batch, states = follow(wire, json.loads(body))
    assert states[-1] == "cancelled"
    assert rows(wire, batch["output_file_id"]) == []
    assert wire.send("POST", f"/v1/batches/{batch['id']}/cancel")[0] == 409


@pytest.mark.parametrize("lines", [LINES[:1] * 2, [{"custom_id": "a"}], []])
def test_a_file_that_is_no_batch_fails_with_a_reason(serve, lines: list[dict[str, Any]]) -> None:
    wire = serve(batches=BatchRules(seconds=0))
    batch, _ = follow(wire, start(wire, lines))
    assert batch["status"] == "failed"
    assert batch["errors"]["data"][0]["message"]
    assert wire.get("/stats")["paid"] == 0


def test_a_batch_fails_as_a_whole_where_it_is_told_to(serve) -> None:
    wire = serve(batches=BatchRules(seconds=0, end="failed"))
    batch, _ = follow(wire, start(wire))
    assert (batch["status"], batch["output_file_id"]) == ("failed", None)
