"""Modal's objects for a run, made by Axolotl's client; the upload and the start, which need an account."""

from dataclasses import dataclass
from typing import Any

import yaml

from settings import console
from training.on_modal.run import MOUNTS, ModalRun

CODE = ("configs", "deepspeed_configs", "outline", "settings", "training")
"""What of this repository goes with a run."""


@dataclass(frozen=True)
class Built:
    """The app, the function in it, and mount → volume."""

    app: Any
    function: Any
    volumes: dict[str, Any]


def build(run: ModalRun) -> Built:
    """Make the Modal app of a run; nothing is sent."""
    import modal
    from axolotl.cli.cloud import modal_
    from axolotl.utils.dict import DictDefault

    class Client(modal_.ModalCloud):
        """Axolotl's client (0.19), which asks a local docker for the image's digest and does not know the H200."""

        def get_image(self) -> Any:
            image = modal.Image.from_registry(f"axolotlai/axolotl:{self.config.docker_tag}")
            return image.dockerfile_commands(self.config.dockerfile_commands).env(self.get_env())

        def get_train_gpu(self) -> str:
            return run.gpu

    app = modal.App(f"outline-{run.name}")
    client = Client(DictDefault(run.cloud), app=app)
    # Folder by folder: Axolotl would upload the working directory, with the environment and whatever else is in it.
    function = client.get_train_env({f"{MOUNTS}/{folder}": folder for folder in CODE})(modal_._train)
    return Built(app, function, {mount: volume for mount, (volume, _) in client.volumes.items()})


def has_account() -> bool:
    """True where Modal finds a token, in the environment or in its own file."""
    from modal.config import config

    return bool(config.get("token_id") and config.get("token_secret"))


def upload(run: ModalRun, built: Built) -> None:
    """Put the datasets, and a base model that is here, onto their volumes; what was there before is replaced."""
    for item in run.uploads:
        with built.volumes[item.mount].batch_upload(force=True) as batch:
            if item.local.is_dir():
                batch.put_directory(str(item.local), f"/{item.remote}")
            else:
                batch.put_file(str(item.local), f"/{item.remote}")
        console.print(f"uploaded {item.local}")


def start(run: ModalRun, built: Built) -> None:
    """Start the run and leave it: it goes on when this machine is switched off."""
    import modal

    text = yaml.safe_dump(run.config, sort_keys=False, allow_unicode=True)
    with modal.enable_output(), built.app.run(detach=True):
        built.function.spawn(text, launcher="accelerate", launcher_args=run.launcher_args, volumes=built.volumes)
    console.print(
        f"started {built.app.app_id}\n"
        f"  just modal-logs {run.name}        what it prints\n"
        f"  just modal-download {run.name}    what it trained, into outputs/"
    )
