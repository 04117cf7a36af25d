"""What a run needs of this machine, told in one message before Axolotl spends a minute on failing of it."""

import errno
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from settings import UserError
from training.plan.zero import read_zero
from training.processes import Place, environment
from training.render import on_cpu

_PROBE = """
import json, sys, torch
from torch.utils.cpp_extension import CUDA_HOME
cards = range(torch.cuda.device_count()) if torch.cuda.is_available() else []
bf16 = [torch.cuda.get_device_capability(card)[0] >= 8 for card in cards[: int(sys.argv[1])]]
print(json.dumps({"gpus": len(cards), "bf16": all(bf16), "toolkit": CUDA_HOME is not None}))
"""
"""In a process of its own: one that has asked a card holds some of its memory."""

_COMPILERS = ("gcc", "clang")


@dataclass(frozen=True)
class Machine:
    """`gpus` that the run sees and PyTorch can use, whether those that it takes have bfloat16, and whether CUDA's
    toolkit, a C compiler and the headers of this Python are there."""

    gpus: int
    bf16: bool
    toolkit: bool
    compiler: bool
    headers: bool


def look(environ: Mapping[str, str], wanted: int) -> Machine:
    """Ask PyTorch for the GPUs that a run with `environ` sees, which takes some seconds, and look for what compiles.

    The run takes the first `wanted` of them.
    """
    command = [sys.executable, "-c", _PROBE, str(wanted)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError(f"PyTorch could not be asked for the GPUs:\n{done.stderr.strip()[-2000:]}")
    compiler = bool(os.environ.get("CC") or any(map(shutil.which, _COMPILERS)))
    headers = Path(sysconfig.get_paths("posix_prefix")["include"], "Python.h").is_file()
    return Machine(**json.loads(done.stdout.splitlines()[-1]), compiler=compiler, headers=headers)


def require_cache(name: str) -> None:
    """Raise `UserError` where `datasets`, by which Axolotl reads, cannot write into its cache: that is in the home."""
    from huggingface_hub import constants

    variable = "HF_DATASETS_CACHE" if os.environ.get("HF_DATASETS_CACHE") else "HF_HOME"
    folder = Path(os.environ.get("HF_DATASETS_CACHE") or Path(constants.HF_HOME, "datasets"))
    try:
        if str(folder).startswith("~/"):
            raise FileNotFoundError(errno.ENOENT, "this user has no home")
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise UserError(
            f"{name}: the cache of datasets, {folder}, cannot be written: {error.strerror}",
            hint=f"export {variable}=FOLDER, one on a disk with room, puts it elsewhere",
        ) from error


def require_machine(name: str, config: Mapping[str, Any], place: Place) -> None:
    """Raise `UserError` where the run cannot start here; one on CPUs always can, and Ray's workers may be elsewhere."""
    if not on_cpu(config) and not config.get("use_ray"):
        check_machine(name, config, place, look(environment(config, place), place.gpus // place.machines))


def check_machine(name: str, config: Mapping[str, Any], place: Place, machine: Machine) -> None:
    """Raise `UserError` where a run on GPUs cannot start on `machine`."""
    wanted = place.gpus // place.machines
    if machine.gpus < wanted:
        raise UserError(
            f"{name}: the run wants {wanted} GPU{'s' * (wanted > 1)} of this machine, and PyTorch finds {machine.gpus}",
            hint="--gpus says how many; `just doctor` says what is wrong with one that should be there; "
            "configs/smollm2-cpu.yml and configs/tiny-cpu.yml run on a CPU",
        )
    if config.get("bf16") is True and not machine.bf16:
        raise UserError(
            f"{name}: bf16: a GPU of this machine has no bfloat16 (sm_80 and newer have it)",
            hint="--override configs/hardware/fp16.yml trains in half precision",
        )
    if not (machine.compiler and machine.headers):
        missing = "Python.h" if machine.compiler else "C compiler"
        raise UserError(
            f"{name}: this machine has no {missing}, which Triton needs for its kernels",
            hint="apt-get install gcc python3-dev, or what your distribution calls them",
        )
    file = config.get("deepspeed")
    if isinstance(file, str) and read_zero(file).offload_optimizer and not machine.toolkit:
        raise UserError(
            f"{name}: deepspeed: {file}: this machine has no CUDA toolkit (nvcc), with which DeepSpeed compiles the "
            "optimizer that runs on the host",
            hint="install the toolkit of the CUDA that PyTorch was built with, or train in the image of the Dockerfile",
        )
