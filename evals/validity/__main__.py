"""python -m evals.validity [--n 10000] [--seed 0] [--spec FILE] [--json] [--out FILE.md]: is the checker right?"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from random import Random

from rich.markdown import Markdown
from rich.progress import track

from evals.validity.mutations import draw_case
from evals.validity.report import render
from evals.validity.tally import Validity, measure
from outline import StructureSpec
from outline.spec import DEFAULT_SPEC
from settings import UserError, console, output, run_command, write_text


def main(arguments: Sequence[str]) -> int:
    """Print how often each checker is wrong; return 1 where ours is, with the first text that it misreads."""
    options = _parser().parse_args(arguments)
    if options.n < 1:
        raise UserError(f"--n must be at least 1, got {options.n}")
    if options.out and options.out.suffix != ".md":
        raise UserError(f"--out names a Markdown file, which ends in .md; got {str(options.out)!r}")
    spec = StructureSpec.load(options.spec)
    # Each case has a seed of its own, so that it is the same whatever --n is.
    seeds = track(range(options.n), "outlines made and checked", console=console, transient=True)
    result = measure((draw_case(Random(f"{options.seed}:{number}"), spec) for number in seeds), spec)
    tables = render(result)
    if options.out:
        write_text(options.out, tables)
    if options.json:
        print(json.dumps(result.as_dict(), ensure_ascii=False))
    else:
        output.print(Markdown(tables))
    return _verdict(result)


def _verdict(result: Validity) -> int:
    if result.first is None:
        return 0
    case = result.first
    wrong = result.checkers["ours"].disagreements
    console.print(f"ours misreads {wrong} of {result.n}; the first ({case.kind}), in truth {case.truth}:", markup=False)
    console.print(case.text, markup=False, highlight=False)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.validity", description=__doc__)
    parser.add_argument("--n", type=int, default=10_000, help="outlines to make and check (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the outlines (default: %(default)s)")
    parser.add_argument("--spec", default=DEFAULT_SPEC, help="the structure contract (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    parser.add_argument("--out", type=Path, help="write the tables into this Markdown file too")
    return parser


if __name__ == "__main__":
    run_command(main)
