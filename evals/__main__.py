"""python -m evals [--config FILE] [--model PATH ...] [--questions FILE] [--out DIR] [key=value ...]"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from evals.config import EvalConfig
from evals.harness import evaluate
from evals.report import render_html, render_markdown, render_table
from evals.report.examples import choose_examples
from evals.report.text import remarks, sentence
from evals.summary import as_json, compare_all, summarize
from settings import console, load_config, output, run_command, split_overrides, write_text


def main(arguments: Sequence[str]) -> int:
    """Evaluate the models of a config; return 1 when a model's run ended early, else 0."""
    config = _config(arguments)
    questions, results = evaluate(config)
    rows = [summarize(result, questions, config.statistics.confidence) for result in results]
    comparisons = compare_all(results, config.statistics)
    examples = choose_examples(questions, results, config.examples)
    write_text(config.out / "report.md", render_markdown(config, rows, comparisons))
    write_text(config.out / "report.html", render_html(config, rows, comparisons, examples))
    summary = json.dumps(as_json(config, rows, comparisons), indent=2, ensure_ascii=False)
    write_text(config.out / "summary.json", summary + "\n")
    output.print(render_table(rows, title=f"{config.title or config.run}: {len(questions)} questions"))
    lines = [sentence(pair, config.statistics.confidence) for pair in comparisons]
    for line in [*lines, *(remark for row in rows for remark in remarks(row))]:
        output.print(line, markup=False, highlight=False, soft_wrap=True)
    console.print(f"report: {config.out / 'report.html'}", highlight=False, soft_wrap=True)
    return int(any(row.error for row in rows))


def _config(arguments: Sequence[str]) -> EvalConfig:
    overrides, rest = split_overrides(arguments)
    parser = argparse.ArgumentParser(prog="python -m evals", description="Score models on the outline contract.")
    parser.add_argument("--config", default="configs/eval.yml", help="default: %(default)s")
    parser.add_argument("--model", action="append", type=Path, help="score this folder instead; may be repeated")
    parser.add_argument("--questions", help="chat JSONL in place of the config's")
    parser.add_argument("--out", type=Path, help="folder of the results: its last part names the run")
    options = parser.parse_args(rest)
    if options.model:
        entries = [{"name": path.name, "path": str(path)} for path in options.model]
        overrides.append(f"models={json.dumps(entries)}")
    if options.questions:
        overrides.append(f"questions={json.dumps(options.questions)}")
    if options.out:
        overrides += [f"results={json.dumps(str(options.out.parent))}", f"run={json.dumps(options.out.name)}"]
    return load_config(options.config, EvalConfig, overrides)


if __name__ == "__main__":
    run_command(main)
