"""A run through Axolotl: rendered, checked, launched, and marked when it has ended well."""

import hashlib
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from settings import UserError, console, read_yaml, write_text
from training.base_models import is_model_folder
from training.checkpoints import require_whole, to_resume
from training.group import run_in_group
from training.hub import require_model
from training.machine import require_cache, require_machine
from training.plan.architecture import model_config
from training.processes import Place, environment, launch_command
from training.render import check_inputs, config_text, render, write_config
from training.schema import check_config
from training.template import tokenizer_of
from training.turns import check_turns

TRAINED = "trained-from"
"""The file in an output folder that says with which rendered config its model was trained, written last."""

_LAUNCHED = "launched.yml"
"""The config of a run that failed over a model which was there before and keeps its own config.yml."""
_TOO_LONG = re.compile(r"Sequence encountered with (\d+) tokens, which exceeds the maximum (\d+)")
_NO_BATCH = "'eval_loss', which is not found in the evaluation metrics"
_UNITS = {"dpo": "pairs", "grpo": "sampled answers"}
"""What a step counts under each kind of `rl`."""


def train(
    path: str,
    overrides: Sequence[str] = (),
    keys: Sequence[str] = (),
    place: Place | None = None,
    skip_done: bool = False,
    resume: bool = False,
) -> int:
    """Train the run at `path`; return Axolotl's exit code, or 128 and the number of the signal that ended it.

    With `skip_done` a run that has ended well with the same config and the same dataset is left as it is. With `resume`
    it goes on from its newest checkpoint.
    """
    place = place or Place()
    place.check()
    config = render(path, overrides, keys, place.gpus)
    _require_sound(path, config)
    out = Path(config["output_dir"])
    state, mark = _state(config_text(config)), out / TRAINED
    if skip_done and mark.is_file() and mark.read_text(encoding="utf-8") == state and _has_weights(out):
        console.print(f"{out}: trained already with this config and this dataset")
        return 0
    _require_startable(path, config, place)
    checkpoint = to_resume(out) if resume else None
    before = _written(out)
    trained = _trained(out)
    (out / _LAUNCHED).unlink(missing_ok=True)
    rendered = write_config(config)
    if checkpoint:
        _say_what_changed(checkpoint, before, _written(out))
    mark.unlink(missing_ok=True)
    console.print(f"training {out}: step of {_step(config, place.gpus)}, attention {config.get('attn_implementation')}")
    options = [f"--resume-from-checkpoint={checkpoint}"] if checkpoint else []
    command = launch_command(rendered, config, place, options)
    status = run_in_group(command, environment(config, place))
    if status == 0 and place.rank == 0:
        _finish(out, state)
    if status != 0 and trained and place.rank == 0:
        _put_back(out, trained)
    if status > 0:
        _explain(path, out)
    # What a signal ended has a negative code, which no process can return.
    return status if status >= 0 else 128 - status


def _require_sound(path: str, config: Mapping[str, Any]) -> None:
    """Raise `UserError` for what is wrong with the run itself."""
    if not config.get("output_dir"):
        raise UserError(f"{path}: output_dir is missing")
    check_config(path, config)
    check_inputs(path, config)


def _require_startable(path: str, config: Mapping[str, Any], place: Place) -> None:
    """Raise `UserError` for what would end the run before its first step: the machine, the model, the checkpoint."""
    require_machine(path, config, place)
    require_cache(path)
    model = str(config.get("base_model"))
    if not Path(model).exists():
        require_model(path, model)
    if not config.get("trust_remote_code"):
        model_config(path, model)
    if (tokenizer := tokenizer_of(config)) is not None:
        check_turns(path, config, tokenizer)
    if config.get("resume_from_checkpoint"):
        require_whole(Path(str(config["resume_from_checkpoint"])))


def _written(out: Path) -> dict[str, Any]:
    """The rendered config of the last launch into `out`; empty where there was none."""
    files = (out / _LAUNCHED, out / "config.yml")
    return next((read_yaml(file) for file in files if file.is_file()), {})


def _say_what_changed(checkpoint: Path, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    console.print(f"{checkpoint.parent}: going on from {checkpoint.name}")
    changed = sorted(key for key in {*before, *now} if before.get(key) != now.get(key))
    if before and changed:
        names = ", ".join(changed).replace("dataset_prepared_path", "the dataset")
        console.print(f"[yellow]changed since this run was last started:[/] {names}")


@dataclass(frozen=True)
class _Trained:
    """A model that lies in an output folder: how it was trained, its mark, and (size, time) of its files of weights."""

    config: str
    mark: str
    weights: Mapping[str, tuple[int, int]]


def _trained(out: Path) -> _Trained | None:
    """The model in `out`, where its config is the one that it was trained with."""
    config, mark = out / "config.yml", out / TRAINED
    if not (config.is_file() and mark.is_file() and _has_weights(out)):
        return None
    text, said = (file.read_text(encoding="utf-8") for file in (config, mark))
    return _Trained(text, said, _weights(out)) if said == _state(text) else None


def _put_back(out: Path, trained: _Trained) -> None:
    """Give the model that a failed run left as it was its own config again, or its card would tell of another run."""
    if _weights(out) == trained.weights:
        (out / "config.yml").replace(out / _LAUNCHED)
        write_text(out / "config.yml", trained.config)
        write_text(out / TRAINED, trained.mark)
        console.print(f"{out}: still holds the model that was trained there before, and its config")


def _weights(out: Path) -> dict[str, tuple[int, int]]:
    files = {path.name: path.stat() for path in out.glob("*.safetensors")}
    return {name: (file.st_size, file.st_mtime_ns) for name, file in files.items()}


def _state(config: str) -> str:
    return hashlib.sha256(config.encode()).hexdigest()


def _finish(out: Path, state: str) -> None:
    if not _has_weights(out):
        raise UserError(f"{out}: Axolotl ended without an error and left no model", hint=f"see {out}/debug.log")
    write_text(out / TRAINED, state)
    shutil.rmtree(out / "prepared", ignore_errors=True)


def _explain(path: str, out: Path) -> None:
    """Raise `UserError` where the log tells what ended the run and there is a remedy."""
    log = out / "debug.log"
    said = log.read_text(encoding="utf-8", errors="replace")[-20_000:] if log.is_file() else ""
    if "out of memory" in said.lower():
        raise UserError(
            f"{path}: the GPU ran out of memory",
            hint=f"`just plan {path} --gpu NAME` says what a step of SFT takes, and with which overrides it fits; "
            "--override configs/hardware/a10g-24gb.yml takes one sequence at a time, in every run",
        )
    if too_long := _TOO_LONG.search(said):
        raise UserError(
            f"{path}: a conversation of {too_long[1]} tokens is longer than sequence_len {too_long[2]}",
            hint=f"`just plan {path}` says how many there are; a larger sequence_len holds them, "
            "excess_length_strategy=drop leaves them out",
        )
    if _NO_BATCH in said:
        raise UserError(
            f"{path}: the validation set does not fill one batch on every GPU, so there is no loss to choose the best "
            "checkpoint by",
            hint="eval_sample_packing=false eval_batch_size=1 makes a batch of each conversation; or more of them",
        )


def _has_weights(out: Path) -> bool:
    return is_model_folder(out) or (out / "adapter_model.safetensors").is_file()


def _step(config: Mapping[str, Any], gpus: int) -> str:
    sequences = config["micro_batch_size"] * config["gradient_accumulation_steps"] * gpus
    if config.get("sample_packing"):
        return f"{sequences} sequences of {config['sequence_len']} tokens"
    return f"{sequences} {_UNITS.get(str(config.get('rl')), 'conversations')}"
