"""Runs on Modal, as far as they can be looked at without an account: the app is built, and nothing is sent."""

import contextlib
import importlib.metadata
import json
import re
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from settings import UserError, read_yaml
from training.on_modal.client import build
from training.on_modal.command import describe
from training.on_modal.run import CLOUD, ModalRun, Upload, plan_run

Run = Callable[..., subprocess.CompletedProcess[str]]
QWEN = "configs/qwen-full.yml"
NO_ACCOUNT = {"MODAL_CONFIG_PATH": "/dev/null", "MODAL_TOKEN_ID": "", "MODAL_TOKEN_SECRET": ""}


def _spec(run: ModalRun) -> Any:
    return build(run).function.spec


def _layers(image: Any) -> Iterator[Any]:
    """What an image is made of, the oldest first: images with a Dockerfile each, and mounts."""
    inner = next((value for name, value in vars(image).items() if name.startswith("_sync_original")), image)
    for layer in inner._deps() if inner._deps else ():
        yield from _layers(layer)
    yield inner


def _dockerfile(image: Any) -> list[str]:
    """The lines that Modal would build an image from."""
    loads = [layer._load for layer in _layers(image) if layer._load.__closure__]
    closures = [dict(zip(load.__code__.co_freevars, load.__closure__, strict=True)) for load in loads]
    makers = [closure["dockerfile_function"].cell_contents for closure in closures if "dockerfile_function" in closure]
    return [line for make in makers for line in make("2024.10").commands]


def _mounts(image: Any) -> Iterator[tuple[str, str]]:
    """(local folder, folder in the container) of what is added to an image when it starts."""
    for layer in _layers(image):
        for entry in getattr(layer, "_entries", ()):
            yield entry.local_dir.name, str(entry.remote_path)


def test_the_function_has_the_card_memory_time_and_volumes_of_the_cloud_file() -> None:
    cloud, spec = read_yaml(CLOUD), _spec(plan_run(QWEN, [], [], None, None))
    assert (spec.gpus, spec.memory) == ("A100-80GB:1", cloud["memory"] * 1024)
    assert {mount: volume.name for mount, volume in spec.volumes.items()} == {
        "/workspace/data": "outline-data",
        "/workspace/outputs": "outline-models",
        "/workspace/cache": "outline-cache",
    }


@pytest.mark.parametrize(
    ("gpu", "gpus", "asked"), [("a10g", 1, "A10:1"), ("h200", 8, "H200:8"), ("a100-40gb", 2, "A100-40GB:2")]
)
def test_another_card_can_be_asked_for(gpu: str, gpus: int, asked: str) -> None:
    run = plan_run(QWEN, [], ["micro_batch_size=1", "gradient_accumulation_steps=1"], gpu, gpus)
    assert _spec(run).gpus == asked
    assert f"--num_processes {gpus} " in run.command


def test_the_image_is_axolotls_at_the_versions_of_the_lock() -> None:
    lines = _dockerfile(_spec(plan_run(QWEN, [], [], None, None)).image)
    lock = dict(re.findall(r"^([\w-]+)==([\w.]+)", Path("requirements.txt").read_text(encoding="utf-8"), re.MULTILINE))
    base = next(line for line in lines if line.startswith("FROM axolotlai/"))
    assert re.fullmatch(rf"FROM axolotlai/axolotl:{lock['axolotl']}-py3\.12-cu\d+-{lock['torch']}", base)
    assert "ENV HF_HUB_CACHE=/workspace/cache/hub" in lines


def _with_axolotl() -> set[str]:
    """The packages that come with Axolotl."""
    found: set[str] = set()
    waiting = {"axolotl"}
    while waiting:
        name = waiting.pop()
        found.add(name)
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            needed = [line for line in importlib.metadata.requires(name) or [] if "extra ==" not in line]
            waiting |= {re.split(r"[^\w-]", line)[0].lower().replace("_", "-") for line in needed} - found
    return found


def test_the_image_has_all_that_the_rewards_import() -> None:
    wanted = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    missing = {re.split(r"[^\w-]", line)[0].lower() for line in wanted} - _with_axolotl()
    lock = dict(re.findall(r"^([\w-]+)==([\w.]+)", Path("requirements.txt").read_text(encoding="utf-8"), re.MULTILINE))
    lines = _dockerfile(_spec(plan_run(QWEN, [], [], None, None)).image)
    assert missing
    for name in missing:
        assert any(f"{name}=={lock[name]}" in line for line in lines), name


def test_only_code_goes_into_the_container_and_all_that_the_config_names_is_there() -> None:
    mounts = dict(_mounts(_spec(plan_run(QWEN, [], [], None, None)).image))
    assert set(mounts) == {"configs", "deepspeed_configs", "outline", "settings", "training"}
    assert mounts["deepspeed_configs"] == "/workspace/mounts/deepspeed_configs"


def test_no_secret_is_part_of_the_image_or_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_of_somebody")
    spec = _spec(plan_run(QWEN, [], [], None, None))
    assert "hf_of_somebody" not in "\n".join(_dockerfile(spec.image))
    assert len(spec.secrets) == 1
    assert all(isinstance(name, str) for name in read_yaml(CLOUD)["secrets"])  # a mapping would hold a value


