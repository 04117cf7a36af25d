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

from rich.table import Table

from benchmarks.learning_data import shorten, write_flat, write_pairs
from benchmarks.scenario import RESULTS, write_result
from evals.config import Statistics
from evals.stats import Comparison, compare
from settings import UserError, console, output, read_jsonl, read_yaml

WORK = RESULTS / "work/learning"
LOOP = 0.2
"""Share of repeated word 4-grams from which an answer counts as a loop; one that was cut off counts too."""

FIGURES = ("compliant", "loop", "repetition")
Scores = dict[str, list[dict[str, Any]]]
"""Model → the row of each question: those of evals, and `loop`."""


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
    parser = argparse.ArgumentParser(prog="benchmarks learning", description=__doc__)
    parser.add_argument("--model", choices=["tiny", "smollm2"], default="tiny", help="default: tiny, a few minutes")
    parser.add_argument("--questions", type=int, default=48, help="held-out questions, default 48")
    parser.add_argument("--sft-steps", type=int, help="smollm2: steps of the SFT before GRPO, default one pass")
    parser.add_argument("--grpo-steps", type=int, default=25, help="smollm2: default 25")
    parser.add_argument("--resume", action="store_true", help="take up what an earlier run with these settings left")
    options = parser.parse_args(arguments)
    if not options.resume:
        shutil.rmtree(WORK, ignore_errors=True)
    _run("prep", "prep", "--config", "configs/prep-sample.yml", "--out", str(WORK / "data"))
    return _tiny(options.questions) if options.model == "tiny" else _smollm2(options)


def _tiny(questions: int) -> int:
    shorten(WORK / "data/chat", WORK / "chat")
    write_pairs(WORK / "chat/train.jsonl", WORK / "preferences.jsonl")
    write_flat(WORK / "chat/train.jsonl", WORK / "flat.jsonl")
    _run("base model", "training", "base-model", "tiny", "--out", str(WORK / "tiny"))
    for training in TINY:
        _train(training)
    scores = _evaluate(["tiny", *(training.name for training in TINY)], WORK / "chat", questions, 256)
    pairs = [(run.start, run.name) for run in TINY if run.name not in STARTS]
    found = {after: _compare(scores, before, after, "compliant") for before, after in pairs}
    title = f"The tiny model: strict compliance on {questions} held-out questions"
    _report("learning-tiny", title, scores, found)
    return int(any(pair.difference <= 0 for pair in found.values()))


def _smollm2(options: argparse.Namespace) -> int:
    steps = () if options.sft_steps is None else (f"max_steps={options.sft_steps}",)
    _run("base model", "training", "base-model", "smollm2")
    base = str(Path("models/SmolLM2-135M-Instruct").resolve())
    source = "data/chat/train.jsonl"
    _train(Training("smollm2-sft", "configs/smollm2-cpu.yml", base, source, steps))
    whole = read_yaml("configs/qwen-grpo.yml")["trl"]
    rewards = {key: whole[key] for key in ("reward_funcs", "reward_weights")}
    keys = {
        "max_steps": options.grpo_steps, "learning_rate": 5e-6, "max_grad_norm": 0.2, "micro_batch_size": 8,
        "gradient_accumulation_steps": 2, "trl": {**read_yaml("configs/tiny-grpo.yml")["trl"], **rewards},
    }  # fmt: skip
    given = tuple(f"{key}={json.dumps(value)}" for key, value in keys.items())
    _train(Training("smollm2-grpo", "configs/tiny-grpo.yml", "smollm2-sft", source, given))
    scores = _evaluate(["smollm2-sft", "smollm2-grpo"], WORK / "data/chat", options.questions, 256)
    found = {"smollm2-grpo": _compare(scores, "smollm2-sft", "smollm2-grpo", "loop")}
    title = f"SmolLM2-135M: loops in the answers to {options.questions} held-out questions"
    _report("learning-smollm2", title, scores, found)
    return int(found["smollm2-grpo"].difference >= 0)


def _train(training: Training) -> None:
    config = read_yaml(training.config)
    datasets = [{**config["datasets"][0], "path": str(WORK / training.data)}]
    keys = [f"base_model={WORK / training.start}", f"output_dir={WORK / training.name}", *training.keys]
    command = ["training", "train", training.config, "--skip-done", f"datasets={json.dumps(datasets)}", *keys]
    _run(training.name, *command)


def _run(name: str, *command: str) -> None:
    """Run `python -m command`, its output into a log; raise `UserError` where it fails."""
    WORK.mkdir(parents=True, exist_ok=True)
    log = WORK / f"{name.replace(' ', '-')}.log"
    console.print(f"{name}: python -m {' '.join(command[:3])} (log: {log})", highlight=False, soft_wrap=True)
    with log.open("w", encoding="utf-8") as file:
        done = subprocess.run([sys.executable, "-m", *command], stdout=file, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        last = "\n".join(log.read_text(encoding="utf-8").splitlines()[-12:])
        raise UserError(f"{name} ended with {done.returncode}:\n{last}", hint=f"the whole log: {log}")


def _evaluate(models: Sequence[str], chat: Path, questions: int, tokens: int) -> Scores:
    """Return each model's scores in the order of the questions, of greedy answers of at most `tokens` tokens."""
    command = ["evals", "--config", "configs/eval-sample.yml", "--questions", str(chat / "questions.jsonl")]
    command += [part for model in models for part in ("--model", str(WORK / model))]
    keys = [f"reference_answers={chat / 'test.jsonl'}", f"limit={questions}", f"generation.max_new_tokens={tokens}"]
    _run("evals", *command, "--out", str(WORK / "eval"), *keys)
    scores = {model: read_jsonl(WORK / "eval" / model / "scores.jsonl") for model in models}
    for model, rows in scores.items():
        if len(rows) != questions:
            raise UserError(f"{model}: {len(rows)} of {questions} questions were answered", hint=f"{WORK}/evals.log")
        for row in rows:
            row["loop"] = row["truncated"] or row["repetition"] > LOOP
    return scores


def _compare(scores: Scores, before: str, after: str, flag: str) -> Comparison:
    first, second = ([bool(row[flag]) for row in scores[name]] for name in (before, after))
    return compare(before, first, after, second, Statistics())


def _report(name: str, title: str, scores: Scores, found: dict[str, Comparison]) -> None:
    """Print the table and write the JSON beside the other results."""
    shares = {model: {key: fmean(row[key] for row in rows) for key in FIGURES} for model, rows in scores.items()}
    table = Table(title=title, title_justify="left")
    for heading in ("Run", "Compliant", "Loops", "Repetition", "Against", "Difference", "p"):
        table.add_column(heading, justify="left" if heading in ("Run", "Against") else "right")
    for model, figures in shares.items():
        pair = found.get(model)
        against = [pair.first, f"{100 * pair.difference:+.0f} points", f"{pair.p_value:.2g}"] if pair else ["", "", ""]
        table.add_row(model, *(f"{figure:.0%}" for figure in figures.values()), *against)
    output.print(table)
    file = write_result(name, {"models": shares, "comparisons": [asdict(pair) for pair in found.values()]})
    console.print(f"written to {file}")
