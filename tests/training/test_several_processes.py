"""Runs of several processes: what starts them for GPUs, and two of them training the tiny model on this machine."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from settings import UserError
from training.processes import Place, environment, launch_command
from training.render import render

Run = Callable[..., subprocess.CompletedProcess[str]]
ONE_EACH = ["micro_batch_size=1", "gradient_accumulation_steps=1"]
"""What the production runs need on 8 GPUs, whose step holds fewer sequences than that."""


ACCELERATE = [sys.executable, "-m", "accelerate.commands.launch", "--config_file", "training/accelerate.yml"]
PLAIN = ["--mixed_precision", "no", "--dynamo_backend", "no"]
"""Left to Axolotl's config, and not to a config of accelerate's in somebody's home."""


@pytest.mark.parametrize(("run", "stage"), [("qwen-full", 1), ("deepseek-full-gc", 2)])
@pytest.mark.parametrize("zero", [None, "zero1", "zero2", "zero3", "zero3_offload"])
def test_eight_gpus_run_axolotl_under_the_deepspeed_file(run: str, stage: int, zero: str | None) -> None:
    keys = ONE_EACH + ([f"deepspeed=deepspeed_configs/{zero}.json"] if zero else [])
    config = render(f"configs/{run}.yml", keys=keys, gpus=8)
    assert launch_command(Path("config.yml"), config, Place(gpus=8)) == [
        *ACCELERATE, "--num_machines", "1", "--num_processes", "8", *PLAIN, "--multi_gpu",
        "-m", "axolotl.cli.train", "config.yml",
    ]  # fmt: skip
    file = json.loads(Path(config["deepspeed"]).read_text(encoding="utf-8"))
    assert file["zero_optimization"]["stage"] == (int(zero[4]) if zero else stage)


@pytest.mark.parametrize("rank", [0, 1])
def test_two_machines_agree_on_where_to_meet(rank: int) -> None:
    config = render("configs/qwen-full.yml", keys=ONE_EACH, gpus=16)
    assert launch_command(Path("config.yml"), config, Place(16, 2, rank, "10.0.0.1:29500")) == [
        *ACCELERATE, "--num_machines", "2", "--num_processes", "16", *PLAIN, "--multi_gpu",
        "--machine_rank", str(rank), "--main_process_ip", "10.0.0.1", "--main_process_port", "29500",
        "-m", "axolotl.cli.train", "config.yml",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("processes", "starter"),
    [
        (1, ["accelerate.commands.launch", "--num_machines", "1", "--num_processes", "1", *PLAIN, "--cpu",
             "--num_cpu_threads_per_process", "3"]),
        (2, ["torch.distributed.run", "--standalone", "--nproc-per-node", "2"]),
    ],
)  # fmt: skip
def test_a_cpu_run_of_several_processes_is_not_left_to_accelerate(
    processes: int, starter: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    config = render("configs/tiny-cpu.yml", keys=ONE_EACH, gpus=processes)
    command = launch_command(Path("config.yml"), config, Place(processes), ["--resume"])
    assert command == [sys.executable, "-m", *starter, "-m", "axolotl.cli.train", "config.yml", "--resume"]


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (Place(3, 2, 0, "a:1"), "--gpus 3: they cannot be parted evenly among 2 machines"),
        (Place(4, 2, 2, "a:1"), "--rank, the number of this machine, must be 0 to 1, got 2"),
        (Place(4, 2, 1, "10.0.0.1"), "--main must be the address of machine 0 as host:port, got '10.0.0.1'"),
        (Place(4, 2, 1), "--main must be the address of machine 0 as host:port, got ''"),
    ],
)
def test_a_place_that_cannot_be_is_refused(place: Place, message: str) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        place.check()


