"""OpenAI's files and batches: a batch ends after so many seconds, some of its lines failed."""

import asyncio
import hashlib
import json
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Literal

from aiohttp import web
from pydantic import Field

from benchmarks.teacher_server.act import Act, see
from settings import Settings

if TYPE_CHECKING:
    from benchmarks.teacher_server.server import ChatServer

_MOST_LINES = 50_000
_ENDPOINT = "/v1/chat/completions"
_PHASES = (("validating", 0.2), ("in_progress", 0.6), ("finalizing", 0.2))
"""The states before the end, each with its share of the batch's time."""


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class BatchRules(Settings):
    """How batches go."""

    seconds: float = Field(default=1.0, ge=0, description="from the creation of a batch to its end")
    end: Literal["completed", "expired", "failed"] = "completed"
    line_failures: float = Field(default=0.0, ge=0, le=1, description="share of the lines that end as an error")
    line_status: int = Field(default=500, description="HTTP status of such a line")
    silent: float = Field(default=0.0, ge=0, le=1, description="share of the lines of which no file tells")
    at_once: int | None = Field(default=None, ge=1, description="batches under way; another one fails")
    done_at_end: float = Field(default=0.5, ge=0, le=1, description="share of the lines done when it expires")


class Batches:
    """The files and batches of a server, whose script decides about each line's content.

    Faults of the wire (429, 500, resets, hangs, broken JSON) do not apply to lines: `line_failures` does. A line's
    fate is drawn from its custom_id and from how often that came. A batch that is cancelled keeps the lines that were
    done by then.
    """

    def __init__(self, rules: BatchRules, server: "ChatServer") -> None:
        self.rules = rules
        self._server = server
        self._files: dict[str, tuple[dict[str, Any], bytes]] = {}
        self._batches: dict[str, dict[str, Any]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._times: Counter[str] = Counter()

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/v1/files", self._guarded(self._upload))
        router.add_get("/v1/files/{id}/content", self._guarded(self._content))
        router.add_post("/v1/batches", self._guarded(self._create))
        router.add_get("/v1/batches", self._guarded(self._list))
        router.add_get("/v1/batches/{id}", self._guarded(self._show))
        router.add_post("/v1/batches/{id}/cancel", self._guarded(self._cancel))

    def _guarded(self, handle: Handler) -> Handler:
        """Count the calls of a route, and meet each with what the server's `call_script` says."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            resource = request.match_info.route.resource
            call = f"{request.method} {resource.canonical if resource else request.path}"
            self._server.calls[call] += 1
            act = self._server.call_script(call, self._server.calls[call])
            if act.status != 200:
                return web.Response(body=act.raw or "", status=act.status, headers=act.headers)
            response = await handle(request)
            await asyncio.sleep(math.inf if act.hang else act.delay)
            if act.reset and request.transport:
                request.transport.abort()
            return response

        return guarded

    async def _upload(self, request: web.Request) -> web.Response:
        form = await request.post()
        upload = form.get("file")
        if not isinstance(upload, web.FileField) or form.get("purpose") != "batch":
            return _refuse("a file and the purpose batch are needed")
        return web.json_response(self._store(upload.file.read(), upload.filename, "batch"))

    def _store(self, content: bytes, name: str, purpose: str) -> dict[str, Any]:
        head = {
            "id": f"file-{len(self._files) + 1}",
            "object": "file",
            "bytes": len(content),
            "created_at": int(time.time()),
            "filename": name,
            "purpose": purpose,
            "status": "processed",
        }
        self._files[head["id"]] = head, content
        return head

    async def _content(self, request: web.Request) -> web.Response:
        found = self._files.get(request.match_info["id"])
        return web.Response(body=found[1]) if found else _refuse("no such file", 404)

    async def _create(self, request: web.Request) -> web.Response:
        wanted = await request.json()
        if wanted.get("input_file_id") not in self._files:
            return _refuse("no such file", 404)
        if wanted.get("endpoint") != _ENDPOINT or wanted.get("completion_window") != "24h":
            return _refuse(f"the endpoint must be {_ENDPOINT} and the window 24h")
        batch = {
            "id": f"batch_{len(self._batches) + 1}",
            "object": "batch",
            "endpoint": _ENDPOINT,
            "errors": None,
            "input_file_id": wanted["input_file_id"],
            "completion_window": "24h",
            "status": "validating",
            "output_file_id": None,
            "error_file_id": None,
            "created_at": int(time.time()),
            "metadata": wanted.get("metadata"),
            "request_counts": {"total": 0, "completed": 0, "failed": 0},
        }
        self._batches[batch["id"]] = batch
        self._tasks[batch["id"]] = asyncio.create_task(self._run(batch))
        return web.json_response(batch)

    async def _list(self, _: web.Request) -> web.Response:
        return web.json_response({"object": "list", "data": [*reversed(self._batches.values())], "has_more": False})

    async def _show(self, request: web.Request) -> web.Response:
        batch = self._batches.get(request.match_info["id"])
        return web.json_response(batch) if batch else _refuse("no such batch", 404)

    async def _cancel(self, request: web.Request) -> web.Response:
        batch = self._batches.get(request.match_info["id"])
        if batch is None:
            return _refuse("no such batch", 404)
        if batch["status"] not in dict(_PHASES):
            return _refuse(f"the batch is {batch['status']}", 409)
        self._tasks[batch["id"]].cancel()
        done = 0.0 if batch["status"] == "validating" else self.rules.done_at_end
        batch["status"] = "cancelling"
        self._tasks[batch["id"]] = asyncio.create_task(self._end_cancelled(batch, done))
        return web.json_response(batch)

    async def _run(self, batch: dict[str, Any]) -> None:
        others = sum(other["status"] in dict(_PHASES) for other in self._batches.values()) - 1
        if self.rules.at_once is not None and others >= self.rules.at_once:
            return _fail(batch, "token_limit_exceeded", "enqueued token limit reached")
        lines = _parse(self._files[batch["input_file_id"]][1])
        for status, share in _PHASES:
            batch["status"] = status
            batch[f"{status}_at"] = int(time.time())
            await asyncio.sleep(self.rules.seconds * share)
            if status == "validating":
                batch["request_counts"]["total"] = len(lines)
                if problem := _problem(lines) or (self.rules.end == "failed" and "the batch failed"):
                    return _fail(batch, "invalid_batch", problem)
        done = self.rules.done_at_end if self.rules.end == "expired" else 1.0
        self._write(batch, lines, done, "batch_expired")
        _end(batch, self.rules.end)

    async def _end_cancelled(self, batch: dict[str, Any], done: float) -> None:
        await asyncio.sleep(self.rules.seconds * _PHASES[-1][1])
        self._write(batch, _parse(self._files[batch["input_file_id"]][1]), done, "batch_cancelled")
        _end(batch, "cancelled")

    def _write(self, batch: dict[str, Any], lines: list[dict[str, Any]], done: float, undone: str) -> None:
        """Answer the share `done` of the lines, in another order than they came in, as the service does."""
        output, errors = [], []
        for line in sorted(lines, key=lambda line: _draw("order", line["custom_id"])):
            if _draw("silent", line["custom_id"]) < self.rules.silent:
                continue
            head = {"id": f"batch_req_{len(output) + len(errors) + 1}", "custom_id": line["custom_id"]}
            if _draw("done", line["custom_id"]) >= done:
                errors.append({**head, "response": None, "error": {"code": undone, "message": "it was not done"}})
            elif self._fails(line["custom_id"]):
                body = {"error": {"message": "internal server error", "type": "server_error"}}
                errors.append({**head, "response": _response(self.rules.line_status, body), "error": None})
            else:
                output.append({**head, "response": _response(200, self._answer(line["body"])), "error": None})
        for field, rows in (("output_file_id", output), ("error_file_id", errors)):
            if rows:
                text = "".join(json.dumps(row) + "\n" for row in rows)
                batch[field] = self._store(text.encode(), f"{batch['id']}_{field}.jsonl", "batch_output")["id"]
        batch["request_counts"] |= {"completed": len(output), "failed": len(errors)}

    def _fails(self, name: str) -> bool:
        self._times[name] += 1
        return _draw("fails", name, str(self._times[name])) < self.rules.line_failures

    def _answer(self, body: dict[str, Any]) -> dict[str, Any]:
        seen, ledger = see(body, ""), self._server.ledger
        ledger.counts[seen.key] += 1
        act = self._server.script(seen, ledger.counts[seen.key])
        if act.status != 200 or act.reset or act.hang or act.raw is not None:
            act = Act(content=act.content, usage=act.usage)
        ledger.charge(seen.key, act)
        return act.completion()


def _parse(content: bytes) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in content.splitlines() if line.strip()]
    except ValueError:
        return []


def _problem(lines: list[dict[str, Any]]) -> str | None:
    if not lines:
        return "the file holds no JSON Lines"
    if len(lines) > _MOST_LINES:
        return f"a batch has at most {_MOST_LINES} lines, this one {len(lines)}"
    if any(line.get("url") != _ENDPOINT or line.get("method") != "POST" or "body" not in line for line in lines):
        return f"every line needs a body, the method POST and the url {_ENDPOINT}"
    names = [line.get("custom_id") for line in lines]
    return None if all(names) and len(set(names)) == len(names) else "every line needs a custom_id of its own"


def _end(batch: dict[str, Any], status: str) -> None:
    batch["status"] = status
    batch[f"{status}_at"] = int(time.time())


def _fail(batch: dict[str, Any], code: str, message: str) -> None:
    error = {"code": code, "message": message, "line": None, "param": None}
    batch["errors"] = {"object": "list", "data": [error]}
    _end(batch, "failed")


def _response(status: int, body: dict[str, Any]) -> dict[str, Any]:
    return {"status_code": status, "request_id": "loopback", "body": body}


def _draw(*parts: str) -> float:
    return int.from_bytes(hashlib.blake2b("\0".join(parts).encode(), digest_size=8).digest()) / 2**64


def _refuse(message: str, status: int = 400) -> web.Response:
    return web.json_response({"error": {"message": message}}, status=status)
