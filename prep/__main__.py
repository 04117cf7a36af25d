"""`python -m prep`: consultations in, a chat dataset out. `python -m prep download`: the raw dataset only."""

import argparse
import json
from collections.abc import Sequence

from prep.config import PrepConfig
from prep.download import fetch
from prep.sources import looks_like_hub_id
from settings import UserError, load_config, output, run_command, split_overrides

CONFIG = "configs/prep.yml"


def main(arguments: Sequence[str]) -> int:
    """Run the command and return its exit status."""
    overrides, rest = split_overrides(arguments)
    chosen = _parser().parse_args(rest)
    config = load_config(chosen.config, PrepConfig, [*_flags(chosen), *overrides])
    if chosen.command == "download":
        return _download(config)
    # Imported here, so that `--help` and a mistake in the config answer at once.
    if chosen.dry_run:
        from prep.dry_run import foresee

        return foresee(config)
    from prep.pipeline import prepare

    return prepare(config, chosen.mode or "run")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m prep",
        description="Turn replies into outlines and write them as a chat dataset.",
        epilog="Any key of the config can be set: teacher.concurrency=16 gate.tries=5",
    )
    parser.add_argument(
        "command",
        nargs="?",
        choices=["run", "download"],
        default="run",
        metavar="download",
        help="only fetch the raw dataset",
    )
    parser.add_argument("--config", default=CONFIG, help=f"the run's YAML (default {CONFIG})")
    parser.add_argument("--source", help="a .jsonl, .csv, .parquet or Arrow folder, or a hub's owner/name")
    parser.add_argument("--teacher", metavar="NAME", help="openai or rules")
    parser.add_argument("--out", help="folder of the result")
    parser.add_argument("--limit", type=int, help="take the first rows only, to try a run")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--dry-run", action="store_true", help="say what would be asked at what cost; ask nothing")
    how.add_argument(
        "--retry-failed",
        dest="mode",
        action="store_const",
        const="retry-failed",
        help="another round of tries for the rows of failed.jsonl",
    )
    how.add_argument(
        "--revalidate",
        dest="mode",
        action="store_const",
        const="revalidate",
        help="judge the recorded answers anew, after a change of the structure or the gate; asks nothing",
    )
    return parser


def _flags(chosen: argparse.Namespace) -> list[str]:
    """The flags as overrides of the config's keys."""
    values = {"teacher.name": chosen.teacher, "out": chosen.out, "limit": chosen.limit}
    if chosen.source is not None:
        hub = looks_like_hub_id(chosen.source)
        values |= {"source.hub": chosen.source} if hub else {"source.path": chosen.source}
    flags = [f"{key}={json.dumps(value)}" for key, value in values.items() if value is not None]
    # The other of the two is what the config had.
    return flags + [f"{other}=null" for key, other in _EITHER.items() if key in values]


_EITHER = {"source.hub": "source.path", "source.path": "source.hub"}


def _download(config: PrepConfig) -> int:
    if config.source.hub is None:
        raise UserError(f"{config.source.name()} is a local source: there is nothing to download")
    output.print(f"the raw dataset is in {fetch(config.source, config.raw)}")
    return 0


if __name__ == "__main__":
    run_command(main)
