"""What a run on Modal is: the cloud file, the config with the container's paths, and what is uploaded beforehand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outline import StructureSpec
from settings import UserError, read_yaml
from training.base_models import is_model_folder
from training.plan.cards import Card, find_cards
from training.processes import Place, accelerate_options
from training.render import TRAINED_HERE, is_file, on_cpu, render, with_prepared_path
from training.schema import check_config

CONFIGS = "configs"
CLOUD = Path(CONFIGS, "cloud/modal.yml")
DATA, MODELS = "/workspace/data", "/workspace/outputs"
"""Where the volumes of datasets and of models are mounted."""

MOUNTS = "/workspace/mounts"
"""The folder of the container in which Axolotl starts a run."""


@dataclass(frozen=True)
class Upload:
    """A local file or folder, the mount of the volume that it goes to, and its path there."""

    local: Path
    mount: str
    remote: str


@dataclass(frozen=True)
class ModalRun:
    """What would run; `config` has the paths of the container, `cloud` is the cloud file with this run's card."""

    name: str
    cloud: dict[str, Any]
    config: dict[str, Any]
    place: Place
    card: Card
    uploads: list[Upload]

    @property
    def file(self) -> Path:
        """Where the config is written down on this machine."""
        return Path(TRAINED_HERE, "modal", f"{self.name}.yml")

    @property
    def gpu(self) -> str:
        """Card and number as Modal writes them: "A100-80GB:8"."""
        card = "A10" if self.card.name == "a10g-24gb" else self.card.name.upper()
        return f"{card}:{self.place.gpus}"

    @property
    def launcher_args(self) -> list[str]:
        """What accelerate is told in the container."""
        return accelerate_options(self.config, self.place)

    @property
    def command(self) -> str:
        """What Axolotl's function starts in the container."""
        return f"axolotl train --launcher accelerate {MOUNTS}/config.yaml -- {' '.join(self.launcher_args)}"


def plan_run(path: str, overrides: Sequence[str], keys: Sequence[str], gpu: str | None, gpus: int | None) -> ModalRun:
    """Render the run at `path` for Modal; raises `UserError` for what would fail there."""
    cloud = read_yaml(CLOUD)
    cloud |= {"gpu": gpu or cloud["gpu"], "gpu_count": gpus or cloud["gpu_count"]}
    cards = find_cards(str(cloud["gpu"]))
    if len(cards) > 1:
        raise UserError(f"--gpu: a run has one kind of card, got {cloud['gpu']!r}")
    place = Place(gpus=cloud["gpu_count"])
    config = render(path, overrides, keys, place.gpus)
    if on_cpu(config):
        raise UserError(f"{path}: this run keeps to the CPU", hint="Modal is for the GPU runs: configs/qwen-full.yml")
    check_config(path, config)
    _check_spec(path, config)
    uploads = list(dict.fromkeys(_uploads(config)))
    return ModalRun(Path(config["output_dir"]).name, cloud, _in_container(config), place, cards[0], uploads)


def _check_spec(path: str, config: Mapping[str, Any]) -> None:
    """Raise `UserError` for a structure that is not there, or that does not go along with the code."""
    if spec := config.get("spec"):
        StructureSpec.load(spec)
        if Path(spec).parts[0] != CONFIGS:
            raise UserError(f"{path}: spec: {spec} does not go along to Modal", hint=f"put it under {CONFIGS}/")


def _in_container(config: Mapping[str, Any]) -> dict[str, Any]:
    """The config with every path of this machine as it is in the container."""
    moved = with_prepared_path(config)
    for key in ("datasets", "test_datasets"):
        if config.get(key):
            moved[key] = [{**dataset, "path": _dataset(dataset["path"])} for dataset in config[key]]
    base, out = str(config["base_model"]), Path(config["output_dir"])
    if base.startswith(TRAINED_HERE) or is_model_folder(Path(base)):
        moved["base_model"] = f"{MODELS}/{_in_volume(base, TRAINED_HERE)}"
    prepared = Path(moved["dataset_prepared_path"]).relative_to(out)
    moved |= {"output_dir": f"{MODELS}/{out.name}", "dataset_prepared_path": f"{MODELS}/{out.name}/{prepared}"}
    return moved


def _dataset(path: str) -> str:
    return f"{DATA}/{_in_volume(path, 'data/')}" if is_file(path) else path


def _in_volume(path: str, folder: str) -> str:
    """The path in a volume of a local path: without the folder whose content the volume holds."""
    return Path(path).as_posix().removeprefix(folder).lstrip("/.")


def _uploads(config: Mapping[str, Any]) -> Iterator[Upload]:
    for key in ("datasets", "test_datasets"):
        for dataset in config.get(key) or []:
            if is_file(dataset["path"]):
                yield Upload(Path(dataset["path"]), DATA, _in_volume(dataset["path"], "data/"))
    base = str(config["base_model"])
    if is_model_folder(Path(base)):
        yield Upload(Path(base), MODELS, _in_volume(base, TRAINED_HERE))
