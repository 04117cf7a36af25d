"""The GPU: what its driver tells, and whether PyTorch can use it."""

import json
import shutil
import subprocess
from pathlib import Path

from doctor.finding import Finding

_QUERY = ["--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
_PROBE = """
import json, torch
cuda = torch.cuda
print(json.dumps({"usable": cuda.is_available(), "cuda": torch.version.cuda,
                  "bfloat16": cuda.is_available() and cuda.get_device_capability()[0] >= 8}))
"""


def check_gpu(python: Path, seconds: float = 18) -> Finding:
    """Ask nvidia-smi for the cards and, where there are some, the environment's PyTorch in a process of its own."""
    command = shutil.which("nvidia-smi")
    if command is None:
        return Finding("gpu", "no", "none", "no nvidia-smi")
    told = _run([command, *_QUERY], seconds / 2)
    cards = [" ".join(line.replace(",", "").split()) for line in (told or "").splitlines() if line.strip()]
    if not cards:
        return Finding("gpu", "no", "driver", "nvidia-smi is there and finds no card")
    found = f"{len(cards)} x {cards[0]}" if len(set(cards)) == 1 else "; ".join(cards)
    probed = _run([str(python), "-c", _PROBE], seconds)
    try:
        torch = json.loads(probed or "")
    except ValueError:
        return Finding("gpu", "warn", "untried", f"{found}; PyTorch did not answer")
    if not torch["usable"]:
        return Finding("gpu", "no", "unusable", f"{found}; PyTorch for CUDA {torch['cuda']} cannot use it")
    if not torch["bfloat16"]:
        return Finding("gpu", "warn", "half", f"{found}; no bfloat16")
    return Finding("gpu", "ok", "usable", f"{found}; CUDA {torch['cuda']}")


def _run(command: list[str], seconds: float) -> str | None:
    """Standard output of a command that ended well within its time, else None."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False, errors="replace")
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None
