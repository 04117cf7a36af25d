"""A model folder is served by vLLM, in a process of its own: `vllm serve` on loopback."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from settings import UserError, console
from training.use.llama_cpp import CONTEXT

INSTALL = (
    "vLLM wants another PyTorch than training does, so it gets an environment of its own: "
    "`uv tool install 'vllm>=0.12'`, or any other whose `vllm` is on the PATH"
)
STARTING = 600.0
"""Seconds that vLLM has to load the model; compiling its graphs takes a minute or two."""


class VllmServer:
    """vLLM's server over one model folder, at `address`; raises `UserError` where it is missing or does not start."""

    def __init__(self, folder: Path, context: int = CONTEXT) -> None:
        command = shutil.which("vllm")
        if command is None:
            raise UserError(f"{folder}: vLLM is not installed", hint=INSTALL)
        port = _free_port()
        self.address = f"http://127.0.0.1:{port}"
        self._log = tempfile.NamedTemporaryFile(prefix="vllm-", suffix=".log")  # noqa: SIM115 - close() closes it
        options = ["--host", "127.0.0.1", "--port", str(port), "--max-model-len", str(context)]
        # What generation_config.json says of temperature and penalties is left out, as evaluation leaves it out.
        options += ["--generation-config", "vllm", "--served-model-name", folder.resolve().name]
        console.print(f"starting vLLM over {folder} (a minute or more)")
        self._process = subprocess.Popen(
            [command, "serve", str(folder.resolve()), *options],
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "VLLM_NO_USAGE_STATS": "1"},
        )
        try:
            self._wait(folder)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End vLLM and wait until it has gone."""
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def _wait(self, folder: Path) -> None:
        until = time.monotonic() + STARTING
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while time.monotonic() < until:
            if self._process.poll() is not None:
                raise UserError(f"{folder}: vLLM ended while it started:\n{self._last_lines()}")
            try:
                with opener.open(f"{self.address}/health", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.5)
        raise UserError(f"{folder}: vLLM did not start within {STARTING:.0f} s:\n{self._last_lines()}")

    def _last_lines(self) -> str:
        return Path(self._log.name).read_text(encoding="utf-8", errors="replace").strip()[-1500:]


def is_installed() -> bool:
    """True where a `vllm` command is on the PATH."""
    return shutil.which("vllm") is not None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