@pytest.mark.parametrize(
    ("gpus", "visible", "seen"),
    [(1, None, "0"), (1, "3", "3"), (1, "5,6", "5"), (1, "", ""), (2, None, None), (2, "5,6", "5,6")],
)
def test_a_run_on_one_gpu_sees_one(
    gpus: int, visible: str | None, seen: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert environment(render("configs/qwen-lora.yml"), Place(gpus)).get("CUDA_VISIBLE_DEVICES") == seen


WITHOUT_TOOLKIT = """
import torch, torch.utils.cpp_extension
torch.cuda.is_available, torch.utils.cpp_extension.CUDA_HOME = lambda: True, None
torch.cuda.get_device_properties = lambda *_: type("Card", (), {"major": 8, "minor": 0})
import deepspeed
"""


@pytest.mark.slow
def test_deepspeed_is_imported_beside_a_gpu_without_a_toolkit() -> None:
    environ = environment(render("configs/qwen-lora.yml"), Place())
    done = subprocess.run([sys.executable, "-c", WITHOUT_TOOLKIT], env=environ, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


ASKED = """
import sys
from accelerate.commands import launch
options, _, _ = launch._validate_launch_command(launch.launch_command_parser().parse_args(sys.argv[1:]))
print(options.multi_gpu, options.use_deepspeed, options.use_fsdp, options.num_processes, options.gpu_ids)
"""
OF_SOMEBODY = {"compute_environment": "LOCAL_MACHINE", "distributed_type": "DEEPSPEED", "gpu_ids": "5",
               "num_processes": 8, "deepspeed_config": {"zero_stage": 3}, "use_cpu": False}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("gpus", [1, 2])
def test_a_config_of_accelerates_in_somebodys_home_changes_nothing(gpus: int, tmp_path: Path) -> None:
    (tmp_path / "accelerate").mkdir()
    (tmp_path / "accelerate/default_config.yaml").write_text(json.dumps(OF_SOMEBODY), encoding="utf-8")
    command = launch_command(Path("config.yml"), render("configs/qwen-lora.yml", gpus=gpus), Place(gpus))
    done = subprocess.run(
        [sys.executable, "-c", ASKED, *command[3:]],
        env={**os.environ, "HF_HOME": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.split() == [str(gpus > 1), "False", "False", str(gpus), "all"], done.stderr


def test_ray_starts_its_workers_itself_one_for_each_gpu() -> None:
    config = render("configs/qwen-full.yml", ["configs/hardware/ray.yml"], ONE_EACH, gpus=8)
    assert (config["use_ray"], config["ray_num_workers"], config["resources_per_worker"]) == (True, 8, {"GPU": 1})
    command = launch_command(Path("config.yml"), config, Place(gpus=8))
    assert command == [sys.executable, "-m", "axolotl.cli.train", "config.yml"]
    with pytest.raises(UserError, match="ray_num_workers is 4, but the run was planned for 8 GPUs"):
        render("configs/qwen-full.yml", ["configs/hardware/ray.yml"], [*ONE_EACH, "ray_num_workers=4"], gpus=8)


STEPS = {"max_steps": 4, "logging_steps": 1}


def _losses(text: str) -> list[str]:
    return re.findall(r"'loss': '?([\d.]+)", text)[: STEPS["max_steps"]]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


MEETING = """
import torch, torch.distributed as together
together.init_process_group("gloo")
ranks = torch.tensor([together.get_rank()])
together.all_reduce(ranks)
print("machines", together.get_world_size(), "sum of ranks", ranks.item())
together.destroy_process_group()
"""


@pytest.mark.slow
def test_the_machines_that_accelerate_starts_for_gpus_meet(tmp_path: Path) -> None:
    script, main = tmp_path / "meet.py", f"127.0.0.1:{_free_port()}"
    script.write_text(MEETING, encoding="utf-8")
    config = render("configs/qwen-full.yml", keys=ONE_EACH, gpus=2)
    commands = [launch_command(Path("config.yml"), config, Place(2, 2, rank, main)) for rank in (0, 1)]
    started = [
        subprocess.Popen([*command[:-3], str(script)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for command in commands
    ]
    for process in started:
        assert "machines 2 sum of ranks 1" in process.communicate()[0]


@pytest.fixture(scope="module")
def two_machines(tiny_run_in: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The documented command on two machines, both of them this one: the output folder, and what each printed."""
    folder = tmp_path_factory.mktemp("machines")
    run, main = tiny_run_in(folder, **STEPS), f"127.0.0.1:{_free_port()}"
    command = [sys.executable, "-m", "training", "train", str(run), "--gpus", "2", "--machines", "2", "--main", main]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    logs = [folder / "0.log", folder / "1.log"]
    started = []
    for rank, log in enumerate(logs):
        with log.open("wb") as out:
            one = [*command, "--rank", str(rank)]
            started.append(subprocess.Popen(one, env=environment, stdout=out, stderr=subprocess.STDOUT))
    assert [process.wait() for process in started] == [0, 0], logs[0].read_text()[-3000:]
    return folder / "out", [log.read_text(encoding="utf-8") for log in logs]


@pytest.mark.slow
def test_two_machines_train_one_model(two_machines: tuple[Path, list[str]]) -> None:
    out, (first, second) = two_machines
    losses = _losses(first)
    assert len(losses) == STEPS["max_steps"]
    assert losses == _losses(second)
    assert float(losses[-1]) < float(losses[0])
    assert "step of 8 conversations" in first
    assert (out / "model.safetensors").is_file()


@pytest.mark.slow
def test_two_workers_of_ray_train_as_two_machines_do(
    two_machines: tuple[Path, list[str]], tiny_run_in: Callable[..., Path], run_module: Run, tmp_path: Path
) -> None:
    run = tiny_run_in(tmp_path, **STEPS, use_ray=True)
    environment = {"HF_HUB_OFFLINE": "1", "RAY_DEDUP_LOGS": "0", "RAY_TRAIN_WORKER_GROUP_START_TIMEOUT_S": "300"}
    # Tests of prep's engine in this process switch it off for theirs, and Axolotl's run needs it.
    environment["RAY_ENABLE_AUTO_CONNECT"] = "1"
    done = run_module("training", "train", run, "--gpus", "2", **environment)
    assert done.returncode == 0, done.stderr[-3000:]
    printed = done.stdout + done.stderr
    workers = sorted(set(re.findall(r"RayTrainWorker pid=(\d+)", printed)))
    assert len(workers) == 2
    of_one = [line for line in printed.splitlines() if f"RayTrainWorker pid={workers[0]}" in line]
    assert _losses("\n".join(of_one)) == _losses(two_machines[1][0])
    assert (tmp_path / "out/model.safetensors").is_file()
