"""`python -m training plan`: what a run needs, before a GPU is rented."""

import argparse
import json
import logging
import os
import warnings
from collections.abc import Sequence

from settings import UserError
from training.plan.cards import find_cards
from training.plan.plan import make_plan, on_cards
from training.plan.prices import read_prices
from training.plan.remedies import remedies
from training.plan.report import as_dict, show
from training.plan.sweep import show_sweep, sweep
from training.plan.tokens import read_lengths
from training.render import check_not_missing, on_cpu, render
from training.schema import check_config

DEFAULT = "a10g-24gb,a100-80gb,h100,h200"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command, but for the run and its overrides."""
    parser.add_argument("--gpu", default=DEFAULT, metavar="NAMES", help=f"cards, with commas (default: {DEFAULT})")
    parser.add_argument("--sweep", action="store_true", help="micro batch x sequence length x checkpointing")
    parser.add_argument("--data", metavar="FILE", help="another chat JSONL than the run's own")
    parser.add_argument("--tokenizer", metavar="DIR", help="count tokens with this one: a folder or hub id")
    parser.add_argument("--utilisation", type=_share, help="share of a card's peak, 0 to 1, instead of the assumed one")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise argparse.ArgumentTypeError(f"must be above 0 and at most 1, got {text!r}")
    return share


def plan_run(options: argparse.Namespace, keys: Sequence[str]) -> int:
    """Print the plan of a run, or its sweep; raises `UserError` for anything that cannot be planned."""
    cards, prices = find_cards(options.gpu), read_prices()
    config = render(options.config, options.override, keys, options.gpus)
    check_config(options.config, config)
    for key in ("base_model", "sequence_len"):
        if not config.get(key):
            raise UserError(f"{options.config}: {key} is missing")
    check_not_missing(options.config, str(config["base_model"]))
    _quieten()
    if on_cpu(config):
        cards = []
    lengths = read_lengths(options.config, config, options.data, options.tokenizer)
    plan = make_plan(options.config, config, lengths, options.gpus)
    if options.sweep:
        rows = sweep(plan, cards, prices, options.utilisation)
        if options.json:
            print(json.dumps({"config": options.config, "sweep": rows}))
        else:
            show_sweep(rows, cards)
        return 0
    results = on_cards(plan, cards, prices, options.utilisation)
    wanted = [on.card for on in results if not on.fits]
    found = {card.name: remedies(plan, options.config, options.override, keys, card) for card in wanted}
    if options.json:
        print(json.dumps(as_dict(plan, results, found, prices)))
    else:
        show(plan, results, found, prices)
    return 0


def _quieten() -> None:
    """The libraries speak of GPUs that are not there and of renamed keys, which is no matter here."""
    warnings.filterwarnings("ignore")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    logging.disable(logging.WARNING)
