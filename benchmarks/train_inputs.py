"""What `train-gpu` trains on: models of the true shapes, a tokenizer, conversations of the true lengths.

Neither speed nor memory depends on what the weights and words are, as long as they are no zeros.
"""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.rows import SAMPLE
from settings import read_jsonl, write_jsonl
from training.base_models.folder import make_once
from training.base_models.tiny import train_tokenizer

if TYPE_CHECKING:
    from transformers import PretrainedConfig, PreTrainedTokenizerBase

PROMPTS = (106, 124, 132, 140, 147, 152, 162, 170, 176, 187, 197, 209, 220, 233, 244, 258, 277, 303, 342, 431, 560)
ANSWERS = (75, 144, 172, 190, 206, 221, 229, 241, 259, 268, 279, 290, 302, 309, 325, 344, 369, 392, 412, 473, 742)
"""Every twentieth part of 266 conversations with outlines of a hosted model, in Qwen2.5's tokens, template and all: 511
in the mean, 57% of them in answers. Prompt and answer are drawn apart (their lengths correlate by 0.12)."""

SYSTEM = "You are a doctor answering a patient."
TURN_ENDS = {"qwen2": ("<|im_end|>", None), "deepseek": ("<｜end▁of▁sentence｜>", "<｜begin▁of▁sentence｜>")}
"""Family → the token that ends a turn, and the one that begins a text; their templates also need `_SPEAKERS`."""

_SPEAKERS = ["<｜User｜>", "<｜Assistant｜>"]
_VALIDATION = 40
"""One conversation in so many is held out."""


def make_model(folder: Path, architecture: "PretrainedConfig", family: str) -> bool:
    """Write a model of `architecture` with random bfloat16 weights and a tokenizer of 2,048 tokens into `folder`.

    The weights are made on a GPU where there is one. Returns False where the model is there already.
    """

    def fill(draft: Path) -> dict[str, Any]:
        import torch
        from transformers import AutoModelForCausalLM

        device = "cuda" if torch.cuda.is_available() else "cpu"
        torch.manual_seed(1)
        with torch.device(device):
            model: Any = AutoModelForCausalLM.from_config(architecture, dtype=torch.bfloat16)
        tokenizer = _tokenizer(family)
        for config in (model.config, model.generation_config):
            config.bos_token_id, config.eos_token_id = tokenizer.bos_token_id, tokenizer.eos_token_id
            config.pad_token_id = tokenizer.pad_token_id
        model.save_pretrained(draft)
        tokenizer.save_pretrained(draft)
        return {"source": "random weights", "family": family}

    return make_once(folder, fill)


def _tokenizer(family: str) -> "PreTrainedTokenizerBase":
    end, begin = TURN_ENDS[family]
    tokenizer = train_tokenizer(" ".join(words) for words in _texts())
    if begin:
        tokenizer.add_special_tokens({"bos_token": begin, "eos_token": end, "additional_special_tokens": _SPEAKERS})
    return tokenizer


def _texts() -> Iterator[list[str]]:
    rows = read_jsonl(SAMPLE)
    return (str(row[field]).split() for row in rows for field in ("Patient", "Doctor") if row[field])


def write_conversations(folder: Path, tokenizer: "PreTrainedTokenizerBase", count: int, scale: float = 1.0) -> None:
    """Write `count` conversations of the true lengths times `scale` to train.jsonl, and some to validation.jsonl."""
    draw = random.Random(1)
    words = _Words(tokenizer, [word for text in _texts() for word in text], draw)
    overhead = len(tokenizer(SYSTEM)["input_ids"]) + 12  # the turns' own tokens
    rows = []
    for _ in range(count + count // _VALIDATION + 1):
        prompt, answer = (round(_drawn(quantiles, draw) * scale) for quantiles in (PROMPTS, ANSWERS))
        said = {
            "system": SYSTEM,
            "user": words.text(max(prompt - overhead, 1)),
            "assistant": words.text(max(answer, 1)),
        }
        rows.append({"messages": [{"role": role, "content": text} for role, text in said.items()]})
    write_jsonl(folder / "train.jsonl", rows[:count])
    write_jsonl(folder / "validation.jsonl", rows[count:])


def _drawn(quantiles: Sequence[int], draw: random.Random) -> float:
    """A length between two neighbours among the quantiles."""
    place = draw.random() * (len(quantiles) - 1)
    low = int(place)
    return quantiles[low] + (place - low) * (quantiles[low + 1] - quantiles[low])


class _Words:
    """Text of a wanted number of tokens: the tokenizer splits at spaces, so words' tokens add up."""

    def __init__(self, tokenizer: "PreTrainedTokenizerBase", words: Sequence[str], draw: random.Random) -> None:
        self._words, self._draw = words, draw
        distinct = sorted(set(words))
        counted = tokenizer([f" {word}" for word in distinct], add_special_tokens=False)["input_ids"]
        self._tokens = {word: len(ids) for word, ids in zip(distinct, counted, strict=True)}

    def text(self, tokens: int) -> str:
        """At least one word, and no fewer tokens than are wanted."""
        chosen: list[str] = []
        while tokens > 0 or not chosen:
            chosen.append(self._draw.choice(self._words))
            tokens -= self._tokens[chosen[-1]]
        return " ".join(chosen)
