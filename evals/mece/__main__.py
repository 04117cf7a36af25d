"""python -m evals.mece calibrate|error|ranks [FILE] [--thresholds FILE] [--encoder FOLDER] [--cache FOLDER]"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from evals.mece.calibrate import calibrate, count_errors, write_thresholds
from evals.mece.encoder import Encoder, EncoderConfig
from evals.mece.labelled import POSITIVE, load_pairs
from evals.mece.ranks import load_outlines, rank_spoiled
from evals.mece.scorer import MeceScorer
from evals.mece.tables import error_table, rank_table
from evals.mece.thresholds import THRESHOLDS, load_thresholds
from settings import console, output, run_command

_FIXTURES = Path("tests/fixtures/mece")


def main(arguments: Sequence[str]) -> int:
    """Calibrate the thresholds, count their errors, or rank spoiled outlines; return 0."""
    options = _options(arguments)
    {"calibrate": _calibrate, "error": _error, "ranks": _ranks}[options.command](options)
    return 0


def _calibrate(options: argparse.Namespace) -> None:
    pairs, config = load_pairs(options.file), EncoderConfig(path=options.encoder)
    vectors = Encoder(config, options.cache).encode(text for pair in pairs for text in pair.texts())
    thresholds = calibrate(pairs, vectors, config.name)
    write_thresholds(thresholds, options.thresholds)
    output.print(error_table([count_errors(task, pairs, vectors, thresholds) for task in POSITIVE], str(options.file)))
    console.print(f"thresholds: {options.thresholds}", highlight=False, soft_wrap=True)


def _error(options: argparse.Namespace) -> None:
    pairs, config = load_pairs(options.file), EncoderConfig(path=options.encoder)
    thresholds = load_thresholds(config.name, options.thresholds)
    vectors = Encoder(config, options.cache).encode(text for pair in pairs for text in pair.texts())
    output.print(error_table([count_errors(task, pairs, vectors, thresholds) for task in POSITIVE], str(options.file)))


def _ranks(options: argparse.Namespace) -> None:
    outlines = load_outlines(options.file, options.question_field, options.reference_field)
    scorer = MeceScorer(EncoderConfig(path=options.encoder), options.cache, options.thresholds)
    output.print(rank_table(rank_spoiled(outlines, scorer), f"{options.file}: {len(outlines)} outlines"))


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.mece", description="Thresholds of the MECE scores.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, file, text in (
        ("calibrate", _FIXTURES / "pairs.jsonl", "take the thresholds from labelled pairs"),
        ("error", _FIXTURES / "heldout.jsonl", "count how often the thresholds err on labelled pairs"),
        ("ranks", _FIXTURES / "outlines.jsonl", "count how often a spoiled outline ranks below the good one"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("file", nargs="?", type=Path, default=file, help="JSON Lines; default: %(default)s")
        command.add_argument("--thresholds", type=Path, default=THRESHOLDS, help="default: the shipped ones")
        command.add_argument("--encoder", type=Path, help="a folder with another sentence encoder")
        command.add_argument("--cache", type=Path, default=Path("results/embeddings"), help="default: %(default)s")
        if name == "ranks":
            command.add_argument("--question-field", default="question", help="default: %(default)s")
            command.add_argument("--reference-field", default="reference", help="default: %(default)s")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    run_command(main)
