"""The rewards of what is said: the reference's content under points that group it, and no number out of thin air."""

from collections.abc import Sequence
from typing import Any

from outline import Outline, content_words, unsupported_numbers
from training.rewards.reading import Messages, Reading, read

ENOUGH = 0.5
"""Share of the reference's own content words that counts as all: others say the same in words of their own.

Outlines that a hosted model made with the reply before it have a median of 0.54, those of another reply 0.08.
"""
DOUBT = 0.5
"""What each further unsupported number leaves of the reward."""


def substance(
    prompts: Sequence[Messages],
    completions: Sequence[Messages],
    reference: Sequence[str | None] | None = None,
    **columns: Any,
) -> list[float | None]:
    """Return how much of the reference the answer's points hold, times the share of parents that group something.

    Only the reference's words count that the prompt does not hold, and only those of points that say something of
    their own: repeating the question earns nothing, and so does an answer that fits any question. A parent with a
    single child groups nothing, so a chain of points gets 0, as does a flat list. None without a reference, or with
    one that adds no word to the prompt. Not covered: whether a word is used as the reference uses it.
    """
    rows = zip(prompts, completions, reference or [None] * len(completions), strict=True)
    return [_substance(read(prompt, answer), source) for prompt, answer, source in rows]


def _substance(answer: Reading, reference: str | None) -> float | None:
    wanted = content_words(reference or "") - answer.known
    if not wanted:
        return None
    points = {node.text for _, _, node in answer.outline.walk()}
    said = content_words("\n".join(passage for passage in answer.own if passage in points))
    return min(1.0, len(wanted & said) / len(wanted) / ENOUGH) * _grouping(answer.outline)


def _grouping(outline: Outline) -> float:
    """The share of the points with any below them that have at least two."""
    parents = [len(node.children) for _, _, node in outline.walk() if node.children]
    return sum(children > 1 for children in parents) / len(parents) if parents else 0.0


def numbers(
    prompts: Sequence[Messages],
    completions: Sequence[Messages],
    reference: Sequence[str | None] | None = None,
    **columns: Any,
) -> list[float | None]:
    """Return 1 for an answer whose every number the patient's text or the reference holds; each other one halves it.

    An answer that says nothing of its own gets 0, so silence is no way to be right. None without a reference, as
    everywhere: a number may then be right, and nobody can tell. The system message supports none.
    """
    rows = zip(prompts, completions, reference or [None] * len(completions), strict=True)
    return [_numbers(read(prompt, answer), source) for prompt, answer, source in rows]


def _numbers(answer: Reading, reference: str | None) -> float | None:
    if not reference:
        return None
    if not answer.own:
        return 0.0
    return DOUBT ** len(unsupported_numbers(answer.text, answer.question, reference))
