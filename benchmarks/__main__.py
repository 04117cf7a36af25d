"""`python -m benchmarks COMMAND`: see benchmarks/README.md."""

import argparse
import importlib
from collections.abc import Sequence

from settings import run_command

COMMANDS = {
    "checker": "benchmarks.checker",
    "evals": "benchmarks.evals",
    "learning": "benchmarks.learning",
    "packing": "benchmarks.packing",
    "prep": "benchmarks.prep",
    "prep-kill": "benchmarks.prep_kill",
    "prep-scale": "benchmarks.prep_scale",
    "ray-nodes": "benchmarks.ray_nodes",
    "ray-scale": "benchmarks.ray_scale",
    "ray-speed": "benchmarks.ray_speed",
    "review": "benchmarks.review",
    "teacher-server": "benchmarks.teacher_server.command",
    "train-gpu": "benchmarks.train_gpu",
}
"""Each command's module, imported only when it is asked for."""


def main(arguments: Sequence[str]) -> int:
    """Run the command that the first argument names and return its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure: benchmarks/README.md tells what and how."
    )
    parser.add_argument("command", choices=COMMANDS, help="COMMAND --help lists its flags")
    command = parser.parse_args(arguments[:1]).command
    return importlib.import_module(COMMANDS[command]).main(arguments[1:])


if __name__ == "__main__":
    run_command(main)
