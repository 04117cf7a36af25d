"""python -m evals [--config FILE] [--model PATH ...] [--questions FILE] [--out DIR] [key=value ...]"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.comparisons import compare_all
from evals.conditions import subjects
from evals.config import EvalConfig
from evals.harness import Evaluation, evaluate
from evals.judge import check, judge_all, unavailable
from evals.judge.summary import read_verdicts
from evals.report import write_report
from evals.summary import summarize
from evals.task import OWN_QUESTIONS
from outline import extract_answer
from settings import UserError, console, load_config, run_command, split_overrides


def main(arguments: Sequence[str]) -> int:
    """Evaluate the models of a config; return 1 when a model is unfinished or no verdict could be read, else 0.

    Raises `UserError` after the report is written where an endpoint, of a model or of the judge, refuses everything.
    """
    config = _config(arguments)
    if config.judge:
        check(config.judge, _judged_conditions(config))  # a mistake there costs no answers
    evaluation = evaluate(config)
    rows = [
        summarize(
            result, len(evaluation.questions[result.condition.task.name]), config.generation.samples, config.statistics
        )
        for result in evaluation.results
    ]
    compared = compare_all(evaluation.results, config.statistics)
    judged, refusals = None, list(evaluation.refusals)
    try:
        judged = _judge(config, evaluation)
    except UserError as error:
        refusals.append(error)  # what the models answered is worth a report without the judge too
    write_report(config, evaluation, rows, compared, judge=judged)
    if refusals:
        raise _together(refusals)
    return int(any(row.error for row in rows) or (judged is not None and _unreadable(judged)))


def _unreadable(judged: Mapping[str, Any]) -> bool:
    read, unread = read_verdicts(judged)
    return bool(unread) and not read


def _together(errors: Sequence[UserError]) -> UserError:
    hints = dict.fromkeys(error.hint for error in errors if error.hint)
    return UserError("\n".join(error.message for error in errors), "; ".join(hints) or None)


def _judged_conditions(config: EvalConfig) -> list[str]:
    conditions = [condition for subject in subjects(config) for condition in subject.conditions]
    return [condition.name for condition in conditions if condition.task.question_set == OWN_QUESTIONS]


def _judge(config: EvalConfig, evaluation: Evaluation) -> Mapping[str, Any] | None:
    """What the judge says of the answers to the config's own questions; None where nobody judges."""
    if reason := unavailable(config.judge):
        console.print(reason, highlight=False)
        return None
    assert config.judge
    asked = [result for result in evaluation.results if result.condition.task.question_set == OWN_QUESTIONS]
    if not asked:
        return None
    answers = {
        result.condition.name: {
            id: extract_answer(made.completion) or "" for (id, sample), made in result.completions.items() if not sample
        }
        for result in asked
    }
    questions = evaluation.questions[asked[0].condition.task.name]
    return judge_all(config.judge, config.out / "judge", questions, answers, config.statistics.confidence).as_json()


def _config(arguments: Sequence[str]) -> EvalConfig:
    overrides, rest = split_overrides(arguments)
    parser = argparse.ArgumentParser(
        prog="python -m evals",
        usage="%(prog)s [-h] [--config FILE] [--model FOLDER] [--questions FILE] [--out FOLDER] [key=value ...]",
        description="Score models on the outline contract.",
        epilog="Any key of the config (docs/config.md) can be set by a bare key=value: generation.batch_size=8. A list "
        "is replaced whole, in quotes: 'models=[{name: mine, path: outputs/mine}]', or an entry of it changed by its "
        "place from 0: models.0.name=before",
    )
    parser.add_argument("--config", default="configs/eval.yml", metavar="FILE", help="default: %(default)s")
    parser.add_argument(
        "--model", action="append", type=Path, metavar="FOLDER", help="score this folder instead; may be repeated"
    )
    parser.add_argument("--questions", metavar="FILE", help="chat JSONL in place of the config's")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="folder of the results: its last part names the run")
    options = parser.parse_args(rest)
    flags: list[str] = []
    if options.model:
        entries = [{"name": path.name, "path": str(path)} for path in options.model]
        flags.append(f"models={json.dumps(entries)}")
    if options.questions:
        flags.append(f"questions={json.dumps(options.questions)}")
    if options.out:
        flags += [f"results={json.dumps(str(options.out.parent))}", f"run={json.dumps(options.out.name)}"]
    return load_config(options.config, EvalConfig, [*flags, *overrides])


if __name__ == "__main__":
    run_command(main)
