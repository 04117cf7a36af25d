"""Whether Ray's own processes are still there: Ray ends a program that has lost them, and says nothing."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.markup import escape

from settings import EXIT_BAD_INPUT, UserError, console

_EVERY = 1.0
"""Seconds between two looks, and for one."""
_HEAD = "RAY_gcs_rpc_server_reconnect_timeout_s"
"""Ray's own variable for the seconds without the head, 60 by default, after which it ends the program."""
_SOONER = 5.0


@contextmanager
def watched(head: str, raylet: str) -> Iterator[None]:
    """End this process with one message where the head (`host:port`) or this node's daemon (a socket's path) is gone.

    No exception could do that: whatever else would end the run asks Ray first, and waits for an answer.
    """
    ended = threading.Event()
    threading.Thread(target=_watch, args=(head, raylet, ended), daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def _watch(head: str, raylet: str, ended: threading.Event) -> None:
    patience = float(os.environ.get(_HEAD, 60)) - _SOONER
    reached = time.monotonic()
    while not ended.wait(_EVERY):
        if _has_ended(raylet):
            _end("Ray's daemon on this node (raylet) has ended")
        if _is_reached(head):
            reached = time.monotonic()
        elif time.monotonic() - reached > patience:
            _end(f"the head of the Ray cluster at {head} cannot be reached any more")


def _is_reached(head: str) -> bool:
    host, _, port = head.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), _EVERY).close()
    except OSError:
        return False
    return True


def _has_ended(raylet: str) -> bool:
    """One that is merely too busy to answer has not."""
    with socket.socket(socket.AF_UNIX) as end:
        end.settimeout(_EVERY)
        try:
            end.connect(raylet)
        except (ConnectionRefusedError, FileNotFoundError):
            return True
        except OSError:
            return False
        return False


def _end(what: str) -> None:
    error = UserError(what, hint="what was answered so far is kept: the same command goes on from here")
    console.print(f"\n[bold red]error:[/] {escape(str(error))}", soft_wrap=True, highlight=False)
    os._exit(EXIT_BAD_INPUT)
