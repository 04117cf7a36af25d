"""`python -m benchmarks packing`: does a file of outlines fit the production runs, and how full are their rows?"""

import argparse
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from rich.table import Table

from benchmarks.scenario import RESULTS, write_result
from outline import StructureSpec
from prep.chat import question_row, system_prompt
from prep.config import PrepConfig
from prep.consultation import Consultation
from settings import UserError, console, load_config, output, read_jsonl, write_jsonl
from training.plan.batches import schedule
from training.plan.tokens import read_lengths
from training.render import render

RUNS = ("qwen-full", "deepseek-full-gc", "qwen-lora", "deepseek-lora")
CHAT = RESULTS / "work/packing/chat.jsonl"
FULL = 0.93
"""Least share of the packed positions that should hold tokens."""


def main(arguments: Sequence[str]) -> int:
    """Print and write how the runs pack the file; 1 where a conversation does not fit, or rows are less than `FULL`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks packing", description=__doc__)
    parser.add_argument("outlines", help="JSONL with Description, Patient, Status and outline")
    parser.add_argument("--rows", type=int, default=3311, help="conversations, the file over and over; default 3311")
    parser.add_argument("--tokenizer", help="a folder or hub id; without it the runs' own, or an estimate")
    chosen = parser.parse_args(arguments)
    write_jsonl(CHAT, islice(cycle(conversations(chosen.outlines)), chosen.rows))
    rows = {name: _packed(name, chosen.tokenizer) for name in RUNS}
    table = Table("run", "conversations", "mean", "longest", "sequence_len", "too long", "filled", "tokens counted")
    for name, row in rows.items():
        cells = (f"{row['mean']:.0f}", str(row["longest"]), str(row["sequence_len"]), str(row["too_long"]))
        table.add_row(name, str(row["conversations"]), *cells, f"{row['filled']:.1%}", row["tokens"])
    output.print(table)
    console.print(f"written to {write_result('packing', rows)}; the conversations: {CHAT}", highlight=False)
    return int(any(row["too_long"] or row["filled"] < FULL for row in rows.values()))


def conversations(path: str | Path) -> list[dict[str, Any]]:
    """The outlines of a file as answers to the questions that `configs/prep.yml` would ask.

    Raises `UserError` for a row without a question or an outline.
    """
    system = system_prompt(load_config(Path("configs/prep.yml"), PrepConfig).chat.system, StructureSpec.load())
    rows = []
    for index, row in enumerate(read_jsonl(path)):
        given = [str(row.get(field) or "") for field in ("Description", "Patient", "Status", "outline")]
        asked = question_row(Consultation(index, given[0], given[1], None, given[2]), system)["messages"]
        if not asked[-1]["content"] or not given[3]:
            raise UserError(f"{path}: row {index + 1} has no question or no outline")
        rows.append({"messages": [*asked, {"role": "assistant", "content": given[3]}]})
    return rows


def _packed(name: str, tokenizer: str | None) -> dict[str, Any]:
    config = render(f"configs/{name}.yml")
    lengths = read_lengths(name, config, str(CHAT), tokenizer)
    plan = schedule(config, lengths.tokens, 1, lengths.trained)
    return {
        "conversations": plan.conversations,
        "mean": sum(lengths.tokens) / len(lengths.tokens),
        "longest": max(lengths.tokens),
        "sequence_len": config["sequence_len"],
        "too_long": plan.too_long,
        "filled": plan.efficiency,
        "left_out_each_epoch": plan.left,
        "trained": plan.answers / plan.trained_on,
        "tokens": lengths.source,
    }
