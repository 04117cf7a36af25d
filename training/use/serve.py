"""`just serve`: an OpenAI-compatible endpoint over a model, asked as the model was trained."""

import asyncio
import errno
import signal
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from outline import StructureSpec
from settings import UserError, console
from training.use.engines import start_server
from training.use.models import find_model
from training.use.prompt import system_prompt

if TYPE_CHECKING:
    from training.use.front import Additions


@dataclass(frozen=True)
class Serve:
    """What to serve, where, and how."""

    model: str
    engine: str | None
    host: str
    port: int
    """0: any free one."""
    system: str | None
    """None: the one of the training; "": none."""
    grammar: bool
    spec: StructureSpec
    context: int
    parallel: int


def serve(options: Serve) -> int:
    """Serve until Ctrl-C or SIGTERM; return 0.

    Raises `UserError` for a model that cannot be served here, and for a port that is taken, before a model is loaded.
    """
    from training.use.front import Additions

    model = find_model(options.model)
    listening = _listen(options.host, options.port)
    system, origin = system_prompt(model.folder, options.spec)
    if options.system is not None:
        system, origin = options.system, "--system"
    with listening:
        server = start_server(model, options.engine, options.context, options.parallel)
        if system:
            console.print(f"a request without a system message gets that of {origin}", highlight=False)
        try:
            grammar = options.spec.grammar() if options.grammar else None
            asyncio.run(_run(server.address, listening, Additions(system or None, grammar)))
        finally:
            server.close()
    return 0


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens on `port`, so that a port which is taken is known before a model is loaded."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            hint = f"another one: --port {port + 1}, or --port 0 for any that is free"
            raise UserError(f"{host}:{port}: the port is taken", hint=hint) from error
        raise UserError(
            f"{host}:{port}: nothing can listen there: {error.strerror}", hint="this machine: --host 127.0.0.1"
        ) from error
    return listening


async def _run(upstream: str, listening: socket.socket, additions: "Additions") -> None:
    """Answer requests until a signal says to stop."""
    from aiohttp import web

    from training.use.front import front

    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    runner = web.AppRunner(front(upstream, additions), access_log=None)
    await runner.setup()
    host, port = listening.getsockname()[:2]
    await web.SockSite(runner, listening, shutdown_timeout=1).start()
    shown = f"[{host}]" if ":" in host else host
    console.print(f"serving at http://{shown}:{port}/v1 (Ctrl-C ends)", highlight=False, markup=False, soft_wrap=True)
    await stop.wait()
    await runner.cleanup()
