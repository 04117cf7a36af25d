"""Ray itself: started or joined, quiet, and ended with the run."""

import io
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stdout

from prep.config import Ray
from prep.engines.ray_head import watched
from settings import UserError, disable_telemetry

disable_telemetry()
for _name, _value in {
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",  # else every start warns of it
    "RAY_BACKEND_LOG_LEVEL": "fatal",  # of what its C++ core prints into the terminal, beside our bar
    "RAY_DATA_DISABLE_PROGRESS_BARS": "1",
    "RAY_ENABLE_AUTO_CONNECT": "0",  # else a thread of Ray Data that outlives an interrupt starts a new Ray
    "RAY_DEDUP_LOGS": "0",  # else it prints at exit what it held back
}.items():
    os.environ.setdefault(_name, _value)

import ray  # noqa: E402 - it reads the environment when it is imported
import ray.data  # noqa: E402
import ray.exceptions  # noqa: E402

_LOG = logging.getLogger(__name__)
_LOST = (
    ray.exceptions.RayActorError,
    ray.exceptions.LocalRayletDiedError,
    ray.exceptions.NodeDiedError,
    ray.exceptions.ObjectLostError,
    ray.exceptions.RpcError,
    ray.exceptions.WorkerCrashedError,
)
_LOOPBACK = {"_node_ip_address": "127.0.0.2"} if sys.platform == "linux" else {}
"""Ray would else take the address of a network, and hang when that changes or goes. It also does for 127.0.0.1."""
_STORE = 80 * 2**20
"""Bytes of Ray's object store on this machine, about the least that it takes: rows go through files, not through it."""


@contextmanager
def cluster(options: Ray) -> Iterator[int]:
    """A Ray cluster, until the context ends: yields how many actors it has room for.

    The one that RAY_ADDRESS names, or a new one on this machine; one that this process has joined already stays.
    Raises `UserError` where none answers at RAY_ADDRESS, and where no node has `cpus` cores.
    """
    joined = ray.is_initialized()
    if not joined:
        _start()
    try:
        _quiet()
        with watched(*_own_processes()):
            yield _places(options)
    finally:
        if not joined:
            ray.shutdown()


def _start() -> None:
    address = os.environ.get("RAY_ADDRESS")
    local = {} if address else {"include_dashboard": False, "object_store_memory": _STORE, **_LOOPBACK}
    try:
        with _no_stderr():
            ray.init(address=address or "local", logging_level=logging.ERROR, log_to_driver=False, **local)
    except (ConnectionError, RuntimeError, ValueError) as error:
        if address is None:
            raise
        raise UserError(
            f"RAY_ADDRESS: no Ray cluster answers at {address}: {' '.join(str(error).split())[:200]}",
            hint="unset RAY_ADDRESS to use this machine alone",
        ) from error


def _own_processes() -> tuple[str, str]:
    """Where the head answers, and this node's daemon."""
    context = ray.get_runtime_context()
    (raylet,) = (node["RayletSocketName"] for node in ray.nodes() if node["NodeID"] == context.get_node_id())
    return context.gcs_address, raylet


@contextmanager
def faults() -> Iterator[None]:
    """Turn what Ray raises where it lost a node or a connection for good into a `UserError`; our own faults pass."""
    try:
        yield
    except _LOST as error:
        if getattr(error, "actor_init_failed", False):
            raise
        reason = " ".join(str(error).split())
        raise UserError(
            f"the Ray cluster lost a part of this run and could not make it good: {reason[:300]}",
            hint="what was answered so far is kept: the same command goes on from here",
        ) from error


def quiet_errors() -> AbstractContextManager:
    """Let nothing through of what Ray prints on standard output of nodes and actors that died, but that it was so."""
    return redirect_stdout(_Errors())


class _Errors(io.TextIOBase):
    def write(self, text: str) -> int:
        if "marked dead" in text:
            _LOG.warning("a node of the cluster died; the blocks that it was at work on are taken up elsewhere")
        return len(text)


@contextmanager
def _no_stderr() -> Iterator[None]:
    """Ray's C++ core announces there that it was told to be silent."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(nowhere)
        os.close(kept)


def _quiet() -> None:
    for name in ("ray", "ray.data"):
        logging.getLogger(name).setLevel(logging.ERROR)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False


def _places(options: Ray) -> int:
    cores = [node["Resources"].get("CPU", 0) for node in ray.nodes() if node["Alive"]]
    places = sum(int(count // options.cpus) for count in cores)
    if not places:
        raise UserError(
            f"ray.cpus must be at most the cores of one node, got {options.cpus:g}, the largest node has {max(cores):g}"
        )
    return places
