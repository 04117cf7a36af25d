"""The command as a user runs it: here, and where the quickstart cannot work."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def bare(tmp_path: Path, root: Path) -> Path:
    """The tracked files that the command reads; no environment and no model."""
    for name in ("pyproject.toml", "requirements.txt", "configs/prep.yml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(root / name, tmp_path / name)
    return tmp_path


def doctor(folder: Path, root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "doctor", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(root), "COLUMNS": "100", "HF_HUB_OFFLINE": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_json_is_one_object_with_every_check(run_module: Run) -> None:
    done = run_module("doctor", "--json", "--offline")
    told = json.loads(done.stdout)
    assert set(told) == {"quickstart", "checks"}
    assert done.returncode == int(not told["quickstart"])
    assert done.stderr == ""
    names = [check["name"] for check in told["checks"]]
    assert len(names) == len(set(names)) == 14
    for check in told["checks"]:
        assert set(check) == {"name", "state", "found", "needed", "works", "remedy"}
        assert check["state"] in ("ok", "warn", "no")
        assert check["found"]
        assert check["works"]
    blocking = [check for check in told["checks"] if check["needed"] and check["state"] == "no"]
    assert told["quickstart"] == (not blocking)


def test_a_terminal_that_is_not_utf_8_shows_escapes(bare: Path, root: Path) -> None:
    done = doctor(bare, root, "--offline", PYTHONIOENCODING="ascii")
    assert "Traceback" not in done.stderr
    assert r"\u2192 ./justw setup" in done.stdout


def test_a_machine_that_can_fetch_nothing_cannot_run_the_quickstart(bare: Path, root: Path) -> None:
    programs = bare / "bin"
    programs.mkdir()
    (programs / "uv").write_text("#!/bin/sh\necho no route >&2\nexit 2\n")
    (programs / "uv").chmod(0o755)
    done = doctor(bare, root, PATH=str(programs))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "would not work here yet: package index" in done.stdout
    assert "UV_DEFAULT_INDEX" in done.stdout
    assert "UV_SYSTEM_CERTS=1" in done.stdout
    assert done.stderr == ""


def test_without_an_environment_the_first_recipe_is_said_to_install_it(bare: Path, root: Path) -> None:
    told = json.loads(doctor(bare, root, "--json", "--offline").stdout)["checks"]
    states = {check["name"]: (check["state"], check["remedy"]) for check in told}
    assert states["environment"] == ("warn", "./justw setup")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--config", "configs/gone.yml"], "configs/gone.yml: the config cannot be read"),
        (["--timeout", "0"], "--timeout must be more than 0 seconds, got 0"),
        (["teacher.model=[a"], "the value is not valid YAML"),
    ],
)
def test_a_mistake_is_one_message(run_module: Run, arguments: list[str], message: str) -> None:
    done = run_module("doctor", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
