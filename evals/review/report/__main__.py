"""python -m evals.review.report --run results/sample [--export FILE] [--import FILE] [--argilla FILE]"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from evals.review.report.exchange import export, export_argilla, import_
from evals.review.report.summary import as_json, summarize
from evals.review.report.text import render_markdown
from evals.review.run import ReviewRun, load_run
from evals.review.store import DATABASE, RatingStore
from settings import UserError, output, run_command, write_text


def main(arguments: Sequence[str]) -> int:
    """Exchange ratings if asked to, then write `review.md` and `review.json` into the run and print the report."""
    chosen = _parser().parse_args(arguments)
    path = chosen.db or chosen.run / DATABASE
    if not path.is_file() and not chosen.import_:
        load_run(chosen.run, chosen.task)
        raise UserError(f"{path}: there are no ratings yet", hint=f"`just review --run {chosen.run}` collects them")
    store = RatingStore(path)
    try:
        run = load_run(chosen.run, chosen.task or _task_of(store))
        if (known := store.study().get("run", run.name)) != run.name:
            raise UserError(f"{path}: these are ratings of the run {known!r}, not of {run.name!r}", hint="--db FILE")
        _exchange(chosen, run, store)
        ratings = store.ratings()
    finally:
        store.close()
    if not ratings:
        raise UserError(f"{path}: there are no ratings yet", hint=f"`just review --run {chosen.run}` collects them")
    found = as_json(summarize(run, ratings))
    text = render_markdown(found)
    write_text(run.folder / "review.md", text)
    write_text(run.folder / "review.json", json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    output.print(text, markup=False, highlight=False, soft_wrap=True, end="")
    output.print(f"written to {run.folder / 'review.md'} and review.json", highlight=False, soft_wrap=True)
    return 0


def _task_of(store: RatingStore) -> str | None:
    return next((rating.task for rating in store.ratings()), None)


def _exchange(chosen: argparse.Namespace, run: ReviewRun, store: RatingStore) -> None:
    if chosen.import_:
        changed = import_(chosen.import_, run, store)
        output.print(f"{chosen.import_}: {changed} ratings are new or newer", soft_wrap=True)
    if chosen.export:
        export(store.ratings(), chosen.export)
        output.print(f"ratings written to {chosen.export}", soft_wrap=True)
    if chosen.argilla:
        export_argilla(store.ratings(), run, chosen.argilla)
        output.print(f"Argilla's records written to {chosen.argilla}", soft_wrap=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.review.report", description="Read the ratings of a run.")
    parser.add_argument("--run", type=Path, required=True, metavar="DIR", help="folder of results")
    parser.add_argument("--task", help="default: that of the ratings")
    parser.add_argument("--db", type=Path, metavar="FILE", help=f"the ratings (default: {DATABASE} in the run)")
    parser.add_argument("--export", type=Path, metavar="FILE", help="write the ratings to a .jsonl or .csv file")
    parser.add_argument(
        "--import", dest="import_", type=Path, metavar="FILE", help="take in ratings that --export wrote elsewhere"
    )
    parser.add_argument("--argilla", type=Path, metavar="FILE", help="write records for Argilla, .json or .jsonl")
    return parser


if __name__ == "__main__":
    run_command(main)
