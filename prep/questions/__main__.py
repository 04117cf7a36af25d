"""`python -m prep.questions`: questions by severity and topic, for a test set that nobody trained on."""

import argparse
import json
from collections.abc import Sequence

from prep.questions.config import QuestionsConfig
from settings import load_config, run_command, split_overrides

CONFIG = "configs/questions.yml"


def main(arguments: Sequence[str]) -> int:
    """Run the command and return its exit status."""
    overrides, rest = split_overrides(arguments)
    chosen = _parser().parse_args(rest)
    values = {"teacher.name": chosen.teacher, "out": chosen.out, "n": chosen.n}
    flags = [f"{key}={json.dumps(value)}" for key, value in values.items() if value is not None]
    config = load_config(chosen.config, QuestionsConfig, [*flags, *overrides])
    # Imported here, so that `--help` and a mistake in the config answer at once.
    if chosen.dry_run:
        from prep.questions.dry_run import foresee

        return foresee(config)
    from prep.questions.run import make

    return make(config)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m prep.questions",
        description="Make questions by severity and topic, none near to one that was trained on, as chat JSON Lines.",
        epilog="Any key of the config can be set: teacher.max_cost=0.5 near_duplicate=0.5",
    )
    parser.add_argument("--config", default=CONFIG, help=f"default: {CONFIG}")
    parser.add_argument("--n", type=int, help="how many questions")
    parser.add_argument("--teacher", metavar="NAME", help="openai or templates")
    parser.add_argument("--out", help="the chat file")
    parser.add_argument("--dry-run", action="store_true", help="say what would be asked at what cost; ask nothing")
    return parser


if __name__ == "__main__":
    run_command(main)
