"""python -m evals.review --run results/sample [--pairs base,tuned] [--n 40] [--host ADDRESS --token-env NAME]"""

import argparse
import math
from collections.abc import Sequence
from pathlib import Path

from evals.review.access import read_token
from evals.review.plan import MOST_REPEATED, choose_pairs, make_study
from evals.review.run import load_run
from evals.review.server import Review, create_app, listen, serve
from evals.review.store import DATABASE, RatingStore
from settings import UserError, output, run_command


def main(arguments: Sequence[str]) -> int:
    """Serve the page until interrupted."""
    chosen = _parser().parse_args(arguments)
    if chosen.n < 1:
        raise UserError(f"--n must be at least 1, got {chosen.n}")
    if not 0 <= chosen.repeat <= MOST_REPEATED or math.isnan(chosen.repeat):
        raise UserError(f"--repeat is a share from 0 to {MOST_REPEATED}, got {chosen.repeat}")
    if not 0 <= chosen.port <= 65535:
        raise UserError(f"--port is a number from 0 to 65535, got {chosen.port}")
    token = read_token(chosen.host, chosen.token_env, chosen.token_file)
    run = load_run(chosen.run, chosen.task)
    study = make_study(run, choose_pairs(run, chosen.pairs), chosen.n, chosen.repeat, chosen.seed)
    bound = listen(chosen.host, chosen.port)
    store = RatingStore(chosen.db or run.folder / DATABASE)
    store.claim(study)
    # The slow imports stand before the address: who reads it can go there at once.
    app = create_app(Review(run, study, store), chosen.host, token)
    host, port = bound.getsockname()[:2]
    screens = len(study.showings(""))
    output.print(f"{len(study.items)} pairs, {screens} screens a rater; ratings in {store.path}", soft_wrap=True)
    address = f"[{host}]" if ":" in host else host
    output.print(f"http://{address}:{port}/ (Ctrl-C ends it)", highlight=False, soft_wrap=True)
    output.file.flush()
    try:
        serve(app, bound)
    finally:
        store.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.review", description="Serve a page for blind ratings.")
    parser.add_argument("--run", type=Path, required=True, metavar="DIR", help="folder of results, by `just eval`")
    parser.add_argument("--task", help="needed where the run has several")
    parser.add_argument(
        "--pairs", action="append", metavar="A,B[,C]", help="conditions to compare, all with all (default: every one)"
    )
    parser.add_argument("--n", type=int, default=40, help="pairs of answers at most (default: %(default)s)")
    parser.add_argument("--repeat", type=float, default=0.1, help="share shown twice (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="draws pairs, orders and sides (default: %(default)s)")
    parser.add_argument("--host", default="127.0.0.1", help="any other address needs a token (default: %(default)s)")
    parser.add_argument("--port", type=int, default=7860, help="0 takes a free one (default: %(default)s)")
    parser.add_argument("--db", type=Path, metavar="FILE", help=f"the ratings (default: {DATABASE} in the run)")
    secret = parser.add_mutually_exclusive_group()
    secret.add_argument("--token-env", metavar="NAME", help="environment variable that holds the raters' token")
    secret.add_argument("--token-file", type=Path, metavar="FILE", help="file that holds it")
    return parser


if __name__ == "__main__":
    run_command(main)
