"""`python -m benchmarks learning`: does each kind of training teach what it should? Before and after, same questions.

Everything runs as a user would run it: `python -m prep`, `python -m training train`, `python -m evals`, on a CPU.
"""

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from benchmarks.learning_data import ASIDE, set_aside, shorten, write_flat, write_pairs
from benchmarks.scenario import RESULTS, write_result
from evals.config import Statistics
from evals.stats import Comparison, compare
from settings import UserError, console, output, read_jsonl, read_yaml

WORK = RESULTS / "work"
LOOP = 0.2
"""Share of repeated word 4-grams from which an answer counts as a loop; one that was cut off counts too."""

TOKENS = 256
FIGURES = ("compliant", "loop", "repetition")
Scores = dict[str, list[dict[str, Any]]]
"""Model → the figures of each question: those of `FIGURES`."""
Found = dict[str, Comparison]
"""Model → it against the model that it started from."""


@dataclass(frozen=True)
class Training:
    """One run: its name (and folder), the config, the folders of its start and of its data, and keys that differ."""

    name: str
    config: str
    start: str
    data: str = "chat/train.jsonl"
    keys: tuple[str, ...] = ()


TINY = (
    Training("sft", "configs/tiny-cpu.yml", "tiny", keys=("max_steps=400",)),
    # After the whole of it nearly every answer complies: these two start from here, where there is something to gain.
    Training("half", "configs/tiny-cpu.yml", "tiny", keys=("max_steps=200",)),
    Training("grpo", "configs/tiny-grpo.yml", "half"),
    Training("dpo", "configs/tiny-dpo.yml", "half", "preferences.jsonl"),
    # An adapter teaches no words: it gets a model that has them, and answers in flat lists.
    Training("flat", "configs/tiny-cpu.yml", "tiny", "flat.jsonl", ("max_steps=400",)),
    Training("lora", "configs/tiny-lora.yml", "flat"),
)
STARTS = ("half", "flat")
"""Runs that are only made for others to start from."""


def main(arguments: Sequence[str]) -> int:
    """Train, score, print one table, write `results/bench/learning-<model>.json`; 1 where a method taught nothing."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks learning", description=__doc__)
    parser.add_argument("--model", choices=["tiny", "smollm2"], default="tiny", help="default: tiny, a few minutes")
    parser.add_argument("--questions", type=int, default=ASIDE, help=f"held-out questions, default and most {ASIDE}")
    parser.add_argument("--choose", action="store_true", help="score on the questions by which settings are chosen")
    parser.add_argument("--sft-steps", type=int, help="smollm2: steps of the SFT before GRPO, default one pass")
    parser.add_argument("--grpo-steps", type=int, help="smollm2: default as in configs/smollm2-grpo.yml")
    parser.add_argument("--resume", action="store_true", help="take up what an earlier run with these settings left")
    options = parser.parse_args(arguments)
    name = f"learning-{options.model}{'-choose' if options.choose else ''}"
    work = WORK / name
    if not options.resume:
        shutil.rmtree(work, ignore_errors=True)
    _prepare(work, options.choose)
    if options.model == "tiny":
        scores, found = _tiny(work, options.questions)
        title, learned = "The tiny model: strict compliance", all(pair.difference > 0 for pair in found.values())
    else:
        scores, found = _smollm2(work, options)
        title, learned = "SmolLM2-135M: loops", all(pair.difference < 0 for pair in found.values())
    _report(name, f"{title} on {options.questions} held-out questions", scores, found)
    return int(not learned)


def _prepare(work: Path, choose: bool) -> None:
    """Make the chat files: with `choose` to ask the sample's own questions, else some of its consultations."""
    command = ["prep", "--config", "configs/prep-sample.yml", "--out", str(work / "data")]
    if not choose:
        source, questions = set_aside(work)
        command += ["--source", str(source), f"questions.path={questions}"]
    _run(work, "prep", *command)


def _tiny(work: Path, questions: int) -> tuple[Scores, Found]:
    shorten(work / "data/chat", work / "chat")
    write_pairs(work / "chat/train.jsonl", work / "preferences.jsonl")
    write_flat(work / "chat/train.jsonl", work / "flat.jsonl")
    _run(work, "base model", "training", "base-model", "tiny", "--out", str(work / "tiny"))
    for training in TINY:
        _train(work, training)
    scores = _evaluate(work, ["tiny", *(training.name for training in TINY)], work / "chat", questions)
    pairs = [(run.start, run.name) for run in TINY if run.name not in STARTS]
    return scores, {after: _compare(scores, before, after, "compliant") for before, after in pairs}


