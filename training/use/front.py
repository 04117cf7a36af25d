"""What stands before a model's server: it adds the training's system message, and the grammar, to what is asked."""

import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientConnectionError, ClientSession, ClientTimeout, web

from training.use.reply import grammar_fields

CHAT = ("/v1/chat/completions", "/chat/completions")
_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding", "host", "upgrade"}
"""Headers that concern one connection, or a body that is not passed on as it came."""

_LARGEST = 64 * 1024 * 1024
"""Bytes of a request."""


@dataclass(frozen=True)
class Additions:
    """What every chat request gets that does not bring its own."""

    system: str | None
    grammar: str | None


def front(upstream: str, additions: Additions) -> web.Application:
    """Return an application that passes every request on to `upstream`, chat requests with the additions."""

    async def pass_on(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if request.method == "POST" and request.path in CHAT:
            body = add(body, additions)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
        try:
            session = request.app[_SESSION]
            async with session.request(request.method, upstream + request.path_qs, data=body, headers=headers) as reply:
                return await _stream(request, reply)
        except ClientConnectionError as error:
            raise web.HTTPBadGateway(text=f"the model's server has gone: {error}") from error

    application = web.Application(client_max_size=_LARGEST)
    application.cleanup_ctx.append(_session)
    application.router.add_route("*", "/{path:.*}", pass_on)
    return application


def add(body: bytes, additions: Additions) -> bytes:
    """Return a chat request with what it lacks; one that is no JSON object is left for the server to refuse."""
    try:
        asked = json.loads(body)
    except ValueError:
        return body
    messages = asked.get("messages") if isinstance(asked, dict) else None
    if not isinstance(messages, list):
        return body
    has_system = any(isinstance(message, dict) and message.get("role") == "system" for message in messages)
    if additions.system and not has_system:
        asked["messages"] = [{"role": "system", "content": additions.system}, *messages]
    if additions.grammar:
        # A form of answer that the request itself asks for would be a second grammar, which servers refuse.
        for other in ("response_format", "json_schema"):
            asked.pop(other, None)
        asked |= grammar_fields(additions.grammar)
    return json.dumps(asked).encode()


_SESSION: web.AppKey[ClientSession] = web.AppKey("session", ClientSession)


async def _session(application: web.Application) -> AsyncIterator[None]:
    async with ClientSession(timeout=ClientTimeout(total=None, sock_connect=10)) as session:
        application[_SESSION] = session
        yield


async def _stream(request: web.Request, reply: Any) -> web.StreamResponse:
    """Hand the reply through as it comes, so that an answer is seen while it is made."""
    headers = {name: value for name, value in reply.headers.items() if name.lower() not in _HOP}
    answer = web.StreamResponse(status=reply.status, headers=headers)
    await answer.prepare(request)
    # A client that goes away ends the request to the model with it, and so the generation.
    with contextlib.suppress(ConnectionResetError):
        async for piece in reply.content.iter_any():
            await answer.write(piece)
        await answer.write_eof()
    return answer
