"""`python -m training`: make a base model, check the configs, plan and train a run, and use what it left."""

import argparse
import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from settings import UserError, console, output, read_jsonl, read_yaml, run_command, split_overrides
from training.plan.command import add_arguments, plan_run
from training.use.command import add_commands, positive

SAMPLE = "data/sample/consultations.jsonl"
COLUMNS = "Description,Patient,Doctor"
KEYS = "Any key of the run can be set: micro_batch_size=1 num_epochs=2"


def main(arguments: Sequence[str]) -> int:
    """Run one of the commands; the exit code of a training is Axolotl's."""
    keys, rest = split_overrides(arguments)
    options = _parser().parse_args(rest)
    if keys and options.command not in ("train", "plan", "modal"):
        raise UserError(f"{keys[0]}: only `train`, `plan` and `modal` take key=value")
    if options.command == "train":
        from training.launch import train
        from training.processes import Place

        place = Place(options.gpus, options.machines, options.rank, options.main)
        return train(options.config, options.override, keys, place, options.skip_done, options.resume)
    if options.command == "plan":
        return plan_run(options, keys)
    if options.command == "modal":
        from training.on_modal.command import run_on_modal

        return run_on_modal(options, keys)
    if "run" in options:
        return options.run(options)
    return _base_model(options) if options.command == "base-model" else _check(options.files)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    base = commands.add_parser("base-model", help="bring SmolLM2-135M-Instruct, or make a tiny Qwen2")
    base.add_argument("name", choices=["smollm2", "tiny"])
    base.add_argument("--out", type=Path, help="folder to put it in (default: in models/)")
    base.add_argument(
        "--texts", default=SAMPLE, help="JSON Lines or CSV that the tiny tokenizer learns from (%(default)s)"
    )
    base.add_argument("--columns", default=COLUMNS, help="columns of --texts that hold text (%(default)s)")
    check = commands.add_parser("check", help="hold YAMLs against Axolotl's schema, unknown keys refused")
    check.add_argument("files", nargs="*", help="default: every run in configs/ with every override that fits it")
    train = commands.add_parser("train", help="train a run; key=value overrides any key of it", epilog=KEYS)
    train.add_argument("config")
    train.add_argument("--override", action="append", default=[], metavar="FILE", help="YAML laid over the run")
    train.add_argument("--gpus", type=positive, default=1, help="GPUs of all machines; a step's tokens stay the same")
    train.add_argument("--skip-done", action="store_true", help="leave a run that has ended well as it is")
    train.add_argument("--resume", action="store_true", help="go on from the newest checkpoint")
    train.add_argument("--machines", type=positive, default=1, help="machines that run this command, one rank each")
    train.add_argument("--rank", type=int, default=0, help="number of this machine, from 0")
    train.add_argument("--main", default="", metavar="HOST:PORT", help="address of machine 0, the same everywhere")
    plan = commands.add_parser("plan", help="memory, time and cost of a run, without weights or a GPU", epilog=KEYS)
    plan.add_argument("config")
    plan.add_argument("--override", action="append", default=[], metavar="FILE", help="YAML laid over the run")
    plan.add_argument("--gpus", type=positive, default=1, help="GPUs that share the run")
    add_arguments(plan)
    modal = commands.add_parser(
        "modal", help="print what would run on Modal and, with an account, run it there", epilog=KEYS
    )
    modal.add_argument("config")
    modal.add_argument("--override", action="append", default=[], metavar="FILE", help="YAML laid over the run")
    modal.add_argument("--gpu", metavar="NAME", help="another card than configs/cloud/modal.yml names")
    modal.add_argument("--gpus", type=positive, help="how many of them")
    modal.add_argument("--dry-run", action="store_true", help="only print")
    add_commands(commands)
    return parser


def _base_model(options: argparse.Namespace) -> int:
    from training.base_models import bring_smollm2, make_tiny

    if options.name == "smollm2":
        out = options.out or Path("models/SmolLM2-135M-Instruct")
        made = bring_smollm2(out)
    else:
        out = options.out or Path("models/tiny")
        made = make_tiny(out, _texts(options.texts, options.columns.split(",")))
    console.print(f"{out}: {'ready' if made else 'there already'}")
    return 0


def _texts(path: str, columns: Sequence[str]) -> list[str]:
    rows = _read_csv(path) if path.endswith(".csv") else read_jsonl(path)
    present = {name for row in rows for name in row}
    if missing := [name for name in columns if name not in present]:
        raise UserError(
            f"{path}: there is no column {missing[0]!r}, the file has {', '.join(sorted(present)) or 'no row'}",
            hint="--columns NAME,NAME says which of them hold text",
        )
    return [str(row[name]) for row in rows for name in columns if row.get(name)]


def _read_csv(path: str) -> list[dict[str, Any]]:
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{path}: the file cannot be read: {error}", hint="it must be a CSV file in UTF-8") from error


def _check(files: Sequence[str]) -> int:
    from training.schema import check_thoroughly
    from training.shipped import combinations

    configs = {file: read_yaml(file) for file in files} or combinations()
    check_thoroughly(configs)
    output.print(f"{len(configs)} configs hold against Axolotl's schema and rules")
    return 0


if __name__ == "__main__":
    run_command(main)
