"""What `vllm serve` is started with, and that it ends with us. vLLM itself wants an environment of its own.

The `vllm` on the PATH is a stand-in: a server that tells what it was started with and asked.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from outline import StructureSpec
from training.use.engines import _has_gpu

Run = Callable[..., subprocess.CompletedProcess[str]]

STAND_IN = """#!{python}
import json, os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

record = Path({record!r})
arguments = sys.argv[1:]
options = dict(zip(arguments[2::2], arguments[3::2]))
record.write_text(json.dumps({{"arguments": arguments, "pid": os.getpid()}}))
if {fails}:
    sys.exit("no device was found")

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        models = [{{"id": options["--served-model-name"], "object": "model"}}] if {models} else []
        self.answer({{"object": "list", "data": models}})

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        record.write_text(json.dumps({{**json.loads(record.read_text()), "asked": asked}}))
        chunk = {{"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [
            {{"index": 0, "delta": {{"content": "- a\\n  - b\\n    - c"}}, "finish_reason": "stop"}}]}}
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(f"data: {{json.dumps(chunk)}}\\n\\ndata: [DONE]\\n\\n".encode())

    def answer(self, content):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, *arguments):
        pass

HTTPServer((options["--host"], int(options["--port"])), Handler).serve_forever()
"""


@pytest.fixture
def stand_in(tmp_path: Path) -> Callable[..., tuple[str, Path]]:
    """Put a `vllm` into a folder; return the PATH with it, and the file where it keeps what it got."""

    def put(fails: bool = False, models: bool = True) -> tuple[str, Path]:
        command, record = tmp_path / "bin/vllm", tmp_path / "record.json"
        command.parent.mkdir()
        told = {"python": sys.executable, "record": str(record), "fails": fails, "models": models}
        command.write_text(STAND_IN.format(**told), encoding="utf-8")
        command.chmod(0o755)
        return f"{command.parent}{os.pathsep}/usr/bin:/bin", record

    return put


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "a-model"
    folder.mkdir()
    for name in ("config.json", "tokenizer_config.json", "model.safetensors", "chat_template.jinja"):
        (folder / name).write_text("{}", encoding="utf-8")
    return folder


def test_chat_starts_it_asks_it_with_the_grammar_and_ends_it(
    stand_in: Callable[..., tuple[str, Path]], model: Path, run_module: Run, spec: StructureSpec
) -> None:
    path, record = stand_in()
    done = run_module("training", "chat", model, "it hurts", "--engine", "vllm", "--grammar", PATH=path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "- a\n  - b\n    - c\n"
    got = json.loads(record.read_text(encoding="utf-8"))
    assert got["arguments"][:4] == ["serve", str(model), "--host", "127.0.0.1"]
    assert got["asked"]["structured_outputs"] == {"grammar": spec.grammar()}
    assert got["asked"]["model"] == "a-model"
    assert [message["role"] for message in got["asked"]["messages"]] == ["system", "user"]
    with pytest.raises(ProcessLookupError):
        os.kill(got["pid"], 0)


def test_it_ends_when_it_cannot_be_asked(
    stand_in: Callable[..., tuple[str, Path]], model: Path, run_module: Run
) -> None:
    path, record = stand_in(models=False)
    done = run_module("training", "chat", model, "it hurts", "--engine", "vllm", PATH=path)
    assert done.returncode == 2
    assert "the server offers no model" in done.stderr
    with pytest.raises(ProcessLookupError):
        os.kill(json.loads(record.read_text(encoding="utf-8"))["pid"], 0)


def test_what_it_said_when_it_could_not_start_is_shown(
    stand_in: Callable[..., tuple[str, Path]], model: Path, run_module: Run
) -> None:
    path, _ = stand_in(fails=True)
    done = run_module("training", "serve", model, "--engine", "vllm", "--port", "0", PATH=path)
    assert done.returncode == 2
    assert "vLLM ended while it started:\nno device was found" in done.stderr


@pytest.mark.skipif(any(Path("/dev").glob("nvidia[0-9]*")), reason="this machine has a GPU")
def test_without_a_gpu_it_is_not_started_unasked(
    stand_in: Callable[..., tuple[str, Path]], model: Path, run_module: Run
) -> None:
    path, record = stand_in()
    done = run_module("training", "serve", model, "--port", "0", PATH=path)
    assert done.returncode == 2
    assert "vLLM is installed, but there is no GPU" in done.stderr
    assert not record.exists()


@pytest.mark.parametrize("trace", ["dev/nvidia0", "dev/kfd", "usr/lib/wsl/lib/libcuda.so.1"])
def test_a_gpu_is_found_under_wsl_too(tmp_path: Path, trace: str) -> None:
    assert not _has_gpu(tmp_path)
    (tmp_path / trace).parent.mkdir(parents=True)
    (tmp_path / trace).touch()
    assert _has_gpu(tmp_path)
