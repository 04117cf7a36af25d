"""A wheel unpacked into a folder of its own by whichever package client this machine has."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

from settings import UserError


def unpack_wheel(requirement: str, folder: Path) -> Path:
    """Install the hashed `requirement` (`name==version --hash=sha256:...`) alone, without what it depends on.

    Returns `folder`, which then holds the packages of the wheel. The environment of this process is not touched.
    """
    listing = folder / "requirement.txt"
    listing.write_text(requirement + "\n", encoding="utf-8")
    options = ["--no-deps", "--require-hashes", "--only-binary=:all:", "--target", str(folder), "-r", str(listing)]
    command = [*_client(), "install", *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise UserError(
            f"{requirement.split()[0]}: the wheel could not be fetched:\n{done.stdout.strip()}",
            hint="the package index must be reachable: see UV_DEFAULT_INDEX or PIP_INDEX_URL for a mirror",
        )
    return folder


def _client() -> list[str]:
    """The command of uv, of this environment's pip or of the system's pip, in this order."""
    if uv := shutil.which("uv"):
        return [uv, "pip"]
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "--quiet"]
    if pip := shutil.which("pip3"):
        return [pip, "--quiet"]
    raise UserError("neither uv nor pip is on the PATH, so no wheel can be fetched", hint="run this through ./justw")
