"""A machine on which the libraries of GPUs do not exist: macOS, for which there is no Triton."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement

from training.processes import Place, accelerate_options
from training.render import CPU_PLUGIN

WITHOUT = """
import importlib.machinery, importlib.util, sys
finder = importlib.machinery.PathFinder
find = finder.find_spec
gone = {"deepspeed", "liger_kernel", "torchao", "triton", "xformers"}
finder.find_spec = staticmethod(lambda name, *rest: None if name.partition(".")[0] in gone else find(name, *rest))

from training.cpu import CpuPlugin
CpuPlugin().register({})
assert importlib.util.find_spec("triton") is None
import axolotl.core.builders
"""
LINUX = {"sys_platform": "linux", "platform_system": "Linux"}
PLACES = {
    "macOS": {"sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": "arm64"},
    "ARM64 Linux": {**LINUX, "platform_machine": "aarch64"},
    "x86-64 Linux": {**LINUX, "platform_machine": "x86_64"},
}


@pytest.mark.slow
def test_the_trainers_of_axolotl_are_imported_on_a_cpu_without_triton() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_cores_are_counted_where_there_is_no_affinity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert accelerate_options({"plugins": [CPU_PLUGIN]}, Place())[-1] == str(os.cpu_count())


@pytest.mark.parametrize("place", PLACES)
def test_the_lock_asks_a_machine_for_nothing_that_is_not_made_for_it(root: Path, place: str) -> None:
    text = (root / "requirements.txt").read_text(encoding="utf-8")
    lines = [Requirement(line) for line in re.findall(r"^([\w.-]+==[^\\\n]+)", text, re.MULTILINE)]
    here = {**default_environment(), **PLACES[place]}
    wanted = {line.name for line in lines if line.marker is None or line.marker.evaluate(here)}
    assert "bitsandbytes" in wanted  # Axolotl's loaders import it
    assert "deepspeed-kernels" not in wanted  # there is none but for Linux on x86-64
    assert {"deepspeed", "triton"} & wanted == (set() if place == "macOS" else {"deepspeed", "triton"})
