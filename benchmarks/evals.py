"""`python -m benchmarks evals`: what batches gain in generation, with a model of the production run's shape.

The same questions, answered by `python -m evals` in batches and one at a time, in turn; random weights, so that every
answer reaches the limit of new tokens. Compared are the seconds of generation that the completions record, without
imports and loading. The whole test split is projected from the rate of the batches.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.rows import SAMPLE
from benchmarks.scenario import RESULTS, write_result
from benchmarks.train_inputs import make_model
from settings import UserError, console, output, read_jsonl, write_jsonl

WORK = RESULTS / "work" / "evals"
TEST_SPLIT = 332
"""Questions that `prep` sets aside of the full dataset."""


def main(arguments: Sequence[str]) -> int:
    """Measure, print the ratio and write it to results/bench/evals.json."""
    options = _options(arguments)
    model = WORK / "model"
    _make_model(model)
    questions = write_questions(options.questions)
    seconds: dict[int, list[float]] = {options.batch: [], 1: []}
    for turn in range(options.rounds):
        for size in seconds:
            taken = _generate(model, questions, size, options, turn)
            console.print(f"round {turn + 1}, batches of {size}: {taken:.1f} s", highlight=False)
            seconds[size].append(taken)
    ratios = [alone / together for together, alone in zip(seconds[options.batch], seconds[1], strict=True)]
    rate = options.questions / median(seconds[options.batch])
    result = {
        "questions": options.questions,
        "tokens": options.tokens,
        "batch": options.batch,
        "seconds": {str(size): taken for size, taken in seconds.items()},
        "ratios": ratios,
        "projected_minutes": TEST_SPLIT / rate / 60,
    }
    output.print(
        f"{options.questions} questions × {options.tokens} tokens, batches of {options.batch} against one at a time: "
        f"{median(ratios):.2f} times as fast ({', '.join(f'{ratio:.2f}' for ratio in ratios)}); "
        f"{TEST_SPLIT} questions of {options.tokens} tokens would take {result['projected_minutes']:.1f} minutes"
    )
    console.print(f"written to {write_result('evals', result)}")
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks evals", description=__doc__)
    parser.add_argument("--questions", type=int, default=16, help="those of the sample, in turn (default: %(default)s)")
    parser.add_argument("--tokens", type=int, default=64, help="new tokens of each answer")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--device", default="cpu", choices=("cpu", "cuda"))
    options = parser.parse_args(arguments)
    if options.questions < 1:
        raise UserError(f"--questions must be at least 1, got {options.questions}")
    if options.batch < 2:
        raise UserError(f"--batch must be at least 2, got {options.batch}: batches are compared with one at a time")
    return options


def _make_model(folder: Path) -> None:
    from training.plan.architecture import model_config

    make_model(folder, model_config("evals", "Qwen/Qwen2.5-0.5B"), "qwen2")


def write_questions(count: int) -> Path:
    """Write as many questions of the sample as asked for, in turn where it has fewer, and return the file."""
    rows = read_jsonl(SAMPLE)
    asked = [{"role": "user", "content": rows[number % len(rows)]["Patient"]} for number in range(count)]
    path = WORK / "questions.jsonl"
    write_jsonl(path, [{"messages": [message]} for message in asked])
    return path


def _generate(model: Path, questions: Path, size: int, options: argparse.Namespace, turn: int) -> float:
    """Return the seconds of generation of one run of `python -m evals`."""
    out = WORK / f"batches-of-{size}-{turn}"
    keys = {
        "models": [{"name": "model", "path": str(model)}],
        "generation.max_new_tokens": options.tokens,
        "generation.batch_size": size,
        "generation.device": options.device,
        "generation.dtype": "native" if options.device == "cpu" else "bfloat16",
        "generation.seed": turn,
        "reference_answers": str(questions),
    }
    command = ["-m", "evals", "--config", "configs/eval-sample.yml", "--questions", str(questions), "--out", str(out)]
    command += [f"{key}={json.dumps(value)}" for key, value in keys.items()]
    completions = out / "model/outline/completions.jsonl"
    completions.unlink(missing_ok=True)
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise UserError(f"python -m evals ended with {done.returncode}:\n{done.stderr[-2000:]}")
    rows: list[dict[str, Any]] = read_jsonl(completions)
    if any(row["tokens"] != options.tokens for row in rows):
        raise UserError(f"{completions}: not every answer has {options.tokens} tokens, so that they do not compare")
    return sum(row["seconds"] for row in rows)
