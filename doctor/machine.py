"""The machine itself, from its platform to its browser. All sizes are in bytes; a GB is 10^9 of them."""

import os
import platform
import re
import shutil
from pathlib import Path

from doctor.finding import Finding

GB = 10**9
PROC = Path("/proc")
MEMORY_LIMIT = Path("/sys/fs/cgroup/memory.max")
_MADE_FOR = {
    ("Linux", "x86_64"): ("glibc", (2, 28)),
    ("Linux", "aarch64"): ("glibc", (2, 28)),
    ("Darwin", "arm64"): ("macOS", (14,)),
}
"""System and processor, and from which version on the locked PyTorch is made for it."""


def check_platform() -> Finding:
    """Hold the system and the processor of this Python against those that the locked packages are made for."""
    system, machine = platform.system(), platform.machine()
    name, version = ("macOS", platform.mac_ver()[0]) if system == "Darwin" else platform.libc_ver()
    of, least = _MADE_FOR.get((system, machine), (None, ()))
    fits = name == of and tuple(map(int, re.findall(r"\d+", version))) >= least
    found = f"{system} on {machine}, {f'{name} {version}' if name else 'no glibc'}"
    return Finding("platform", *(("ok", "fits") if fits else ("no", "unfit")), found)


def check_disk(root: Path, environment: int = 9 * GB, quickstart: int = 2 * GB, production: int = 60 * GB) -> Finding:
    """Hold the free disk against what is still to come: the environment where there is none, and the quickstart."""
    needed = quickstart if (root / ".venv/requirements.txt").is_file() else quickstart + environment
    free = shutil.disk_usage(root).free
    found = f"{free / GB:,.1f} GB free, {needed / GB:,.1f} needed"
    if free < needed:
        return Finding("disk", "no", "full", found)
    return Finding("disk", "ok", "roomy", found) if free >= production else Finding("disk", "warn", "tight", found)


def check_memory(quickstart: int = 6 * GB, proc: Path = PROC, limit: Path = MEMORY_LIMIT) -> Finding:
    """Hold the memory of this machine, or of the container, against what training SmolLM2 takes."""
    total, free = _memory(proc)
    allowed = limit.read_text(encoding="utf-8").strip() if limit.is_file() else "max"
    if allowed.isdigit():
        total = min(total, int(allowed))
        free = min(free, total)
    found = f"{total / GB:,.1f} GB, {free / GB:,.1f} of them free; {quickstart / GB:,.1f} needed"
    if total < quickstart:
        return Finding("memory", "no", "little", found)
    return Finding("memory", "warn", "busy", found) if free < quickstart else Finding("memory", "ok", "enough", found)


def _memory(proc: Path) -> tuple[int, int]:
    """Total and available memory; where there is no /proc, all of it counts as available."""
    table = proc / "meminfo"
    if not table.is_file():
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        return total, total
    rows = (line.split(":") for line in table.read_text(encoding="utf-8").splitlines())
    kib = {name: int(value.split()[0]) for name, value in rows}
    return kib["MemTotal"] * 1024, kib.get("MemAvailable", kib["MemTotal"]) * 1024


def check_processor(proc: Path = PROC) -> Finding:
    """Count the cores that this process may use, and look for instructions that multiply in bfloat16."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    table = proc / "cpuinfo"
    flags = table.read_text(encoding="utf-8").split() if table.is_file() else []
    native = bool({"avx512_bf16", "amx_bf16"} & set(flags))
    found = f"{cores} core{'s' * (cores != 1)}, bfloat16 instructions: {'yes' if native else 'none'}"
    if cores < 2:
        return Finding("processor", "warn", "single", found)
    return Finding("processor", "ok", "native", found) if native else Finding("processor", "warn", "plain", found)


def check_compiler() -> Finding:
    """Look for the C++ compiler that DeepSpeed calls."""
    path = shutil.which(os.environ.get("CXX") or "c++")
    return Finding("compiler", "ok", "there", path) if path else Finding("compiler", "no", "missing", "no c++")


def check_browser() -> Finding:
    """Look for the browser that the tests of the pages drive."""
    path = shutil.which("chromium")
    return Finding("browser", "ok", "there", path) if path else Finding("browser", "no", "missing", "no chromium")
