"""The processes of a run under engine ray, and what each is for."""

import psutil

DRIVER, ACTOR, RAY = "driver", "actor", "Ray's own"
"""Our command, our actors, and what Ray starts beside them."""


def family(pid: int) -> list[psutil.Process]:
    """Return a process and all below it; nothing once it has ended."""
    try:
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    except psutil.Error:
        return []


def kind(process: psutil.Process, driver: int) -> str:
    """Return what a process is, by its title; raises `psutil.Error` for one that has ended."""
    if process.pid == driver:
        return DRIVER
    command = process.cmdline()
    return ACTOR if command and "BlockConverter" in command[0] else RAY
