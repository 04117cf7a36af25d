"""Train a tiny model for a few steps under each ZeRO file, in every process of torchrun, on the CPU over gloo.

    python -m torch.distributed.run --nproc-per-node 2 -m tests.training.zero_steps MODEL OUT

Through transformers' own trainer, which puts values in for "auto" and hands DeepSpeed the optimizer: what Axolotl's is
built on. OUT becomes a JSON object of name ("plain", "zero1", ...) → losses of the steps and the engine's facts; each
file a second time ("zero1, answers only", ...) with the loss of the production runs, whose kernel Triton interprets.
"""

import functools
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import Mock

os.environ["DS_ACCELERATOR"] = "cpu"
os.environ["TRITON_INTERPRET"] = "1"

import deepspeed.ops
import torch
import torch.distributed
from liger_kernel.transformers.model import loss_utils
from liger_kernel.transformers.monkey_patch import apply_liger_kernel_to_qwen2
from transformers import AutoModelForCausalLM, Trainer, TrainingArguments

from training.loss import answers_only, without_logits

FILES = sorted((Path(__file__).parents[2] / "deepspeed_configs").glob("*.json"))
STEPS, ROWS, COLUMNS = 6, 2, 48


class Rows(torch.utils.data.Dataset):
    """Rows of a repeating pattern, which a tiny model learns in a few steps; the first third is a prompt."""

    def __len__(self) -> int:
        return STEPS * ROWS * 2

    def __getitem__(self, index: int) -> dict[str, Any]:
        ids = (torch.arange(COLUMNS) + index) % 12 + 40
        labels = torch.where(torch.arange(COLUMNS) < COLUMNS // 3, -100, ids)
        return {"input_ids": ids, "labels": labels, "attention_mask": torch.ones_like(ids)}


def main(model: str, out: str) -> None:
    """Train under no DeepSpeed, then under each file."""
    torch.set_num_threads(1)
    # DeepSpeed would compile an all-reduce through shared memory first, which takes minutes; gloo has its own.
    deepspeed.ops.__compatible_ops__["deepspeed_shm_comm"] = False
    for name in ("all_gather_into_tensor", "reduce_scatter_tensor", "all_reduce", "all_gather", "broadcast", "reduce"):
        setattr(torch.distributed, name, _at_once(getattr(torch.distributed, name)))
    found = {"plain": _train(model, out, None)}
    for path in FILES:
        found[path.stem] = _train(model, out, path)
        found[f"{path.stem}, answers only"] = _train(model, out, path, fused=True)
    if os.environ["RANK"] == "0":
        Path(out).write_text(json.dumps(found), encoding="utf-8")


class _Done:
    """What a collective that has ended is waited for by."""

    def wait(self) -> None: ...

    def is_completed(self) -> bool:
        return True


def _at_once(collective: Callable[..., Any]) -> Callable[..., Any]:
    """A collective that has ended when it returns, and is none of autograd's business.

    DeepSpeed lets collectives overlap with what is computed, in the order of a GPU's streams; a CPU has none, and a
    busy one computes with what is not there yet. And gloo fills the parts of a split, which autograd refuses.
    """

    @functools.wraps(collective)
    def run(*arguments: Any, async_op: bool = False, **keys: Any) -> _Done | None:
        with torch.no_grad():
            collective(*arguments, async_op=False, **keys)
        return _Done() if async_op else None

    return run


def _train(model: str, out: str, path: Path | None, fused: bool = False) -> dict[str, Any]:
    arguments = TrainingArguments(
        output_dir=str(Path(out).parent),
        deepspeed=str(path) if path else None,
        use_cpu=True,
        bf16=True,
        optim="adamw_torch_fused",
        learning_rate=3e-3,
        lr_scheduler_type="constant",
        max_grad_norm=1.0,
        per_device_train_batch_size=ROWS,
        max_steps=STEPS,
        logging_steps=1,
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
        seed=17,
    )
    network = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
    loss = None
    if fused:
        others = dict.fromkeys(("rope", "rms_norm", "swiglu", "cross_entropy"), False)
        apply_liger_kernel_to_qwen2(**others, fused_linear_cross_entropy=True, model=network)
        loss_utils.fixed_fused_linear_cross_entropy = loss = Mock(wraps=answers_only)
        without_logits(network)
    trainer = Trainer(model=network, args=arguments, train_dataset=Rows())
    trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    facts = _facts(trainer.model_wrapped) if path else {}
    return {"losses": losses, "calls": loss.call_count if loss else 0, **facts}


def _facts(engine: Any) -> dict[str, Any]:
    """What DeepSpeed made of a file: its stage, its optimizer, and how many processes it parts the states among."""
    facts = {
        "stage": engine.zero_optimization_stage(),
        "optimizer": type(engine.basic_optimizer).__name__,
        "processes": engine.dp_world_size,
        "bf16": engine.bfloat16_enabled(),
    }
    engine.destroy()
    return facts


if __name__ == "__main__":
    main(*sys.argv[1:])
