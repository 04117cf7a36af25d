"""Raters whose preferences are known."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import exp

from evals.review.plan import Showing, Study
from evals.review.ratings import AXES, Rating


def rating(study: Study, rater: str, showing: Showing, verdicts: Mapping[str, str], **changes: object) -> Rating:
    made = Rating(
        study=study.digest,
        rater=rater,
        position=showing.position,
        task=study.task,
        question=showing.item.question,
        left=showing.left,
        right=showing.right,
        repeat_of=showing.repeat_of,
        digest=showing.item.digest,
        verdicts=verdicts,
        comment="",
        seconds=4.5,
        created=f"2026-11-25T10:00:{showing.position:02}.000+00:00",
        updated=f"2026-11-25T10:00:{showing.position:02}.000+00:00",
        sent=1_000 + showing.position,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def simulate(
    study: Study, raters: Sequence[str], strengths: Mapping[str, float], tie: float, seed: int
) -> list[Rating]:
    """Every rater rates every screen: ties with a share `tie`, otherwise by Bradley-Terry with these log-odds."""
    draw = random.Random(seed)
    made = []
    for rater in raters:
        for showing in study.showings(rater):
            odds = exp(strengths[showing.left] - strengths[showing.right])
            said = {axis: _verdict(draw, odds / (1 + odds), tie) for axis in AXES}
            made.append(rating(study, rater, showing, said))
    return made


def _verdict(draw: random.Random, chance: float, tie: float) -> str:
    if draw.random() < tie:
        return draw.choice(["tie", "both_bad"])
    return "left" if draw.random() < chance else "right"
