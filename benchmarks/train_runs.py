"""The runs that `train-gpu` measures, and one of them as a process with a time limit."""

import contextlib
import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from settings import UserError, read_yaml
from training.group import PATIENCE
from training.render import render

OVERRIDE = "configs/hardware/a10g-24gb.yml"
PLUGIN = "benchmarks.train_plugin.MeterPlugin"
OUT, CAP = "TRAIN_METER_OUT", "TRAIN_METER_CAP_GIB"
"""What tells the plugin where to write, and how many GiB it may use."""
LIGER = "axolotl.integrations.liger.LigerPlugin"


@dataclass(frozen=True)
class Run:
    """One run: a config with an override and keys laid over it, the base model that it gets, and the most GiB of the
    card that it may use."""

    name: str
    config: str
    model: str
    override: str | None = None
    keys: tuple[str, ...] = ()
    cap: float | None = None


@dataclass(frozen=True)
class Lab:
    """What is measured: models by name (architecture as known to the planner, or its keys; family of the template),
    the runs, and the plain Trainer beside them."""

    models: dict[str, tuple[str | dict[str, Any], str]]
    runs: tuple[Run, ...]
    plain: tuple[str, int, int]
    """Base model, conversations a step, tokens a conversation."""
    conversations: int
    scale: float
    """Of the true lengths."""
    steps: int
    cpu: bool = False


QWEN, DEEPSEEK = "Qwen/Qwen2.5-0.5B", "deepseek-ai/DeepSeek-R1-Distill-Qwen-1.5B"
PRODUCTION = ("qwen-full", "deepseek-full-gc", "qwen-lora", "deepseek-lora")
GPU = Lab(
    models={"qwen": (QWEN, "qwen2"), "deepseek": (DEEPSEEK, "deepseek")},
    runs=(
        Run("qwen-full", "configs/qwen-full.yml", "qwen"),
        Run("qwen-lora", "configs/qwen-lora.yml", "qwen"),
        Run("qwen-full-24gb", "configs/qwen-full.yml", "qwen", OVERRIDE, cap=21.0),
        Run("deepseek-full-gc", "configs/deepseek-full-gc.yml", "deepseek"),
        Run("deepseek-lora", "configs/deepseek-lora.yml", "deepseek"),
        # With Liger's own fused loss: what the loss of the answers alone saves.
        Run("qwen-full-fused-loss", "configs/qwen-full.yml", "qwen", keys=(f"plugins={json.dumps([LIGER])}",)),
    ),
    plain=("qwen", 16, 768),
    conversations=3311,
    scale=1.0,
    steps=30,
)

TINY = {
    "model_type": "qwen2", "vocab_size": 2048, "hidden_size": 128, "intermediate_size": 384, "num_hidden_layers": 3,
    "num_attention_heads": 4, "num_key_value_heads": 2, "tie_word_embeddings": True,
}  # fmt: skip
PACKED = ("sample_packing=true", "pad_to_sequence_len=true", "sequence_len=512", "micro_batch_size=2")
SELF_TEST = Lab(
    models={"tiny": (TINY, "qwen2")},
    runs=(Run("tiny-packed", "configs/tiny-cpu.yml", "tiny", keys=(*PACKED, "dataset_num_proc=1")),),
    plain=("tiny", 2, 256),
    conversations=64,
    scale=0.3,
    steps=5,
    cpu=True,
)


def prepare(lab: Lab, work: Path) -> None:
    """Make models and conversations in `work`, unless they are there."""
    from transformers import AutoConfig, AutoTokenizer

    from benchmarks.train_inputs import make_model, write_conversations
    from training.plan.architecture import model_config

    for name, (shape, family) in lab.models.items():
        known = isinstance(shape, str)
        make_model(work / name, model_config(name, shape) if known else AutoConfig.for_model(**shape), family)
    tokenizer: Any = AutoTokenizer.from_pretrained(work / lab.plain[0])
    write_conversations(work, tokenizer, lab.conversations, lab.scale)


def keys_of(run: Run, lab: Lab, work: Path) -> list[str]:
    """The keys that let `run` train on what `prepare` made, for some steps and with an evaluation at the end."""
    config = read_yaml(run.config)
    dataset = config["datasets"][0]
    parts = {
        "datasets": [{**dataset, "path": str(work / "train.jsonl")}],
        "test_datasets": [{**dataset, "path": str(work / "validation.jsonl"), "split": "train"}],
        "base_model": str(work / run.model),
        "output_dir": str(work / "out" / run.name),
        "max_steps": lab.steps, "eval_steps": lab.steps, "logging_steps": lab.steps,
        "save_strategy": "no", "use_tensorboard": False,
    }  # fmt: skip
    unwanted = ("evals_per_epoch", "saves_per_epoch", "save_total_limit", "load_best_model_at_end",
                "metric_for_best_model", "greater_is_better")  # fmt: skip
    parts |= dict.fromkeys(key for key in unwanted if key in config)
    return [*(f"{key}={json.dumps(value)}" for key, value in parts.items()), *run.keys]


