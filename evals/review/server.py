"""The server: Gradio's server mode, that is its FastAPI application without its widgets, and a page of our own.

Gradio's widgets need inline scripts and markup set from strings, which a strict content security policy forbids, keep a
rater's state in the server's memory, and give no say in what is sent again after a lost connection.
"""

import asyncio
import logging
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from evals.pages import templates
from evals.review.access import COOKIE, OPEN, Guard, pass_of, same
from evals.review.calls import Rate, Rater, Show, Token, WrongCall
from evals.review.plan import Showing, Study
from evals.review.ratings import AXES, LONGEST_COMMENT, LONGEST_NAME, VERDICTS, Rating
from evals.review.run import ReviewRun
from evals.review.screen import screen
from evals.review.store import RatingStore
from settings import UserError, is_loopback

_PAGE = Path(__file__).with_name("page")
_FILES = {"/review.css": "text/css", "/review.js": "text/javascript", "/answers.js": "text/javascript"}
_WAIT = 0.5
"""Seconds that a wrong token costs."""


log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Review:
    """A study under way."""

    run: ReviewRun
    study: Study
    store: RatingStore

    def enter(self, call: Rater) -> dict[str, Any]:
        """Return how far a rater is; the study is named by its digest, which tells nothing."""
        total = len(_showings(self.study, call.rater))
        return {"study": self._name, "rater": call.rater, "total": total, "done": self._done(call.rater)}

    def show(self, call: Show) -> dict[str, Any]:
        """Return a screen."""
        showing = self._showing(call)
        return screen(self.run, showing, self.store.get(call.rater, call.position))

    def rate(self, call: Rate) -> dict[str, Any]:
        """Store a rating; when this returns it is on the disk."""
        showing, now = self._showing(call), datetime.now(UTC).isoformat(timespec="milliseconds")
        self.store.put(
            Rating(
                study=self.study.digest,
                rater=call.rater,
                position=call.position,
                task=self.study.task,
                question=showing.item.question,
                left=showing.left,
                right=showing.right,
                repeat_of=showing.repeat_of,
                digest=showing.item.digest,
                verdicts=call.verdicts,
                comment=call.comment,
                seconds=round(call.seconds, 1),
                created=now,
                updated=now,
                sent=call.sent,
            )
        )
        return {"done": self._done(call.rater)}

    @property
    def _name(self) -> str:
        return self.study.digest[:16]

    def _done(self, rater: str) -> list[int]:
        return self.store.done(rater)

    def _showing(self, call: Show) -> Showing:
        if call.study != self._name:  # a page that outlived its server: its screens are not those of this study
            raise WrongCall("Nothing was saved: other answers are rated here now. Reload the page.")
        showings = _showings(self.study, call.rater)
        if call.position >= len(showings):
            raise WrongCall(f"there are {len(showings)} screens, from 0; got {call.position}")
        return showings[call.position]


@lru_cache(maxsize=1024)
def _showings(study: Study, rater: str) -> list[Showing]:
    return study.showings(rater)


def create_app(review: Review, host: str, token: str | None) -> Any:
    """Return the ASGI application for a server that listens on `host`."""
    from fastapi.exceptions import RequestValidationError
    from gradio import Server

    app = Server(title="Blind review", openapi_url=None, docs_url=None, redoc_url=None)
    hosts = frozenset({"localhost", "127.0.0.1", "[::1]", host}) if is_loopback(host) else None
    app.add_middleware(Guard, token=token, hosts=hosts)

    async def take_token(call: Token, request: Request) -> Response:
        if token is None or not same(call.token.strip(), token):
            await asyncio.sleep(_WAIT)
            return JSONResponse({"error": "this is not the token"}, status_code=401)
        response = JSONResponse({"ok": True})
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, pass_of(token), httponly=True, samesite="strict", secure=secure)
        return response

    def invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        said = "; ".join(str(problem["msg"]).removeprefix("Value error, ") for problem in error.errors())
        return JSONResponse({"error": said}, status_code=422)

    def wrong(_: Request, error: Exception) -> Response:
        return JSONResponse({"error": str(error)}, status_code=400)

    def failed(_: Request, error: Exception) -> Response:
        # The message names the file, and so perhaps the models: it is for whoever runs the server.
        log.error("%s", error)
        return JSONResponse({"error": "Not saved: the server cannot keep ratings now. Save again."}, status_code=503)

    app.add_api_route(OPEN, take_token, methods=["POST"], response_model=None)
    for path, call in (("/api/enter", review.enter), ("/api/show", review.show), ("/api/rate", review.rate)):
        app.add_api_route(path, call, methods=["POST"])
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(WrongCall, wrong)
    app.add_exception_handler(UserError, failed)
    _add_page(app, needs_token=token is not None)
    return app


def _add_page(app: Any, needs_token: bool) -> None:
    page = templates(_PAGE, autoescape=True).get_template("review.html.j2")
    shown = page.render(
        axes=AXES,
        verdicts=VERDICTS,
        needs_token=needs_token,
        longest_comment=LONGEST_COMMENT,
        longest_name=LONGEST_NAME,
    )
    contents = {"/": (shown, "text/html"), "/icon.svg": ((_PAGE / "icon.svg").read_text("utf-8"), "image/svg+xml")}
    contents |= {path: ((_PAGE / path[1:]).read_text("utf-8"), kind) for path, kind in _FILES.items()}

    def add(path: str, content: str, kind: str) -> None:
        async def get() -> Response:
            return Response(content, media_type=kind)

        app.add_api_route(path, get, methods=["GET"], response_model=None)

    for path, (content, kind) in contents.items():
        add(path, content, kind)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to the address (port 0: any free one); raises `UserError` where that cannot be."""
    try:
        family, *_, address = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(128)
    except OSError as error:
        reason = error.strerror or error
        raise UserError(
            f"--host {host} --port {port}: cannot listen there: {reason}",
            hint="another server may be running there; --port 0 takes any free port",
        ) from error
    return bound


def serve(app: Any, bound: socket.socket) -> None:
    """Answer on a bound socket until the process is interrupted; nothing of a request is logged."""
    import uvicorn

    config = uvicorn.Config(app, access_log=False, log_level="warning", server_header=False)
    uvicorn.Server(config).run(sockets=[bound])
