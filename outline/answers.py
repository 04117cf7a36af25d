"""What of a completion is the answer that is held against the contract."""

import re

_TAG = re.compile(r"</?think>")


def extract_answer(completion: str) -> str | None:
    """Return the completion without its think blocks, or None when a block never closes: then nothing was answered.

    Everything up to the last `</think>` goes, with or without a `<think>` before it, because the chat templates of
    reasoning models open the block in the prompt. A `<think>` after that has no end.
    """
    tags = list(_TAG.finditer(completion))
    if not tags:
        return completion
    if tags[-1].group() == "<think>":
        return None
    return completion[tags[-1].end() :].lstrip("\n")


def opens_thinking(prompt: str) -> bool:
    """Whether the prompt ends inside a think block, so that a completion without `</think>` is no answer."""
    tags = _TAG.findall(prompt)
    return bool(tags) and tags[-1] == "<think>"
