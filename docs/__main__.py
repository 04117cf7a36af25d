"""python -m docs [--check]: write docs/config.md from the schemas; with --check, only say whether it is current."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from docs.config import render
from settings import UserError, output, run_command, write_text

PAGE = Path("docs/config.md")


def main(arguments: Sequence[str]) -> int:
    """Write the page; raises `UserError` under --check where it is not what the schemas say."""
    parser = argparse.ArgumentParser(prog="python -m docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the page is not current")
    text = render()
    if parser.parse_args(arguments).check:
        if not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != text:
            raise UserError(f"{PAGE} is not what the schemas say", hint="`just docs` rewrites it")
        return 0
    write_text(PAGE, text)
    output.print(f"written: {PAGE}", highlight=False)
    return 0


if __name__ == "__main__":
    run_command(main)
