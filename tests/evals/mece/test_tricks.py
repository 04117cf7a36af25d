"""Outlines that cost a model nothing score below honest ones."""

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from statistics import fmean
from textwrap import indent

import pytest

from evals.mece import MeceScorer
from evals.mece.ranks import GoodOutline, load_outlines
from outline import Node, Outline, parse_outline, render_outline

pytestmark = pytest.mark.slow

OUTLINES = load_outlines(Path(__file__).parents[2] / "fixtures/mece/outlines.jsonl")
PLEASING = """\
- Treatment
  - Medicine
    - Tablets
    - Drops
  - Surgery
    - Operation room
    - Anaesthesia
- Tests
  - Blood test
    - Blood sugar
    - Iron in blood
"""


def branch(texts: Sequence[str]) -> str:
    return "\n".join(f"{'  ' * depth}- {text}" for depth, text in enumerate(texts))


def pieces(question: str) -> list[str]:
    words = question.split()
    size = max(1, len(words) // 4)
    return [" ".join(words[at : at + size]) for at in range(0, len(words), size)]


def points(good: GoodOutline) -> list[str]:
    return [node.text for _, _, node in parse_outline(good.outline).walk()]


def shuffled(good: GoodOutline) -> str:
    """The outline's own points in any order."""
    texts = points(good)
    Random(0).shuffle(texts)
    rest = iter(texts)

    def anew(node: Node) -> Node:
        return Node(next(rest), tuple(anew(child) for child in node.children))

    return render_outline(Outline(tuple(anew(root) for root in parse_outline(good.outline).roots)))


def below(root: str, children: Sequence[str]) -> str:
    return "\n".join([f"- {root}", *(f"  - {child}" for child in children)])


TRICKS: dict[str, Callable[[GoodOutline], str]] = {
    "the question three times": lambda good: branch([good.question] * 3),
    "the question, announced": lambda good: branch(
        [f"{word}: {good.question}" for word in ("Question", "Answer", "So")]
    ),
    "the question above its own pieces": lambda good: below(good.question, pieces(good.question)),
    "the question's words turned round": lambda good: below(
        " ".join(reversed(good.question.split())),
        [" ".join(reversed(piece.split())) for piece in pieces(good.question)],
    ),
    "its pieces in a branch": lambda good: branch(pieces(good.question)),
    "its words below one of them": lambda good: below(good.question.split()[0], good.question.split()[1:6]),
    "the question above a flat answer": lambda good: below(good.question, points(good)[1:6]),
    "one word in a branch": lambda good: branch(["Rest"] * 5),
    "one word over and over": lambda good: "- Rest\n  - Rest\n    - Rest\n    - Rest\n  - Rest\n" * 2,
    "one word below another": lambda good: "- Advice\n  - Rest\n  - Rest\n",
    "one word below another, in a branch": lambda good: "- Advice\n  - Rest\n    - Rest\n",
    "one word, counted": lambda good: below("Sleep", [f"Rest {number}" for number in range(5)]),
    "a branch that says ever more": lambda good: branch(
        ["Rest", "Rest it", "Rest it for two days", "Rest it two days long"]
    ),
    "a branch of words on one topic": lambda good: branch(
        ["Doctor", "Medicine", "Tablets", "Dose", "Amount", "Quantity"]
    ),
    "the honest points in a branch": lambda good: branch(points(good)),
    "the honest points in any order": shuffled,
    "one outline for every question": lambda good: PLEASING,
    "the same below the question": lambda good: f"- {good.question}\n" + indent(PLEASING, "  "),
    "few words for every question": lambda good: "- Ankle sprain\n  - Rest\n  - Ice\n",
    "no list": lambda good: good.question,
}


@pytest.fixture(scope="module")
def honest(scorer: MeceScorer) -> float:
    return mean(scorer, [(good.outline, good) for good in OUTLINES])


def mean(scorer: MeceScorer, answers: Sequence[tuple[str, GoodOutline]]) -> float:
    return fmean(score.mece for score in scorer.score_many([(text, to.question, to.reference) for text, to in answers]))


@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_scores_below_honest_outlines(trick: str, honest: float, scorer: MeceScorer) -> None:
    assert mean(scorer, [(TRICKS[trick](good), good) for good in OUTLINES]) < 0.9 * honest


def test_no_honest_outline_does_for_every_question(honest: float, scorer: MeceScorer) -> None:
    best = max(mean(scorer, [(one.outline, good) for good in OUTLINES]) for one in OUTLINES)
    assert best < 0.9 * honest


def test_the_copying_answers_earn_next_to_nothing(scorer: MeceScorer) -> None:
    copies = [
        trick for name, trick in TRICKS.items() if name.startswith(("the question", "one word below", "one word in"))
    ]
    assert max(mean(scorer, [(trick(good), good) for good in OUTLINES]) for trick in copies) < 0.01
