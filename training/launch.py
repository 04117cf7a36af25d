"""A run through Axolotl: rendered, checked, launched, and marked when it has ended well."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from settings import UserError, console
from training.base_models import is_model_folder
from training.render import check_inputs, on_cpu, render, write_config
from training.schema import check_config

TRAINED = "trained-from"
"""The file in an output folder that says with which rendered config its model was trained, written last."""


_UNITS = {"dpo": "pairs", "grpo": "sampled answers"}
"""What a step counts under each kind of `rl`."""


def train(
    path: str, overrides: Sequence[str] = (), keys: Sequence[str] = (), gpus: int = 1, skip_done: bool = False
) -> int:
    """Train the run at `path`; return Axolotl's exit code.

    With `skip_done` a run that has ended well with the same config and the same dataset is left as it is.
    """
    config = render(path, overrides, keys, gpus)
    if not config.get("output_dir"):
        raise UserError(f"{path}: output_dir is missing")
    check_config(path, config)
    check_inputs(path, config)
    rendered = write_config(config)
    out, state = rendered.parent, hashlib.sha256(rendered.read_bytes()).hexdigest()
    mark = out / TRAINED
    if skip_done and mark.is_file() and mark.read_text(encoding="utf-8") == state and _has_weights(out):
        console.print(f"{out}: trained already with this config and this dataset")
        return 0
    mark.unlink(missing_ok=True)
    console.print(f"training {out}: step of {_step(config, gpus)}, attention {config.get('attn_implementation')}")
    status = subprocess.run(_command(rendered, on_cpu(config), gpus), env=_environment(), check=False).returncode
    if status == 0 and _has_weights(out):
        mark.write_text(state, encoding="utf-8")
        shutil.rmtree(out / "prepared", ignore_errors=True)
    elif status == 0:
        raise UserError(f"{out}: Axolotl ended without an error and left no model", hint=f"see {out}/debug.log")
    # A child that a signal ended has a negative code, which no process can return.
    return status if status >= 0 else 128 - status


def _has_weights(out: Path) -> bool:
    return is_model_folder(out) or (out / "adapter_model.safetensors").is_file()


def _step(config: dict, gpus: int) -> str:
    sequences = config["micro_batch_size"] * config["gradient_accumulation_steps"] * gpus
    if config.get("sample_packing"):
        return f"{sequences} sequences of {config['sequence_len']} tokens"
    return f"{sequences} {_UNITS.get(str(config.get('rl')), 'conversations')}"


def _command(rendered: Path, cpu: bool, gpus: int) -> list[str]:
    options = ["--num_machines", "1", "--num_processes", str(gpus), "--mixed_precision", "no", "--dynamo_backend", "no"]
    if cpu:
        options += ["--cpu", "--num_cpu_threads_per_process", str(_threads())]
    elif gpus > 1:
        options += ["--multi_gpu"]
    return [sys.executable, "-m", "accelerate.commands.launch", *options, "-m", "axolotl.cli.train", str(rendered)]


def _threads() -> int:
    """Threads of a CPU run: what OMP_NUM_THREADS says, else one for each core that this process may use."""
    return int(os.environ.get("OMP_NUM_THREADS", 0)) or len(os.sched_getaffinity(0))


def _environment() -> dict[str, str]:
    # Threads that wait for each other sleep instead of spinning: with other work on the machine, spinning made a
    # step ten times as long.
    return {"OMP_WAIT_POLICY": "PASSIVE", "TOKENIZERS_PARALLELISM": "false", **os.environ}