def test_every_path_is_one_of_the_container() -> None:
    run = plan_run(QWEN, [], [], None, None)
    assert [dataset["path"] for dataset in run.config["datasets"]] == ["/workspace/data/chat/train.jsonl"]
    assert run.config["output_dir"] == "/workspace/outputs/qwen-full"
    assert run.config["dataset_prepared_path"].startswith("/workspace/outputs/qwen-full/prepared/")
    assert run.config["base_model"] == "Qwen/Qwen2.5-0.5B"
    assert run.uploads == [
        Upload(Path(f"data/chat/{split}.jsonl"), "/workspace/data", f"chat/{split}.jsonl")
        for split in ("train", "validation")
    ]


def test_a_run_after_sft_takes_its_base_from_here_or_from_the_volume(tiny: Path) -> None:
    run = plan_run("configs/qwen-grpo.yml", [], [], None, None)
    assert run.config["base_model"] == "/workspace/outputs/qwen-full"
    assert "must be on its volume, from an earlier run" in "\n".join(describe(run))
    run = plan_run("configs/qwen-grpo.yml", [], [f"base_model={tiny}"], None, None)
    assert Upload(tiny, "/workspace/outputs", str(tiny).lstrip("/")) in run.uploads
    assert run.config["base_model"] == f"/workspace/outputs{tiny}"


def test_a_structure_goes_along_or_is_refused(tmp_path: Path) -> None:
    grpo = "configs/qwen-grpo.yml"
    assert plan_run(grpo, [], ["spec=configs/it-support/outline.yml"], None, None).config["spec"].startswith("configs/")
    other = tmp_path / "outline.yml"
    other.write_text(Path("configs/outline.yml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(UserError, match="does not go along"):
        plan_run(grpo, [], [f"spec={other}"], None, None)
    with pytest.raises(UserError, match=r"nothing\.yml"):
        plan_run(grpo, [], ["spec=configs/nothing.yml"], None, None)


def test_the_container_starts_what_was_printed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Axolotl's own function, with its folder elsewhere and its last call, which starts the command, written down."""
    from axolotl.cli.cloud import modal_

    def here(path: str, *arguments: Any, **options: Any) -> Any:
        return open(tmp_path / Path(path).name, *arguments, **options)

    called: list[str] = []
    monkeypatch.setattr(modal_, "Path", lambda path: tmp_path)
    monkeypatch.setattr(modal_, "open", here, raising=False)
    monkeypatch.setattr(modal_, "run_cmd", lambda command, folder, volumes: called.append(command))
    run = plan_run(QWEN, [], ["micro_batch_size=1", "gradient_accumulation_steps=1"], None, 8)
    build(run).function.local(yaml.safe_dump(run.config), launcher="accelerate", launcher_args=run.launcher_args)
    assert called == [run.command]
    assert read_yaml(tmp_path / "config.yaml") == run.config
    assert "--num_processes 8 " in run.command
    assert "--multi_gpu" in run.command


def test_without_an_account_it_prints_what_would_run_and_says_that_nothing_was_sent(
    run_module: Run, chat_file: Path, tmp_path: Path
) -> None:
    config = read_yaml(QWEN)
    for key in ("datasets", "test_datasets"):
        config[key][0]["path"] = str(chat_file)
    run = tmp_path / "run.yml"
    run.write_text(json.dumps({**config, "output_dir": "outputs/test-of-modal"}), encoding="utf-8")
    done = run_module("training", "modal", run, **NO_ACCOUNT)
    dry = run_module("training", "modal", run, "--dry-run", **NO_ACCOUNT)
    Path("outputs/modal/test-of-modal.yml").unlink()
    with contextlib.suppress(OSError):
        for folder in ("outputs/modal", "outputs"):
            Path(folder).rmdir()
    assert (done.returncode, dry.returncode) == (2, 0)
    assert done.stdout == dry.stdout
    for line in (
        "Modal app outline-test-of-modal: GPU A100-80GB:1",
        f"upload {chat_file} to /workspace/data{chat_file}",
        "runs there: axolotl train --launcher accelerate /workspace/mounts/config.yaml -- "
        "--config_file training/accelerate.yml",
    ):
        assert line in done.stdout
    assert "there is no Modal account on this machine, so nothing was sent" in done.stderr
    assert "hint: `modal token new` opens one" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("path", "keys", "gpu", "message"),
    [
        (QWEN, [], "h900", "'h900' is not a GPU that the planner knows"),
        ("configs/tiny-cpu.yml", [], None, "configs/tiny-cpu.yml: this run keeps to the CPU"),
        (QWEN, ["learning_rte=1"], None, "did you mean learning_rate?"),
    ],
)
def test_a_mistake_is_told_before_anything_is_sent(path: str, keys: list[str], gpu: str | None, message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        plan_run(path, [], keys, gpu, None)


def test_the_recipes_name_the_app_and_the_volume_that_are_used() -> None:
    justfile = Path("justfile").read_text(encoding="utf-8")
    assert "modal app logs 'outline-{{ run }}'" in justfile
    assert "modal volume get outline-models '{{ run }}' outputs/" in justfile
