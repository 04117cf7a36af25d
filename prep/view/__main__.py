"""`python -m prep.view [OUT]`: a page that shows what a prep run made of every row."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from outline import StructureSpec
from prep.__main__ import CONFIG
from prep.config import PrepConfig
from prep.view import PAGE
from prep.view.page import render
from prep.view.run import read_run
from settings import load_config, output, run_command, split_overrides, write_text


def main(arguments: Sequence[str]) -> int:
    """Write the page and return the exit status."""
    overrides, rest = split_overrides(arguments)
    chosen = _parser().parse_args(rest)
    config = load_config(chosen.config, PrepConfig, overrides)
    out = chosen.out or config.out
    spec = StructureSpec.load(chosen.spec or config.spec)
    run = read_run(out)
    page = chosen.to or out / PAGE
    write_text(page, render(run, spec))
    size = page.stat().st_size / 1e6
    output.print(f"{len(run.rows)} rows in {page} ({size:.1f} MB): open it in a browser", soft_wrap=True)
    if run.manifest is None:
        output.print(f"{out} has no manifest: the last run made no dataset there, these rows may be of one before it")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="prep.view",
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
