"""The training image copies what exists, and sees all of it past the .dockerignore."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest


def _copied(root: Path) -> list[str]:
    lines = re.findall(r"^COPY (?:--\S+ )*(.+)$", (root / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    return [source for line in lines for source in line.split()[:-1]]


def test_every_copied_path_exists_and_is_in_the_build_context(root: Path) -> None:
    allowed = {
        line[1:] for line in (root / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] == "!"
    }
    copied = _copied(root)
    assert [path for path in copied if not (root / path).exists()] == []
    assert set(copied) == allowed


def test_the_image_has_the_tools_that_justw_pins(root: Path) -> None:
    dockerfile = (root / "Dockerfile").read_text(encoding="utf-8")
    for pin in re.findall(r"^(?:UV|JUST)=(\S+)$", (root / "justw").read_text(encoding="utf-8"), re.MULTILINE):
        assert pin in dockerfile


def test_the_image_is_built_on_the_cuda_of_the_locked_torch(root: Path) -> None:
    runtime = re.search(r"^nvidia-cuda-runtime==(\d+\.\d+)", (root / "requirements.txt").read_text(), re.MULTILINE)
    assert runtime is not None
    assert f"FROM nvidia/cuda:{runtime.group(1)}." in (root / "Dockerfile").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["AXOLOTL_DO_NOT_TRACK", "DO_NOT_TRACK", "HF_HUB_DISABLE_TELEMETRY"])
def test_no_telemetry_leaves_the_image(root: Path, name: str) -> None:
    assert f"{name}=1" in (root / "Dockerfile").read_text(encoding="utf-8")


def test_hadolint_finds_nothing(root: Path) -> None:
    hadolint = shutil.which("hadolint") or str(root / ".venv/bin/hadolint")
    done = subprocess.run([hadolint, "Dockerfile"], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
