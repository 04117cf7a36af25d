"""`python -m benchmarks.train_plain`: what `train-gpu` compares with, a Trainer as its documentation shows it.

Every conversation is padded or cut to the same length, all of its tokens are trained, none are packed; attention, loss
and optimizer are the library's defaults, the weights bfloat16.
"""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.train_meter import Meter
from settings import read_jsonl, run_command


def main(arguments: Sequence[str]) -> int:
    """Train for some steps and write what the meter measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.train_plain", description=__doc__)
    for name in ("model", "data", "out"):
        parser.add_argument(name, type=Path)
    for flag, default in (("steps", 30), ("batch", 16), ("length", 768)):
        parser.add_argument(f"--{flag}", type=int, default=default)
    parser.add_argument("--cpu", action="store_true")
    chosen = parser.parse_args(arguments)
    _train(chosen)
    return 0


def _train(chosen: argparse.Namespace) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, Trainer, TrainingArguments

    tokenizer: Any = AutoTokenizer.from_pretrained(chosen.model)
    model: Any = AutoModelForCausalLM.from_pretrained(chosen.model, dtype=torch.bfloat16)
    arguments = TrainingArguments(
        output_dir=str(chosen.out.with_suffix(".trainer")),
        per_device_train_batch_size=chosen.batch,
        max_steps=chosen.steps,
        learning_rate=2e-5,
        bf16=True,
        use_cpu=chosen.cpu,
        logging_steps=5,
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
    )
    rows: Any = _rows(tokenizer, chosen.data, chosen.length)
    Trainer(
        model=model,
        args=arguments,
        train_dataset=rows,
        processing_class=tokenizer,
        callbacks=[Meter(chosen.out)],
    ).train()


def _rows(tokenizer: Any, data: Path, length: int) -> list[dict[str, Any]]:
    texts = [
        "".join(f"<|im_start|>{told['role']}\n{told['content']}<|im_end|>\n" for told in row["messages"])
        for row in read_jsonl(data)
    ]
    tokens = tokenizer(texts, padding="max_length", truncation=True, max_length=length, add_special_tokens=False)
    return [
        {"input_ids": ids, "attention_mask": mask, "labels": ids}
        for ids, mask in zip(tokens["input_ids"], tokens["attention_mask"], strict=True)
    ]


if __name__ == "__main__":
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    run_command(main)
