"""How long the conversations are, which decides about sequence length and truncation."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from settings import UserError

Lengths = dict[str, dict[str, int]]

_SHARES = {"median": 0.5, "95%": 0.95, "longest": 1.0}


def measure(rows: Sequence[Mapping[str, Any]], tokenizer: str | None) -> Lengths:
    """Return median, 95th percentile and longest of prompt, answer and whole, in words (`... words`).

    With a tokenizer (a folder or a hub id) in its tokens too, chat template not counted. Raises `UserError` when it
    cannot be loaded.
    """
    counters: dict[str, Callable[[str], int]] = {"words": lambda text: len(text.split())}
    if tokenizer is not None:
        counters["tokens"] = _token_counter(tokenizer)
    found: Lengths = {}
    for unit, count in counters.items():
        sizes = [[count(message["content"]) for message in row["messages"]] for row in rows]
        found[f"prompt {unit}"] = _spread([sum(size[:-1]) for size in sizes])
        found[f"answer {unit}"] = _spread([size[-1] for size in sizes])
        found[f"whole {unit}"] = _spread([sum(size) for size in sizes])
    return found


def _spread(sizes: list[int]) -> dict[str, int]:
    ordered = sorted(sizes) or [0]
    return {name: ordered[min(len(ordered) - 1, int(share * len(ordered)))] for name, share in _SHARES.items()}


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
