"""A run that was killed goes on from its newest checkpoint to the same end; a broken one is one message."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
import yaml

from settings import UserError, read_yaml
from tests.training.launches import Launched
from training.checkpoints import require_whole, to_resume
from training.launch import TRAINED

Run = Callable[..., subprocess.CompletedProcess[str]]


def _started(run: Path, checkpoint: Path) -> "tuple[subprocess.Popen[bytes], list[psutil.Process]]":
    """Start the run; return it and all its processes as soon as this checkpoint is complete."""
    started = subprocess.Popen(
        [sys.executable, "-m", "training", "train", str(run)],
        env={**os.environ, "HF_HUB_OFFLINE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while started.poll() is None and not (checkpoint / "trainer_state.json").is_file():
        time.sleep(0.05)
    assert started.poll() is None, "the run ended before its checkpoint"
    return started, psutil.Process(started.pid).children(recursive=True)


def _weights(folder: Path) -> str:
    return hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()


def _losses(out: Path) -> set[tuple[int, float]]:
    """(step, loss) of training and validation; a resumed run validates once more where it begins."""
    state = json.loads((out / "checkpoint-40/trainer_state.json").read_text(encoding="utf-8"))
    return {(entry["step"], entry.get("loss", entry.get("eval_loss"))) for entry in state["log_history"]}


@pytest.fixture(scope="module")
def killed(launched: Launched, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The config of the launched run again, killed after its first checkpoint."""
    folder = tmp_path_factory.mktemp("killed")
    config = {**read_yaml(launched.run), "output_dir": str(folder / "out")}
    run = folder / "run.yml"
    run.write_text(yaml.safe_dump(config), encoding="utf-8")
    started, others = _started(run, folder / "out/checkpoint-10")
    for process in (started, *others):
        process.kill()
    started.wait()
    psutil.wait_procs(others)
    return run


@pytest.mark.slow
def test_a_killed_run_goes_on_to_the_same_end(killed: Path, launched: Launched, run_module: Run) -> None:
    out = killed.parent / "out"
    done = run_module("training", "train", killed, "--resume", HF_HUB_OFFLINE="1")
    assert done.returncode == 0, done.stderr[-3000:]
    assert "going on from checkpoint-10" in done.stderr
    assert "changed since" not in done.stderr
    assert _losses(out) == _losses(launched.out)
    assert _weights(out / "checkpoint-40") == _weights(launched.out / "checkpoint-40")


def _runs(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.slow
def test_a_run_that_is_told_to_end_leaves_no_process_behind(tiny_run: Callable[..., Path], tmp_path: Path) -> None:
    endless = tiny_run(max_steps=100_000, save_strategy="steps", save_steps=10, saves_per_epoch=None)
    started, others = _started(endless, tmp_path / "out/checkpoint-10")
    started.terminate()
    status = started.wait(150)
    # One whose launcher has gone is for PID 1 to wait for, which in a container may not: it has ended all the same.
    left = [process for process in psutil.wait_procs(others, timeout=1)[1] if _runs(process)]
    for process in left:
        process.kill()
    assert len(others) >= 2, "the launcher and the training itself"
    assert (status, left) == (128 + signal.SIGTERM, [])
    assert not (tmp_path / "out" / TRAINED).exists()


@pytest.mark.slow
def test_the_model_that_is_left_is_the_best_by_validation_loss(launched: Launched) -> None:
    state = json.loads((launched.out / "checkpoint-40/trainer_state.json").read_text(encoding="utf-8"))
    losses = {entry["step"]: entry["eval_loss"] for entry in state["log_history"] if entry.get("eval_loss")}
    assert set(losses) >= {10, 20, 30, 40}
    assert state["best_metric"] == min(losses[step] for step in (10, 20, 30, 40))
    assert losses[40] > state["best_metric"]
    assert _weights(launched.out) == _weights(launched.out / Path(state["best_model_checkpoint"]).name)


@pytest.mark.slow
def test_every_checkpoint_is_whole_holds_safetensors_and_its_template(launched: Launched) -> None:
    checkpoints = sorted(launched.out.glob("checkpoint-*"))
    assert checkpoints
    for folder in (*checkpoints, launched.out):
        assert (folder / "model.safetensors").is_file()
        assert (folder / "chat_template.jinja").is_file()
        assert not any(folder.glob("pytorch_model*"))
    for checkpoint in checkpoints:
        require_whole(checkpoint)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["model.safetensors", "optimizer.pt", "scheduler.pt", "rng_state.pth", "trainer_state.json"]
)
def test_a_checkpoint_that_was_cut_off_says_what_to_do(launched: Launched, tmp_path: Path, name: str) -> None:
    newest = max(launched.out.glob("checkpoint-*"), key=lambda path: int(path.name[11:]))
    for number in (8, 9):
        shutil.copytree(newest, tmp_path / f"checkpoint-{number}")
    file = tmp_path / "checkpoint-9" / name
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(UserError, match=rf"checkpoint-9: this checkpoint is broken: {name}") as raised:
        to_resume(tmp_path)
    assert raised.value.hint == f"remove that folder; --resume then goes on from {tmp_path}/checkpoint-8"
    shutil.rmtree(tmp_path / "checkpoint-9")
    assert to_resume(tmp_path) == tmp_path / "checkpoint-8"


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ([], "trainer_state.json is missing"),
        (["trainer_state.json"], "it holds no weights"),
        (["trainer_state.json", "model.safetensors"], "it holds no optimizer"),
    ],
)
def test_a_checkpoint_without_a_part_is_broken(tmp_path: Path, files: list[str], fault: str) -> None:
    (tmp_path / "checkpoint-5").mkdir()
    for name in files:
        (tmp_path / "checkpoint-5" / name).write_text("{}", encoding="utf-8")
    with pytest.raises(UserError, match=fault) as raised:
        to_resume(tmp_path)
    assert raised.value.hint == "remove that folder; the run then begins anew, without --resume"


def test_the_newest_checkpoint_is_the_one_with_the_highest_step(tmp_path: Path) -> None:
    for name in ("checkpoint-9", "checkpoint-10", "checkpoint-best"):
        (tmp_path / name).mkdir()
    with pytest.raises(UserError, match="checkpoint-10: this checkpoint is broken"):
        to_resume(tmp_path)


@pytest.mark.slow
def test_the_command_says_so_in_one_message(run_module: Run, tiny_run: Callable[..., Path], tmp_path: Path) -> None:
    none = run_module("training", "train", tiny_run(), "--resume")
    (tmp_path / "out/checkpoint-5").mkdir(parents=True)
    broken = run_module("training", "train", tiny_run(), "--resume")
    elsewhere = run_module("training", "train", tiny_run(), f"resume_from_checkpoint={tmp_path}/nowhere")
    for done, message in (
        (none, "there is no checkpoint to resume from"),
        (broken, "checkpoint-5: this checkpoint is broken: trainer_state.json is missing"),
        (elsewhere, "nowhere: this checkpoint is broken: there is no such folder"),
    ):
        assert done.returncode == 2
        assert message in done.stderr
        assert "Traceback" not in done.stderr
