"""Each check on machines that are not this one: other files, other programs, other limits."""

import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from doctor.finding import QUICKSTART, Finding, run_checks
from doctor.gpu import check_gpu
from doctor.installed import _WANTED, BASE_MODEL, check_environment, check_index, check_models, check_python, check_vllm
from doctor.machine import GB, check_browser, check_compiler, check_disk, check_memory, check_platform, check_processor
from doctor.network import check_hub
from training.base_models.smollm2 import HUB_ID, WHEEL

CARD = "echo 'NVIDIA H100 80GB HBM3, 81559 MiB, 580.65.06'"
Program = Callable[[str, str], None]


def nobody() -> Finding:
    return Finding("hub", "no", "unreachable", "")


def hub() -> Finding:
    return Finding("hub", "ok", "reachable", "")


@pytest.fixture
def checkout(tmp_path: Path, root: Path) -> Path:
    """The files that the checks read, and an environment made of the lock."""
    folder = tmp_path / "checkout"
    (folder / ".venv/bin").mkdir(parents=True)
    (folder / ".venv/bin/python").touch()
    (folder / ".venv/pyvenv.cfg").write_text("home = /usr/bin\nversion_info = 3.12.4\n")
    shutil.copy(root / "pyproject.toml", folder)
    (folder / "requirements.txt").write_text("a==1\n")
    (folder / ".venv/requirements.txt").write_text("a==1\n")
    return folder


def model(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "config.json").touch()
    (folder / "model.safetensors").touch()


