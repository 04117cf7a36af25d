"""The server itself: chat completions, statistics, and OpenAI's files and batches, on loopback."""

import asyncio
import json
import math
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable

from aiohttp import web

from benchmarks.teacher_server.act import Act, Script, Seen, see
from benchmarks.teacher_server.batches import Batches, BatchRules
from benchmarks.teacher_server.capacity import Admission, Capacity
from benchmarks.teacher_server.ledger import Ledger

_PAUSE = 0.05
_JSON = {"Content-Type": "application/json"}
_LARGEST = 256 * 2**20
"""Bytes of an uploaded file."""
_RESET = struct.pack("ii", 1, 0)
"""SO_LINGER with no time to linger: closing sends RST instead of FIN."""


class ChatServer:
    """Answers by `script(seen, times)`, where `times` counts the requests with the same messages, from 1.

    `start` runs it in a thread of this process, `serve` in the running loop. `keep` holds every request in `seen`,
    which a long run does not want. `call_script` says what to do with a call of the files or batches, by its method
    and route ("POST /v1/batches") and the number of such calls, from 1: another status than 200 refuses it; `reset`
    and `hang` do what it asks for, but the answer never comes. `calls` counts them. `batches.rules` may change.
    """

    def __init__(
        self,
        script: Script | None = None,
        capacity: Capacity | None = None,
        batches: BatchRules | None = None,
        keep: bool = True,
    ) -> None:
        self.script: Script = script or (lambda seen, times: Act())
        self.call_script: Callable[[str, int], Act] = lambda call, times: Act()
        self.calls: Counter[str] = Counter()
        self.seen: list[Seen] = []
        self.ledger = Ledger()
        self.url = ""
        self._keep = keep
        self._capacity = capacity
        self._admission = Admission(capacity) if capacity else None
        self.batches = Batches(batches or BatchRules(), self)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def counts(self) -> Counter[str]:
        """Requests by the hash of their messages."""
        return self.ledger.counts

    @property
    def answered(self) -> int:
        """Answers with status 200 that were written to the end."""
        return self.ledger.paid

    def start(self) -> "ChatServer":
        """Serve from a thread; returns when the port is bound."""
        self._thread.start()
        self._ready.wait(10)
        return self

    def stop(self) -> None:
        """End the thread; requests under way are cut off."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        runner = self._loop.run_until_complete(self.serve())
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    async def serve(self, port: int = 0) -> web.AppRunner:
        """Listen on loopback (port 0: a free one), set `url`, and return what is to be cleaned up at the end."""
        app = web.Application(client_max_size=_LARGEST)
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_get("/stats", self._stats)
        app.router.add_post("/mark", self._mark)
        app.router.add_post("/reset", self._reset)
        self.batches.add_routes(app.router)
        # A client that goes away cancels its request, so that it is counted at once and not after its latency.
        runner = web.AppRunner(app, shutdown_timeout=0, handler_cancellation=True, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port, backlog=4096).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        return runner

    async def _stats(self, _: web.Request) -> web.Response:
        return web.json_response(self.ledger.stats())

    async def _mark(self, _: web.Request) -> web.Response:
        stats = self.ledger.stats()
        self.ledger.mark()
        return web.json_response(stats)

    async def _reset(self, _: web.Request) -> web.Response:
        """Forget everything, how often messages came included, so that the next run meets the same fates."""
        stats = self.ledger.stats()
        self.ledger = Ledger()
        return web.json_response(stats)

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        try:
            seen = see(json.loads(await request.read()), request.headers.get("Authorization", ""))
        except (ValueError, KeyError, IndexError, TypeError, AttributeError):
            return web.json_response({"error": {"message": "the body is no chat completion request"}}, status=400)
        if self._keep:
            self.seen.append(seen)
        ledger = self.ledger
        times = ledger.arrive(seen)
        act = self._admit(self.script(seen, times))
        written = False
        try:
            response = await self._perform(request, act)
            written = True
            return response
        except ConnectionResetError:
            # The client was killed or gave up waiting, which is what many tests are about.
            return web.Response()
        finally:
            ledger.leave(seen.key, act, written)

    def _admit(self, act: Act) -> Act:
        """Refuse what is beyond the server's own capacity; a request that a drawn fault refuses takes none."""
        if self._admission is None or act.status != 200:
            return act
        wait = self._admission.wait(self.ledger.in_flight - 1, act.usage[0] + act.usage[1])
        if wait is None:
            return act
        body = json.dumps({"error": {"message": "beyond the capacity"}})
        return Act(status=429, headers={"Retry-After": str(wait)}, raw=body, name="capacity")

    async def _perform(self, request: web.Request, act: Act) -> web.StreamResponse:
        await asyncio.sleep(math.inf if act.hang else act.delay)
        if act.reset:
            _break(request)
            return web.Response()
        if act.keep_alive:
            return await self._answer_late(request, act)
        response = web.Response(body=act.text().encode(), status=act.status, headers={**_JSON, **act.headers})
        await response.prepare(request)
        await response.write_eof()
        return response

    async def _answer_late(self, request: web.Request, act: Act) -> web.StreamResponse:
        response = web.StreamResponse(status=act.status, headers={**_JSON, **act.headers})
        await response.prepare(request)
        for _ in range(act.keep_alive):
            await response.write(b"\n")
            await asyncio.sleep(_PAUSE)
        await response.write(act.text().encode())
        await response.write_eof()
        return response


def _break(request: web.Request) -> None:
    assert request.transport is not None
    request.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    request.transport.abort()
