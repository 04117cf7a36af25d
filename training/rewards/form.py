"""The rewards of the form: the structure contract by degrees, a fitting length, nothing said twice."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from outline import StructureSpec, check_compliance
from outline.words import tokens
from training.rewards.reading import GRAM, Messages, Reading, grams, read

LONG, ROOM = 2.5, 120
"""Words that an answer may have: this many times the reference's (as in prep's gate), or this many if that is more."""
SHORT, LEAST = 0.5, 20
"""Words that an answer should have: this share of the reference's, and no fewer than this."""


def compliance(prompts: Sequence[Messages], completions: Sequence[Messages], **columns: Any) -> list[float]:
    """Return `ComplianceReport.score`: 1 for a strictly compliant answer, else how near it comes, 0 without a list.

    The structure is the one of `hold_to`, `configs/outline.yml` unless a run says otherwise.
    """
    spec = _chosen.get("spec") or _shipped()
    answers = (read(prompt, answer) for prompt, answer in zip(prompts, completions, strict=True))
    return [check_compliance(answer.text, spec).score for answer in answers]


def hold_to(spec: StructureSpec) -> None:
    """Have `compliance` hold this process's answers against `spec` from now on.

    TRL gives a reward nothing but the answers and the dataset's columns, and a column would be kept with the prepared
    dataset, whatever the config says by then.
    """
    _chosen["spec"] = spec


_chosen: dict[str, StructureSpec] = {}


@cache
def _shipped() -> StructureSpec:
    return StructureSpec.load()


def length(
    prompts: Sequence[Messages],
    completions: Sequence[Messages],
    completion_ids: Sequence[Sequence[int]] | None = None,
    reference: Sequence[str | None] | None = None,
    end_token: Sequence[int] | None = None,
    **columns: Any,
) -> list[float]:
    """Return 1 for an answer of a fitting length that ended by itself, 0 for one that was cut off.

    Too long counts every word, and falls to 0 at twice what is allowed. Too short counts only the words of passages
    that say something of their own, so padding with copies, with the prompt or with marks is no length. The measure is
    the reference, or the patient's message where there is none. A cut is seen by the `end_token` (the dataset's
    column) that is missing at the end of `completion_ids`; without those two it goes unseen.
    """
    count = len(completions)
    ids, ends = completion_ids or [()] * count, end_token or [None] * count
    rows = zip(prompts, completions, reference or [None] * count, ids, ends, strict=True)
    return [
        0.0 if end is not None and made and made[-1] != end else _length(read(prompt, answer), source)
        for prompt, answer, source, made, end in rows
    ]


def _length(answer: Reading, reference: str | None) -> float:
    measure = len(tokens(reference or answer.question))
    most, least = max(LONG * measure, ROOM), max(SHORT * measure, LEAST)
    if len(answer.words) > most:
        return max(0.0, 2 - len(answer.words) / most) * min(1.0, answer.own_words / least)
    return min(1.0, answer.own_words / least)


def repetition(prompts: Sequence[Messages], completions: Sequence[Messages], **columns: Any) -> list[float]:
    """Return how little an answer repeats itself or the prompt: 1 for not at all, 0 for an answer of nothing else.

    The product of the share of passages that say something of their own, and of the share of word 4-grams that had not
    occurred before in the answer (1 - seq-rep-4 of Welleck et al., Neural Text Generation with Unlikelihood Training,
    2019). An answer that says nothing gets 0.
    """
    return [_repetition(read(prompt, answer)) for prompt, answer in zip(prompts, completions, strict=True)]


def _repetition(answer: Reading) -> float:
    if not answer.own:
        return 0.0
    runs = len(answer.words) - GRAM + 1
    fresh = len(grams(answer.words)) / runs if runs > 0 else 1.0
    return fresh * len(answer.own) / len(answer.passages)
