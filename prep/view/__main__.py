"""`python -m prep.view [OUT]`: a page that shows what a prep run made of every row."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from outline import StructureSpec
from prep import fingerprint
from prep.__main__ import CONFIG
from prep.config import PrepConfig
from prep.view import PAGE
from prep.view.page import render
from prep.view.run import Run, read_run
from settings import UserError, load_config, output, run_command, split_overrides, write_text


def main(arguments: Sequence[str]) -> int:
    """Write the page and return the exit status."""
    overrides, rest = split_overrides(arguments)
    chosen = _parser().parse_args(rest)
    config = load_config(chosen.config, PrepConfig, overrides)
    out = chosen.out or config.out
    spec = StructureSpec.load(chosen.spec or config.spec)
    run = read_run(out)
    if not chosen.spec:
        _require_own_spec(run, spec, config)
    page = chosen.to or out / PAGE
    write_text(page, render(run, spec))
    size = page.stat().st_size / 1e6
    output.print(f"{len(run.rows)} rows in {page} ({size:.1f} MB): open it in a browser", soft_wrap=True)
    if run.manifest is None:
        output.print(f"{out} has no manifest: the last run made no dataset there, these rows may be of one before it")
    return 0


def _require_own_spec(run: Run, spec: StructureSpec, config: PrepConfig) -> None:
    """Raise `UserError` where a run's outlines were made to keep another contract than they would be held against."""
    made_with = ((run.manifest or {}).get("inputs") or {}).get("spec")
    if made_with and made_with != fingerprint.digest(spec.model_dump()):
        raise UserError(
            f"{run.out}: these outlines were made to keep another structure than {config.spec}",
            hint="--config names the config of that run; --spec FILE holds the outlines against FILE all the same",
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m prep.view",
        description="Write one HTML page with the replies and outlines of a prep run, side by side.",
        epilog="Any key of the config can be set: spec=other.yml",
    )
    parser.add_argument("out", nargs="?", type=Path, metavar="OUT", help="folder of a run (default: the config's)")
    parser.add_argument("--config", default=CONFIG, help=f"the run's YAML (default {CONFIG})")
    parser.add_argument("--to", type=Path, metavar="FILE.html", help=f"the page (default OUT/{PAGE})")
    parser.add_argument("--spec", metavar="FILE", help="another structure contract to hold the outlines against")
    return parser


if __name__ == "__main__":
    run_command(main)