@pytest.mark.parametrize(
    ("system", "machine", "version", "state"),
    [
        ("Linux", "x86_64", ("glibc", "2.28"), "ok"),
        ("Linux", "aarch64", ("glibc", "2.31"), "ok"),
        ("Linux", "x86_64", ("glibc", "2.17"), "no"),
        ("Linux", "x86_64", ("", ""), "no"),
        ("Darwin", "arm64", ("14.5", "", ""), "ok"),
        ("Darwin", "arm64", ("13.6", "", ""), "no"),
        ("Darwin", "x86_64", ("15.1", "", ""), "no"),
        ("Windows", "AMD64", ("", ""), "no"),
    ],
)
def test_a_platform_is_one_that_the_lock_is_made_for(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str, version: tuple[str, ...], state: str
) -> None:
    monkeypatch.setattr("platform.system", lambda: system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr("platform.mac_ver" if system == "Darwin" else "platform.libc_ver", lambda: version)
    finding = check_platform()
    assert (finding.state, finding.needed) == (state, True)
    assert bool(finding.remedy()) == (state == "no")


@pytest.mark.parametrize(("version", "state"), [("3.10.9", "no"), ("3.11.0", "ok"), ("3.12.4", "ok"), ("3.13.1", "no")])
def test_the_python_of_the_environment_is_held_against_the_project(checkout: Path, version: str, state: str) -> None:
    (checkout / ".venv/pyvenv.cfg").write_text(f"version = {version}\n")
    assert check_python(checkout).state == state


def test_an_environment_whose_python_is_gone_is_no_python(checkout: Path) -> None:
    (checkout / ".venv/bin/python").unlink()
    (checkout / ".venv/bin/python").symlink_to("/nowhere/python3")
    finding = check_python(checkout)
    assert finding.state == "no"
    assert "delete .venv" in finding.remedy()


def test_the_environment_is_held_against_the_lock(checkout: Path) -> None:
    assert check_environment(checkout).case == "current"
    (checkout / "requirements.txt").write_text("a==2\n")
    assert check_environment(checkout).case == "stale"
    shutil.rmtree(checkout / ".venv")
    assert check_environment(checkout).case == "absent"


def test_the_disk_must_hold_what_is_still_to_come(checkout: Path) -> None:
    free = shutil.disk_usage(checkout).free
    assert check_disk(checkout, quickstart=1, production=1).case == "roomy"
    assert check_disk(checkout, quickstart=1, production=2 * free).case == "tight"
    assert check_disk(checkout, quickstart=2 * free).state == "no"
    assert check_disk(checkout, environment=2 * free, quickstart=1).state != "no"
    (checkout / ".venv/requirements.txt").unlink()
    assert check_disk(checkout, environment=2 * free, quickstart=1).state == "no"


@pytest.mark.parametrize(
    ("total", "free", "limit", "case"),
    [
        (16, 12, "max", "enough"),
        (16, 2, "max", "busy"),
        (4, 4, "max", "little"),
        (16, 12, str(4 * GB), "little"),
        (16, 12, str(8 * GB), "enough"),
    ],
)
def test_the_memory_is_that_of_the_container(tmp_path: Path, total: int, free: int, limit: str, case: str) -> None:
    kib = 10**9 // 1024
    (tmp_path / "meminfo").write_text(f"MemTotal: {total * kib} kB\nMemFree: 1 kB\nMemAvailable: {free * kib} kB\n")
    (tmp_path / "memory.max").write_text(f"{limit}\n")
    assert check_memory(6 * GB, tmp_path, tmp_path / "memory.max").case == case


def test_a_machine_without_proc_still_tells_its_memory_and_cores(tmp_path: Path) -> None:
    assert check_memory(1, tmp_path, tmp_path / "none").state == "ok"
    assert check_processor(tmp_path).case in ("plain", "single")


def test_bfloat16_instructions_are_found_among_the_flags(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text("flags : fpu avx512f avx512_bf16 amx_tile\n")
    assert check_processor(tmp_path).case in ("native", "single")
    (tmp_path / "cpuinfo").write_text("flags : fpu avx512f\n")
    assert check_processor(tmp_path).case in ("plain", "single")


@pytest.mark.parametrize(
    ("check", "name"), [(check_compiler, "c++"), (check_browser, "chromium"), (check_vllm, "vllm")]
)
def test_a_program_counts_where_it_is_on_the_path(
    program: Program, monkeypatch: pytest.MonkeyPatch, check: Callable[[], Finding], name: str
) -> None:
    monkeypatch.delenv("CXX", raising=False)
    assert check().state == "no"
    program(name, "exit 0")
    assert check().state == "ok"


def test_models_are_listed_and_the_base_model_is_told_from_others(checkout: Path) -> None:
    assert (check_models(checkout).case, check_models(checkout).found) == ("missing", "none")
    model(checkout / "outputs/tiny-cpu")
    (checkout / "models/broken").mkdir(parents=True)
    (checkout / "models/broken/config.json").touch()
    assert (check_models(checkout).case, check_models(checkout).found) == ("missing", "outputs/tiny-cpu")
    model(checkout / BASE_MODEL)
    assert check_models(checkout).case == "there"


def test_the_base_model_and_its_wheel_are_those_of_training() -> None:
    assert (BASE_MODEL.name, _WANTED) == (HUB_ID.split("/")[1], WHEEL)


def test_the_index_is_asked_only_for_what_is_missing(checkout: Path, program: Program) -> None:
    assert check_index(checkout, False, nobody).case == "no_client"
    program("uv", "exit 0")
    assert check_index(checkout, True, nobody).case == "skipped"
    assert check_index(checkout, False, nobody).case == "reachable"
    program("uv", "exit 1")
    assert check_index(checkout, False, nobody).case == "unreachable"
    assert check_index(checkout, False, hub).case == "hub_instead"
    (checkout / ".venv/requirements.txt").unlink()
    assert check_index(checkout, False, hub).case == "unreachable"
    program("uv", "exec /bin/sleep 9")
    assert check_index(checkout, False, nobody, seconds=0.2).state == "no"
    (checkout / ".venv/requirements.txt").write_text("a==1\n")
    model(checkout / BASE_MODEL)
    assert check_index(checkout, False, nobody).case == "unneeded"


def test_the_hub_is_left_alone_where_it_is_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert check_hub(False, 0.5).case == "forbidden"
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    assert check_hub(True, 0.5).case == "skipped"
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:1")
    assert (check_hub(False, 0.5).case, check_hub(False, 0.5).found) == ("unreachable", "127.0.0.1: Connection refused")


@pytest.mark.parametrize(
    ("card", "torch", "case"),
    [
        (CARD, '{"usable": true, "cuda": "13.0", "bfloat16": true}', "usable"),
        (CARD, '{"usable": true, "cuda": "13.0", "bfloat16": false}', "half"),
        (CARD, '{"usable": false, "cuda": "13.0", "bfloat16": false}', "unusable"),
        (CARD, "Traceback", "untried"),
        ("exit 9", "", "driver"),
        ("echo ''", "", "driver"),
        ("exec /bin/sleep 9", "", "driver"),
    ],
)
def test_a_card_counts_where_driver_and_pytorch_agree(
    tmp_path: Path, program: Program, card: str, torch: str, case: str
) -> None:
    program("nvidia-smi", card)
    program("python", f"echo '{torch}'")
    assert check_gpu(tmp_path / "bin/python", seconds=1).case == case


def test_no_driver_is_no_gpu(program: Program) -> None:
    assert check_gpu(Path(sys.executable)).case == "none"


def test_the_installed_pytorch_answers_for_the_cards(program: Program) -> None:
    program("nvidia-smi", f"{CARD}; {CARD}")
    finding = check_gpu(Path(sys.executable), seconds=60)
    assert finding.found.startswith("2 x NVIDIA H100 80GB HBM3 81559 MiB 580.65.06")
    assert finding.case in ("usable", "half", "unusable")


def test_a_check_that_hangs_or_fails_takes_no_other_with_it_and_tells_no_secret() -> None:
    def fails() -> Finding:
        raise ValueError("Invalid header value b'Bearer sk-1234567890'")

    def hangs() -> Finding:
        time.sleep(5)
        raise AssertionError

    checks = {"disk": hangs, "key": fails, "hub": hub}
    found = run_checks(checks, seconds=0.3)
    assert [(each.name, each.state, each.case) for each in found] == [
        ("disk", "no", "late"),
        ("key", "warn", "failed"),
        ("hub", "ok", "reachable"),
    ]
    assert found[1].found == "ValueError"


def test_every_case_says_what_works_and_whatever_is_missing_what_to_do(root: Path) -> None:
    words = yaml.safe_load((root / "doctor/words.yml").read_text(encoding="utf-8"))
    sources = "".join(path.read_text(encoding="utf-8") for path in (root / "doctor").glob("*.py"))
    assert set(QUICKSTART) < set(words)
    for name, cases in words.items():
        for case, said in cases.items():
            assert case == "title" or (f'"{case}"' in sources and said["works"]), f"{name}.{case}"
