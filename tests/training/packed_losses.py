"""The loss of each conversation, packed by Axolotl and alone: `python -m tests.training.packed_losses CONFIG OUT`.

Packed: Axolotl's own dataset, sampler, collator and model, as its trainer has them. Alone: the same weights in a plain
transformers model with eager attention, one conversation at a time. OUT becomes a JSON object of way → {conversation →
sum of its tokens' losses}.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from axolotl.cli.config import load_cfg
from axolotl.common.datasets import load_datasets
from axolotl.monkeypatch.attention.sdpa_varlen import patch_sdpa_varlen
from axolotl.train import setup_model_and_trainer
from transformers import AutoModelForCausalLM

IGNORED = -100
Losses = dict[str, float]


def main(config: str, out: str) -> None:
    """Write the losses of a whole epoch."""
    cfg = load_cfg(config)
    trainer, model, *_ = setup_model_and_trainer(cfg, load_datasets(cfg=cfg))
    model.eval()
    model.config.use_cache = False  # as in training
    batches = [dict(batch) for batch in trainer.get_train_dataloader()]
    found = {"packed": _packed(model, batches)}
    # What a GPU without the kernel for packed rows does; installed last, since it stays.
    assert patch_sdpa_varlen()
    found["packed, by the mask of older GPUs"] = _packed(model, batches)
    found["packed, boundaries lost"] = _packed(model, batches, keep_boundaries=False)
    plain = AutoModelForCausalLM.from_pretrained(cfg.base_model, attn_implementation="eager", dtype=torch.float32)
    found["alone"] = dict(_alone(plain.eval(), row) for row in trainer.train_dataset)
    shapes = {"rows": [list(batch["input_ids"].shape) for batch in batches], "keys": sorted(batches[0])}
    Path(out).write_text(json.dumps({"losses": found, **shapes}), encoding="utf-8")


@torch.no_grad()
def _packed(model: Any, batches: list[dict[str, Any]], keep_boundaries: bool = True) -> Losses:
    losses: Losses = {}
    for batch in batches:
        positions = batch["position_ids"]
        given = positions if keep_boundaries else torch.arange(positions.shape[1]).expand_as(positions)
        inputs = {key: value for key, value in batch.items() if key not in ("labels", "position_ids")}
        logits = model(**inputs, position_ids=given).logits
        for row in range(len(positions)):
            for start, end in _conversations(positions[row]):
                ids, labels = batch["input_ids"][row, start:end], batch["labels"][row, start:end]
                if (labels != IGNORED).any():
                    losses[_name(ids)] = _loss(logits[row, start:end], labels)
    return losses


def _conversations(positions: torch.Tensor) -> Iterator[tuple[int, int]]:
    starts = (positions == 0).nonzero().flatten().tolist()
    return zip(starts, [*starts[1:], len(positions)], strict=True)


@torch.no_grad()
def _alone(model: Any, row: dict[str, Any]) -> tuple[str, float]:
    ids, labels = torch.tensor(row["input_ids"]), torch.tensor(row["labels"])
    return _name(ids), _loss(model(input_ids=ids[None]).logits[0], labels)


def _loss(logits: torch.Tensor, labels: torch.Tensor) -> float:
    summed = torch.nn.CrossEntropyLoss(ignore_index=IGNORED, reduction="sum")
    return summed(logits[:-1].float(), labels[1:]).item()


def _name(ids: torch.Tensor) -> str:
    return " ".join(map(str, ids.tolist()))


if __name__ == "__main__":
    main(*sys.argv[1:])
