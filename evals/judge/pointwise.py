"""Each answer on its own, graded by the rubric."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.judge.asking import Ask, Outcomes, make_ask, read_outcome
from evals.judge.config import Prompts
from evals.judge.verdicts import Rating, Unscored, read_rating
from evals.questions import Question
from llm import Endpoint

Answers = Mapping[str, Mapping[int, str]]
"""By the name of the model and the id of the question."""

NO_ANSWER = Unscored("no completion to judge")
"""The model's system failed before the judge could."""


@dataclass(frozen=True)
class Answer:
    """One answer, and the ask about it; None where there is no answer."""

    id: int
    """Of the question."""
    model: str
    ask: Ask | None


@dataclass(frozen=True)
class Rated:
    """What became of one answer."""

    id: int
    model: str
    verdict: Rating | Unscored

    def as_row(self) -> dict[str, Any]:
        """Return a line of `pointwise.jsonl`."""
        verdict = self.verdict
        told = {"unscored": vars(verdict)} if isinstance(verdict, Unscored) else vars(verdict)
        return {"id": self.id, "model": self.model, **told}


def plan(prompts: Prompts, endpoint: Endpoint, questions: Sequence[Question], answers: Answers) -> list[Answer]:
    """Return each model's answer to each question with what is asked about it."""
    return [
        Answer(question.id, model, _ask(prompts, endpoint, question, given.get(question.id)))
        for model, given in answers.items()
        for question in questions
    ]


def _ask(prompts: Prompts, endpoint: Endpoint, question: Question, answer: str | None) -> Ask | None:
    if answer is None:
        return None
    texts = {"question": question.user, "reference": question.reference or prompts.no_reference, "answer": answer}
    return make_ask(endpoint, prompts.pointwise, question, texts, read_rating)


def read(answers: Sequence[Answer], outcomes: Outcomes) -> list[Rated]:
    """Return what became of each answer."""
    return [Rated(answer.id, answer.model, _read(answer, outcomes)) for answer in answers]


def _read(answer: Answer, outcomes: Outcomes) -> Rating | Unscored:
    if answer.ask is None:
        return NO_ANSWER
    return read_outcome(outcomes[answer.ask.request.fingerprint], read_rating)
