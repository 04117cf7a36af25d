"""`python -m benchmarks teacher-server`: the server as a process of its own."""

import argparse
import asyncio
import os
import signal
from collections.abc import Sequence

from pydantic import Field

from benchmarks.teacher_server.batches import BatchRules
from benchmarks.teacher_server.capacity import Capacity
from benchmarks.teacher_server.fates import Fates, Latency, Shares
from benchmarks.teacher_server.server import ChatServer
from settings import Settings, load_config, output, split_overrides

CONFIG = "benchmarks/teacher.yml"


class ServerConfig(Settings):
    """The schema of `benchmarks/teacher.yml`."""

    seed: int
    port: int = Field(ge=0, le=65535)
    core: int | None = Field(ge=0, description="the CPU that the process keeps to")
    marker: str | None = Field(description="what stands before the reply in a prompt")
    retry_after: int = Field(ge=0, description="seconds")
    latency: Latency
    faults: Shares
    capacity: Capacity | None
    batches: BatchRules


def main(arguments: Sequence[str]) -> int:
    """Serve until the process is told to end; prints the base URL on a line of its own when it is ready."""
    overrides, rest = split_overrides(arguments)
    _parser().parse_args(rest)
    config = load_config(CONFIG, ServerConfig, overrides)
    if config.core is not None:
        os.sched_setaffinity(0, {config.core})
    asyncio.run(_serve(config))
    return 0


def _parser() -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        prog="python -m benchmarks teacher-server",
        description="Answer chat completions on loopback with outlines of the reply in each prompt, and with faults.",
        epilog=f"Any key of {CONFIG} can be set: latency.median=0.5. The reply is what stands in a prompt behind "
        'marker="The engineer\'s reply" and its colon; without that key, behind "Doctor\'s reply:", or else behind the '
        'last line that ends with ":".',
    )


async def _serve(config: ServerConfig) -> None:
    fates = Fates(config.seed, config.latency, config.faults, config.retry_after, config.marker)
    server = ChatServer(fates, config.capacity, config.batches, keep=False)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    runner = await server.serve(config.port)
    output.file.write(server.url + "\n")
    output.file.flush()
    await ended.wait()
    await runner.cleanup()
