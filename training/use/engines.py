"""Which engine answers for a model."""

from pathlib import Path
from urllib.parse import urlsplit

from settings import UserError
from training.use.endpoint import Served, Server
from training.use.llama_cpp import LlamaCpp, LlamaCppServer
from training.use.models import Model, require_whole
from training.use.reply import Engine
from training.use.vllm import INSTALL, VllmServer
from training.use.vllm import is_installed as vllm_is_installed

NAMES = ("hf", "llama.cpp", "vllm")
_TRACES = ("dev/nvidia[0-9]*", "dev/kfd", "usr/lib/wsl/lib/libcuda.so.1")
"""What shows a GPU: NVIDIA's device, AMD's, and under WSL2, which has neither, the driver that Windows lends."""
_CALLED = {"gguf": "a GGUF file", "folder": "a model folder", "adapter": "a LoRA adapter"}
_TAKES = {"hf": ("folder", "adapter"), "llama.cpp": ("gguf",), "vllm": ("folder",)}


def is_url(name: str) -> bool:
    """True for the address of a server."""
    return urlsplit(name).scheme in ("http", "https")


def start_engine(model: Model, name: str | None, context: int) -> Engine:
    """Return what answers for a model: llama.cpp for a GGUF, else transformers in this process, or what `name` says."""
    engine = name or ("llama.cpp" if model.kind == "gguf" else "hf")
    _require_fit(model, engine)
    if engine == "llama.cpp":
        return LlamaCpp(model.path, context)
    if engine == "vllm":
        return Served(VllmServer(require_whole(model, "vLLM"), context))
    from training.use.hf import Hf

    return Hf(model)


def start_server(model: Model, name: str | None, context: int, parallel: int) -> Server:
    """Return a server over a model: llama.cpp's for a GGUF, vLLM's for a folder where it and a GPU are there.

    `name` asks for vLLM without a GPU too. Raises `UserError` with what to install, or what to make of the model first.
    """
    if model.kind == "gguf":
        _require_fit(model, name or "llama.cpp")
        return LlamaCppServer(model.path, context, parallel)
    folder = require_whole(model, "a server")
    if name not in (None, "vllm"):
        raise UserError(f"{folder}: {name} does not serve a model folder", hint=_how_to_serve(folder))
    if not vllm_is_installed():
        raise UserError(f"{folder}: vLLM, which serves a model folder, is not installed", hint=_how_to_serve(folder))
    if name is None and not _has_gpu():
        raise UserError(
            f"{folder}: vLLM is installed, but there is no GPU",
            hint=f"--engine vllm starts it all the same (its build for CPUs needs none); {_how_to_serve(folder)}",
        )
    return VllmServer(folder, context)


def _require_fit(model: Model, engine: str) -> None:
    if model.kind not in _TAKES[engine]:
        allowed = " or ".join(_CALLED[kind] for kind in _TAKES[engine])
        raise UserError(
            f"{model.path}: {engine} takes {allowed}, and this is {_CALLED[model.kind]}",
            hint="`just merge` makes a model folder of an adapter, `just export` a GGUF file of a model folder",
        )


def _how_to_serve(folder: Path) -> str:
    return f"without a GPU: just export {folder}, then serve the GGUF. With one: {INSTALL}"


def _has_gpu(root: Path = Path("/")) -> bool:
    return any(any(root.glob(trace)) for trace in _TRACES)