def command(run: Run, lab: Lab, work: Path, verb: str) -> list[str]:
    """`training train` or `training plan` with the run's override and keys."""
    override = ["--override", run.override] if run.override else []
    return ["training", verb, run.config, *override, *keys_of(run, lab, work)]


def train(run: Run, lab: Lab, work: Path, limit: float) -> dict[str, Any]:
    """Measure `run` through Axolotl: what the meter wrote, the driver's peak, and how the process ended."""
    file = work / f"{run.name}.json"
    plugins = [*render(run.config, [run.override] if run.override else [], run.keys)["plugins"], PLUGIN]
    told = {OUT: str(file.resolve()), **({CAP: str(run.cap)} if run.cap else {})}
    return _measured([*command(run, lab, work, "train"), f"plugins={json.dumps(plugins)}"], file, limit, told)


def train_plainly(lab: Lab, work: Path, limit: float) -> dict[str, Any]:
    """Measure the plain Trainer."""
    model, batch, length = lab.plain
    file = work / "plain.json"
    sizes = ["--steps", str(lab.steps), "--batch", str(batch), "--length", str(length), *(["--cpu"] if lab.cpu else [])]
    arguments = ["benchmarks.train_plain", str(work / model), str(work / "train.jsonl"), str(file)]
    return _measured([*arguments, *sizes], file, limit, {})


def plan(run: Run, lab: Lab, work: Path, card: str | None, limit: float) -> dict[str, Any]:
    """What `training plan` foretells of `run`, as its own JSON."""
    asked = ["--data", str(work / "train.jsonl"), "--tokenizer", str(work / run.model), "--json"]
    log = work / f"{run.name}.plan"
    done = finish([*command(run, lab, work, "plan"), *asked, *(["--gpu", card] if card else [])], log, limit, {})
    if done:
        raise UserError(f"{run.name} could not be planned ({done})", hint=f"see {log.with_suffix('.err')}")
    return json.loads(log.read_text(encoding="utf-8").splitlines()[-1])


def _measured(arguments: Sequence[str], file: Path, limit: float, told: dict[str, str]) -> dict[str, Any]:
    file.unlink(missing_ok=True)
    started = time.monotonic()
    with Driver() as driver:
        ended = finish(arguments, file.with_suffix(".log"), limit, told)
    result = {"ended": ended or "well", "wall_seconds": time.monotonic() - started, "driver_mib": driver.peak}
    if file.is_file() and not ended:
        return {**result, "measured": json.loads(file.read_text(encoding="utf-8"))}
    return {**result, "ended": ended or "no measurement", "said": _last_words(file.with_suffix(".err"))}


def _last_words(errors: Path) -> list[str]:
    lines = errors.read_text(encoding="utf-8", errors="replace").replace("\r", "\n").splitlines()
    return [line for line in lines if line.strip()][-5:]


def finish(arguments: Sequence[str], log: Path, limit: float, told: dict[str, str]) -> str:
    """Run `python -m ARGUMENTS`, its output in `log`, its errors beside it; return why it did not end well, or ""."""
    log.parent.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "COLUMNS": "200", **told}
    with log.open("w", encoding="utf-8") as file, log.with_suffix(".err").open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments], stdout=file, stderr=errors, env=environment, start_new_session=True
        )
        try:
            status = process.wait(None if limit == math.inf else limit)
        except subprocess.TimeoutExpired:
            _kill(process)
            return f"not done after {limit:.0f} s"
    return f"status {status}" if status else ""


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """End a process and its children; `training train` ends what it launched, which is in a group of its own."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE + 10)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class Driver:
    """What nvidia-smi reports of the first card's memory while a process runs; None where there is no nvidia-smi."""

    def __init__(self) -> None:
        self.peak: int | None = None
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> "Driver":
        asked = ["--id=0", "--query-gpu=memory.used", "--format=csv,noheader,nounits", "--loop-ms=200"]
        try:
            self._process = subprocess.Popen(["nvidia-smi", *asked], stdout=subprocess.PIPE, text=True)
        except OSError:
            return self
        threading.Thread(target=self._read, daemon=True).start()
        return self

    def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.strip().isdigit():
                self.peak = max(self.peak or 0, int(line))

    def __exit__(self, *_: Any) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()


def card_name() -> tuple[str, float] | None:
    """The first card as its driver calls it, and its GiB; None without one."""
    asked = ["nvidia-smi", "--id=0", "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]
    try:
        name, memory = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip().rsplit(",", 1)
    except (OSError, subprocess.CalledProcessError, ValueError):
        return None
    return name, float(memory) / 1024
