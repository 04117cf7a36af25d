"""Who may ask the server: a token for every address but loopback, a host name that is meant, and strict headers."""

import hashlib
import hmac
import os
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from settings import UserError, is_loopback

COOKIE = "review"
OPEN = "/api/token"
"""The one call that needs no token, since it brings it."""
_SHORTEST = 16
_LARGEST = 64 * 1024
"""Bytes of a request."""
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Only our own script and style run, nothing is loaded from elsewhere, and no text can become markup."""


def read_token(host: str, variable: str | None, file: Path | None) -> str | None:
    """Return the token that raters must give, without printing any of it; None on loopback where none was named.

    Raises `UserError` for another host without a token, for one that is short, and where it cannot be read.
    """
    if variable is None and file is None:
        if is_loopback(host):
            return None
        raise UserError(
            f"--host {host}: others can reach this address, so raters need a token",
            hint="put a long random text into a variable and name it with --token-env NAME, or use --token-file FILE",
        )
    where = f"--token-env {variable}" if file is None else f"--token-file {file}"
    try:
        token = (os.environ.get(variable or "", "") if file is None else file.read_text(encoding="utf-8")).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{where}: the token cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if len(token) < _SHORTEST:
        raise UserError(f"{where}: a token has at least {_SHORTEST} characters, got {len(token)}")
    return token


class Guard:
    """ASGI middleware: refuses what is not meant for this server, and lays `HEADERS` on every response."""

    def __init__(self, app: ASGIApp, token: str | None, hosts: frozenset[str] | None) -> None:
        """`hosts`: the names by which the server may be called; None for any (a browser on another machine)."""
        self._app = app
        self._token = token
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        refusal = self._refusal(scope["path"], scope["method"], Headers(scope=scope))
        await (refusal or self._app)(scope, receive, with_headers)

    def _refusal(self, path: str, method: str, headers: Headers) -> JSONResponse | None:
        if self._hosts is not None and _name(headers.get("host", "").lower()) not in self._hosts:
            return _error(421, "this server answers to its own name only")
        if method == "POST":
            # A form of another site cannot send this type, and a script of it is not allowed to.
            if headers.get("content-type", "").partition(";")[0] != "application/json":
                return _error(415, "a request is JSON")
            length = headers.get("content-length", "")
            if not length.isdigit():
                return _error(411, "a request tells its length")
            if int(length) > _LARGEST:
                return _error(413, f"a request has at most {_LARGEST} bytes")
        if path.startswith("/api/") and path != OPEN and not self._knows(headers.get("cookie", "")):
            return _error(401, "the token is missing or wrong")
        return None

    def _knows(self, cookies: str) -> bool:
        if self._token is None:
            return True
        try:
            found = SimpleCookie(cookies).get(COOKIE)
        except CookieError:
            return False
        return found is not None and same(found.value, pass_of(self._token))


def pass_of(token: str) -> str:
    """Return what the cookie holds in place of the token; it outlives a restart of the server."""
    return hmac.new(token.encode(), b"outline review", hashlib.sha256).hexdigest()


def same(given: str, expected: str) -> bool:
    """Compare in a time that tells nothing of where they differ."""
    return hmac.compare_digest(given.encode(), expected.encode())


def _name(host: str) -> str:
    """The name in a Host header, without the port."""
    return host.rpartition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]


def _error(status: int, message: str) -> JSONResponse:
    content: dict[str, Any] = {"error": message}
    return JSONResponse(content, status_code=status)
