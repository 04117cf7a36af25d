"""How a run's processes are started: accelerate for GPUs, torchrun for several CPU processes, Ray by itself."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from settings import UserError
from training.render import on_cpu

ACCELERATE = Path("training/accelerate.yml")


@dataclass(frozen=True)
class Place:
    """Where a run's processes are: `gpus` of them on all `machines` together, of which this one is number `rank`.

    `main` is machine 0 as "host:port", which every machine must be able to reach.
    """

    gpus: int = 1
    machines: int = 1
    rank: int = 0
    main: str = ""

    def check(self) -> None:
        """Raise `UserError` where the parts do not fit together."""
        if self.gpus % self.machines:
            raise UserError(f"--gpus {self.gpus}: they cannot be parted evenly among {self.machines} machines")
        if not 0 <= self.rank < self.machines:
            raise UserError(f"--rank, the number of this machine, must be 0 to {self.machines - 1}, got {self.rank}")
        host, _, port = self.main.rpartition(":")
        if self.machines > 1 and not (host and port.isdigit()):
            raise UserError(
                f"--main must be the address of machine 0 as host:port, got {self.main!r}",
                hint="for example --main 10.0.0.1:29500, the same on every machine; the port must be free",
            )


def launch_command(rendered: Path, config: Mapping[str, Any], place: Place, options: Sequence[str] = ()) -> list[str]:
    """The command that trains `rendered`; `options` are handed to Axolotl."""
    training = ["-m", "axolotl.cli.train", str(rendered), *options]
    if config.get("use_ray"):
        return [sys.executable, *training]
    if on_cpu(config) and place.gpus > 1:
        return [sys.executable, "-m", "torch.distributed.run", *_torchrun(place), *training]
    return [sys.executable, "-m", "accelerate.commands.launch", *accelerate_options(config, place), *training]


def accelerate_options(config: Mapping[str, Any], place: Place) -> list[str]:
    """What `accelerate launch` needs to be told, so that it reads no config file of the user's (under --cpu it never
    does)."""
    file = [] if on_cpu(config) else ["--config_file", str(ACCELERATE)]
    options = [*file, "--num_machines", str(place.machines), "--num_processes", str(place.gpus)]
    options += ["--mixed_precision", "no", "--dynamo_backend", "no"]
    if on_cpu(config):
        options += ["--cpu", "--num_cpu_threads_per_process", str(_threads())]
    elif place.gpus > 1:
        options += ["--multi_gpu"]
    if place.machines > 1:
        host, _, port = place.main.rpartition(":")
        options += ["--machine_rank", str(place.rank), "--main_process_ip", host, "--main_process_port", port]
    return options


def _torchrun(place: Place) -> list[str]:
    """accelerate 1.13 starts several CPU processes through MPI only."""
    each = ["--nproc-per-node", str(place.gpus // place.machines)]
    if place.machines == 1:
        return ["--standalone", *each]
    host, _, port = place.main.rpartition(":")
    rest = ["--node-rank", str(place.rank), "--master-addr", host, "--master-port", port]
    return ["--nnodes", str(place.machines), *each, *rest]


def _threads() -> int:
    """Threads of a CPU run: what OMP_NUM_THREADS says, else one for each core that this process may use."""
    # macOS has no affinity.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return int(os.environ.get("OMP_NUM_THREADS", 0)) or cores


def environment(config: Mapping[str, Any], place: Place) -> dict[str, str]:
    """This process's environment, with what every training process should find in it.

    A run on one GPU sees one. With more in sight Axolotl (0.19) starts DeepSpeed without an address to meet at, and
    transformers (5.16) without DeepSpeed parts each batch among all of them.
    """
    # Threads that wait for each other sleep instead of spinning: with other work on the machine, spinning made a
    # step ten times as long.
    #
    # Ray joins any cluster that it finds on this machine, unless it is told not to.
    #
    # accelerate imports DeepSpeed in every run, which fails beside a GPU without CUDA's toolkit: it looks at once
    # whether it could compile what nothing here uses.
    defaults = {
        "OMP_WAIT_POLICY": "PASSIVE",
        "TOKENIZERS_PARALLELISM": "false",
        "RAY_ADDRESS": "local",
        "DS_IGNORE_CUDA_DETECTION": "1",
    }
    alone = place.gpus == 1 and not config.get("use_ray")
    visible = {"CUDA_VISIBLE_DEVICES": os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0]} if alone else {}
    return {**defaults, **os.environ, **visible}