def _smollm2(work: Path, options: argparse.Namespace) -> tuple[Scores, Found]:
    base = Path("models/SmolLM2-135M-Instruct").resolve()
    _run(work, "base model", "training", "base-model", "smollm2", "--out", str(base))
    data = "data/chat/train.jsonl"
    _train(work, Training("smollm2-sft", "configs/smollm2-cpu.yml", str(base), data, _steps(options.sft_steps)))
    grpo = Training("smollm2-grpo", "configs/smollm2-grpo.yml", "smollm2-sft", data, _steps(options.grpo_steps))
    _train(work, grpo)
    scores = _evaluate(work, [grpo.start, grpo.name], work / "data/chat", options.questions)
    return scores, {grpo.name: _compare(scores, grpo.start, grpo.name, "loop")}


def _steps(count: int | None) -> tuple[str, ...]:
    return () if count is None else (f"max_steps={count}",)


def _train(work: Path, training: Training) -> None:
    config = read_yaml(training.config)
    datasets = [{**config["datasets"][0], "path": str(work / training.data)}]
    keys = [f"base_model={work / training.start}", f"output_dir={work / training.name}", *training.keys]
    command = ["training", "train", training.config, "--skip-done", f"datasets={json.dumps(datasets)}", *keys]
    _run(work, training.name, *command)


def _run(work: Path, name: str, *command: str) -> None:
    """Run `python -m command`, its output into a log in `work`; raise `UserError` where it fails."""
    work.mkdir(parents=True, exist_ok=True)
    log = work / f"{name.replace(' ', '-')}.log"
    console.print(f"{name}: python -m {' '.join(command[:3])} (log: {log})", highlight=False, soft_wrap=True)
    with log.open("w", encoding="utf-8") as file:
        done = subprocess.run([sys.executable, "-m", *command], stdout=file, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        last = "\n".join(log.read_text(encoding="utf-8").splitlines()[-12:])
        raise UserError(f"{name} ended with {done.returncode}:\n{last}", hint=f"the whole log: {log}")


def _evaluate(work: Path, models: Sequence[str], chat: Path, questions: int) -> Scores:
    """Return each model's scores in the order of the questions, of greedy answers of at most `TOKENS` tokens."""
    command = ["evals", "--config", "configs/eval-sample.yml", "--questions", str(chat / "questions.jsonl")]
    command += [part for model in models for part in ("--model", str(work / model))]
    keys = [f"reference_answers={chat / 'test.jsonl'}", f"limit={questions}", f"generation.max_new_tokens={TOKENS}"]
    _run(work, "evals", *command, "--out", str(work / "eval"), *keys)
    scores = {}
    for model in models:
        rows = read_jsonl(work / "eval" / model / "outline" / "scores.jsonl")
        if len(rows) != questions:
            raise UserError(f"{model}: {len(rows)} of {questions} questions were answered", hint=f"{work}/evals.log")
        scores[model] = [_figures(row["metrics"]) for row in rows]
    return scores


def _figures(metrics: dict[str, float]) -> dict[str, float]:
    loop = float(bool(metrics["truncated"]) or metrics["repetition"] > LOOP)
    return {"compliant": metrics["compliance"], "repetition": metrics["repetition"], "loop": loop}


def _compare(scores: Scores, before: str, after: str, flag: str) -> Comparison:
    first, second = ([bool(row[flag]) for row in scores[name]] for name in (before, after))
    return compare(before, first, after, second, Statistics())


def _report(name: str, title: str, scores: Scores, found: Found) -> None:
    """Print the table and write the JSON beside the other results."""
    shares = {model: {key: fmean(row[key] for row in rows) for key in FIGURES} for model, rows in scores.items()}
    # As narrow as it can be, for the 80 columns of a terminal.
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for heading in ("Run", "Compliant", "Loops", "Repetition", "Against", "Difference", "p"):
        table.add_column(heading, justify="left" if heading in ("Run", "Against") else "right", no_wrap=True)
    for model, figures in shares.items():
        pair = found.get(model)
        against = [pair.first, f"{100 * pair.difference:+.0f} points", f"{pair.p_value:.2g}"] if pair else ["", "", ""]
        table.add_row(model, *(f"{figure:.0%}" for figure in figures.values()), *against)
    output.print(table)
    file = write_result(name, {"models": shares, "comparisons": [asdict(pair) for pair in found.values()]})
    console.print(f"written to {file}")
