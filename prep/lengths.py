"""How long the conversations are, which decides about sequence length and truncation."""

from array import array
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from outline.words import length
from settings import UserError

Lengths = dict[str, dict[str, int]]

_SHARES = {"median": 0.5, "95%": 0.95, "longest": 1.0}


class Measure:
    """Takes conversations one by one and counts their words (`outline.words.length`).

    With a tokenizer (a folder or a hub id) its tokens too, chat template not counted. Raises `UserError` when it
    cannot be loaded. Memory holds 8 bytes a conversation, twice that with a tokenizer.
    """

    def __init__(self, tokenizer: str | None) -> None:
        self._counters: dict[str, Callable[[str], int]] = {"words": length}
        if tokenizer is not None:
            self._counters["tokens"] = _token_counter(tokenizer)
        self._sizes = {unit: (array("I"), array("I")) for unit in self._counters}

    def add(self, row: Mapping[str, Any]) -> None:
        """Count the messages of a row, the last of which is the answer."""
        *prompt, answer = (message["content"] for message in row["messages"])
        for unit, count in self._counters.items():
            prompts, answers = self._sizes[unit]
            prompts.append(sum(map(count, prompt)))
            answers.append(count(answer))

    def lengths(self) -> Lengths:
        """Return median, 95th percentile and longest of prompt, answer and whole (`... words`, `... tokens`)."""
        found: Lengths = {}
        for unit, sizes in self._sizes.items():
            prompts, answers = (np.array(size, dtype=np.int64) for size in sizes)
            found[f"prompt {unit}"] = _spread(prompts)
            found[f"answer {unit}"] = _spread(answers)
            found[f"whole {unit}"] = _spread(prompts + answers)
        return found


def _spread(sizes: np.ndarray) -> dict[str, int]:
    ordered = np.sort(sizes) if len(sizes) else np.zeros(1, dtype=np.int64)
    return {name: int(ordered[min(len(ordered) - 1, int(share * len(ordered)))]) for name, share in _SHARES.items()}


def _token_counter(name: str) -> Callable[[str], int]:
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(name)
    except (OSError, ValueError) as error:
        raise UserError(
            f"chat.tokenizer: {name} cannot be loaded: {' '.join(str(error).split())[:200]}",
            hint="give the folder of a model, or null to count words only",
        ) from error
    return lambda text: len(tokenizer.encode(text, add_special_tokens=False))
