"""One run's YAML with overrides laid over it: Axolotl has no inheritance, so it is handed the whole result."""

import hashlib
import importlib.util
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from outline import StructureSpec
from settings import UserError, apply_overrides, merge, read_yaml, write_text
from training.base_models import is_model_folder

CPU_PLUGIN = "training.cpu.CpuPlugin"
ANSWERS_ONLY = "training.loss.AnswersOnlyPlugin"
FLASH_ATTENTION = Path("configs/hardware/flash-attention.yml")
TRAINED_HERE = "outputs/"
_LOCAL = ("/", ".", "~", "models/", TRAINED_HERE)


def render(
    path: str | Path, overrides: Sequence[str | Path] = (), keys: Sequence[str] = (), gpus: int = 1
) -> dict[str, Any]:
    """Return the config of the run at `path` under the YAML files of `overrides` and the `key=value`s of `keys`.

    A step holds as many sequences as the run's own file says, on any number of GPUs and with any micro batch, unless
    `gradient_accumulation_steps` is given. FlashAttention is taken where it is installed and nothing asks otherwise.
    Under Ray the GPUs are its workers. A key of the run that an override sets to null is taken out: a plugin that an
    override leaves out takes the names of its keys with it. A path that begins with ~/ lies in the home folder.
    """
    run = read_yaml(path)
    given: dict[str, Any] = {}
    for override in overrides:
        given = merge(given, read_yaml(override))
    given = apply_overrides(given, keys)
    if "attn_implementation" not in given and not on_cpu(run) and importlib.util.find_spec("flash_attn"):
        given = merge(given, read_yaml(FLASH_ATTENTION))
    taken_out = {key for key in run if key in given and given[key] is None}
    config = {key: value for key, value in merge(run, given).items() if key not in taken_out}
    if "gradient_accumulation_steps" not in given:
        config = {**config, **_same_step(str(path), run, config, gpus)}
    if config.get("use_ray"):
        if config.get("ray_num_workers", gpus) != gpus:
            raise UserError(
                f"{path}: ray_num_workers is {config['ray_num_workers']}, but the run was planned for {gpus} GPUs",
                hint="leave the key out: --gpus says how many workers there are",
            )
        config = {**config, "ray_num_workers": gpus}
    return _at_home(config)


def _at_home(value: Any) -> Any:
    """The trainer reads an `output_dir` of ~/runs so, and nothing else would: its files would lie in two places."""
    if isinstance(value, dict):
        return {key: _at_home(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_at_home(each) for each in value]
    return os.path.expanduser(value) if isinstance(value, str) and value.startswith("~/") else value


def on_cpu(config: Mapping[str, Any]) -> bool:
    """True for a run that keeps to the CPU."""
    return CPU_PLUGIN in (config.get("plugins") or [])


def _same_step(path: str, run: Mapping[str, Any], config: Mapping[str, Any], gpus: int) -> dict[str, int]:
    """The micro batch and the accumulation with which `gpus` GPUs see as many sequences a step as `run` says."""
    try:
        sequences = int(run["micro_batch_size"]) * int(run["gradient_accumulation_steps"])
        wanted = int(config["micro_batch_size"])
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{path}: micro_batch_size and gradient_accumulation_steps must be whole numbers") from error
    share, rest = divmod(sequences, gpus)
    if rest or wanted < 1:
        held = "one sequence" if sequences == 1 else f"{sequences} sequences"
        raise UserError(
            f"{path}: a step holds {held}, which cannot be parted evenly among {gpus} GPUs",
            hint="take fewer GPUs, or a larger step: micro_batch_size=1 gradient_accumulation_steps=1",
        )
    micro = next(size for size in range(min(wanted, share), 0, -1) if share % size == 0)
    return {"micro_batch_size": micro, "gradient_accumulation_steps": share // micro}


def check_inputs(name: str, config: Mapping[str, Any]) -> None:
    """Raise `UserError` for a dataset file, a base model or a structure that should be on this machine and is not."""
    check_datasets(name, config)
    if config.get("spec"):  # see training.rewards.structure
        StructureSpec.load(str(config["spec"]))
    model = str(config.get("base_model"))
    if Path(model).exists() and not is_model_folder(Path(model)):
        raise UserError(
            f"{name}: base_model: {model} is no model folder: it needs config.json, tokenizer_config.json and "
            "*.safetensors",
            hint=_how_to_get(model),
        )
    check_not_missing(name, model)


def check_not_missing(name: str, model: str) -> None:
    """Raise `UserError` for a base model that should be a folder on this machine and is not there."""
    if not Path(model).exists() and model.startswith(_LOCAL):
        raise UserError(f"{name}: base_model: there is no folder {model}", hint=_how_to_get(model))


def check_datasets(name: str, config: Mapping[str, Any]) -> None:
    """Raise `UserError` for a dataset file that is not on this machine."""
    for key in ("datasets", "test_datasets"):
        for number, dataset in enumerate(config.get(key) or []):
            if is_file(str(dataset.get("path"))) and not Path(dataset["path"]).is_file():
                raise UserError(
                    f"{name}: {key}.{number}.path: there is no file {dataset['path']}",
                    hint="`just prep` makes data/chat, and data/preferences of a hosted teacher's repaired answers; "
                    "with --config configs/prep-sample.yml it makes data/quickstart; what makes another stands at "
                    "the head of the run's YAML",
                )


def _how_to_get(model: str) -> str:
    if model.startswith(TRAINED_HERE):
        return f"this run continues from a trained model: the head of its YAML says what trains {model}"
    return (
        "`just base-model smollm2` makes models/SmolLM2-135M-Instruct, `just base-model tiny` models/tiny; what makes "
        "another stands at the head of the run's YAML"
    )


def is_file(path: str) -> bool:
    """True for a dataset that is a file, and no dataset of the hub."""
    return path.endswith((".jsonl", ".json", ".parquet", ".csv")) and "://" not in path


def write_config(config: Mapping[str, Any]) -> Path:
    """Write the whole config to `<output_dir>/config.yml` and return that path."""
    path = Path(config["output_dir"], "config.yml")
    write_text(path, config_text(config))
    return path


def config_text(config: Mapping[str, Any]) -> str:
    """Return what `write_config` writes."""
    return yaml.safe_dump(with_prepared_path(config), sort_keys=False, allow_unicode=True, width=120)


def with_prepared_path(config: Mapping[str, Any]) -> dict[str, Any]:
    """The config, with the tokenized dataset in a folder named after the dataset's bytes.

    Axolotl names it after the dataset's path only, and would train on the old text after the file has changed.
    """
    return {**config, "dataset_prepared_path": str(Path(config["output_dir"], "prepared", data_digest(config)))}


def data_digest(config: Mapping[str, Any]) -> str:
    """Return a short hash of the bytes of a config's datasets; of the name of one that is no file here."""
    digest = hashlib.sha256()
    for dataset in [*(config.get("datasets") or []), *(config.get("test_datasets") or [])]:
        source = Path(str(dataset.get("path")))
        digest.update(source.read_bytes() if source.is_file() else str(source).encode())
    return digest.hexdigest()[:12]
