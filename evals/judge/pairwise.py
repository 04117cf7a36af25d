"""Two models' answers to one question, compared in both orders: a verdict counts when it survives the swap.

The swap against position bias is that of Zheng et al., Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena (2023),
section 3.4: a win is one in both orders, everything else that is readable is no preference.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

from evals.judge.asking import Ask, Outcomes, make_ask, read_outcome
from evals.judge.config import JudgeConfig, Prompts
from evals.judge.pointwise import NO_ANSWER, Answers
from evals.judge.verdicts import Preference, Unscored, read_preference
from evals.questions import Question
from llm import Endpoint
from settings import UserError

Result = Literal["win", "tie", "loss", "inconsistent", "identical"]
"""Of the first model; identical: the answers are one text, a tie that nobody need be asked about."""

_IN_ORDER: dict[str, Result] = {"A": "win", "B": "loss", "tie": "tie"}
_SWAPPED: dict[str, Result] = {"A": "loss", "B": "win", "tie": "tie"}


@dataclass(frozen=True)
class Pair:
    """Two answers to one question; `asks`: with the first model's as A, then with the second's as A.

    `asks` is empty where nobody is asked, because an answer is missing or both are the same text.
    """

    id: int
    """Of the question."""
    first: str
    second: str
    asks: tuple[Ask, ...]
    result: Result | Unscored | None
    """What is known without asking."""


@dataclass(frozen=True)
class Compared:
    """What became of one pair; `verdicts` in the order of its asks."""

    id: int
    first: str
    second: str
    result: Result | Unscored
    verdicts: tuple[Preference | Unscored, ...]

    def as_row(self) -> dict[str, Any]:
        """Return a line of `pairwise.jsonl`."""
        result = self.result
        told = {"unscored": vars(result)} if isinstance(result, Unscored) else {"result": result}
        orders = [vars(verdict) for verdict in self.verdicts]
        return {"id": self.id, "first": self.first, "second": self.second, **told, "orders": orders}


def choose_pairs(config: JudgeConfig, names: Sequence[str]) -> list[tuple[str, str]]:
    """Return the pairs of models to compare; raises `UserError` for one that names no model of this run."""
    if config.pairs is None:
        return list(combinations(names, 2))
    for pair in config.pairs:
        if unknown := [name for name in pair if name not in names]:
            raise UserError(f"judge.pairs: there is no model {unknown[0]!r}, there are {', '.join(names)}")
        if pair[0] == pair[1]:
            raise UserError(f"judge.pairs: {pair[0]!r} cannot be compared with itself")
    return list(dict.fromkeys(config.pairs))


def plan(
    prompts: Prompts,
    endpoint: Endpoint,
    questions: Sequence[Question],
    answers: Answers,
    pairs: Sequence[tuple[str, str]],
) -> list[Pair]:
    """Return the two answers of each pair of models to each question, with what is asked about them."""
    planned = []
    for first, second in pairs:
        for question in questions:
            texts = answers[first].get(question.id), answers[second].get(question.id)
            asks, result = _asks(prompts, endpoint, question, *texts)
            planned.append(Pair(question.id, first, second, asks, result))
    return planned


def _asks(
    prompts: Prompts, endpoint: Endpoint, question: Question, first: str | None, second: str | None
) -> tuple[tuple[Ask, ...], Result | Unscored | None]:
    if first is None or second is None:
        return (), NO_ANSWER
    if first.strip() == second.strip():
        return (), "identical"
    known = {"question": question.user, "reference": question.reference or prompts.no_reference}
    orders = ({"answer_a": first, "answer_b": second}, {"answer_a": second, "answer_b": first})
    return tuple(
        make_ask(endpoint, prompts.pairwise, question, known | order, read_preference) for order in orders
    ), None


def read(pairs: Sequence[Pair], outcomes: Outcomes) -> list[Compared]:
    """Return what became of each pair."""
    return [_read(pair, outcomes) for pair in pairs]


def _read(pair: Pair, outcomes: Outcomes) -> Compared:
    verdicts = tuple(read_outcome(outcomes[ask.request.fingerprint], read_preference) for ask in pair.asks)
    result = pair.result or _agreed(*verdicts)
    return Compared(pair.id, pair.first, pair.second, result, verdicts)


def _agreed(in_order: Preference | Unscored, swapped: Preference | Unscored) -> Result | Unscored:
    """Return the first model's result where both orders say the same; a pair that lacks one of them has none."""
    if isinstance(in_order, Unscored):
        return in_order
    if isinstance(swapped, Unscored):
        return swapped
    result = _IN_ORDER[in_order.winner]
    return result if result == _SWAPPED[swapped.winner] else "inconsistent"
