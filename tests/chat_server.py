"""An OpenAI-compatible HTTP server on loopback whose answers, faults included, a test writes."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass(frozen=True)
class Act:
    """What the server does with one request; `raw` replaces the whole body, `delay` is in seconds."""

    content: str | None = "fine"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    reset: bool = False
    raw: str | None = None
    keep_alive: int = 0
    finish_reason: str = "stop"


@dataclass(frozen=True)
class Seen:
    """A request as it arrived; `text` is its last user message, `time` in seconds of the monotonic clock."""

    text: str
    body: dict[str, Any]
    authorization: str
    time: float


class ChatServer:
    """Answers by `script(seen, times)`, where `times` counts the requests with the same messages, from 1."""

    def __init__(self) -> None:
        self.script: Callable[[Seen, int], Act] = lambda seen, times: Act()
        self.seen: list[Seen] = []
        self.counts: Counter[str] = Counter()
        self.answered = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> "ChatServer":
        self._thread.start()
        self._ready.wait(10)
        return self

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._complete)
        runner = web.AppRunner(app, shutdown_timeout=0)
        self._loop.run_until_complete(runner.setup())
        self._loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", 0).start())
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        seen = Seen(body["messages"][-1]["content"], body, request.headers.get("Authorization", ""), time.monotonic())
        self.seen.append(seen)
        self.counts[str(body["messages"])] += 1
        act = self.script(seen, self.counts[str(body["messages"])])
        await asyncio.sleep(act.delay)
        if act.reset:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        try:
            return await self._answer(request, act)
        except ConnectionResetError:
            # The client was killed or gave up waiting, which is what many tests are about.
            return web.Response()

    async def _answer(self, request: web.Request, act: Act) -> web.StreamResponse:
        response = web.StreamResponse(status=act.status, headers={"Content-Type": "application/json", **act.headers})
        await response.prepare(request)
        for _ in range(act.keep_alive):
            await response.write(b"\n")
            await asyncio.sleep(0.05)
        await response.write((act.raw if act.raw is not None else web.json_response(_completion(act)).text).encode())
        self.answered += act.status == 200
        return response


def _completion(act: Act) -> dict[str, Any]:
    message = {"role": "assistant", "content": act.content}
    return {
        "id": "1",
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "finish_reason": act.finish_reason}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "prompt_cache_hit_tokens": 60},
    }
