"""The comparisons as tables: each family of pairs, the 2×2 of family and tuning, training seeds."""

from collections.abc import Sequence
from dataclasses import dataclass

from evals.comparisons import Family, Pair
from evals.measures import Measure, measures
from evals.report.contents import Contents, set_name, words
from evals.report.leads import leading
from evals.report.text import detectable_text, difference_text, differs, p_text, percent, sentence, signed
from evals.stats import Comparison, Interaction, SeedRow

FOLDED = 10
"""Pairs of a family that are shown unfolded."""


@dataclass(frozen=True)
class PairRow:
    """A pair of conditions in a family's table."""

    first: str
    second: str
    n: int
    difference: str
    interval: str
    swings: str
    """Questions that only the second, and only the first, has right."""
    p_value: str
    p_holm: str
    detectable: str
    verdict: str
    tone: str


@dataclass(frozen=True)
class FamilyView:
    """A family with its pairs, those that differ first and by size."""

    question_set: str
    heading: str
    note: str
    differ: int
    shown: Sequence[PairRow]
    folded: Sequence[PairRow]

    @property
    def pairs(self) -> int:
        """How many pairs it has."""
        return len(self.shown) + len(self.folded)


def families(contents: Contents) -> list[FamilyView]:
    """Return every family as a table."""
    return [_family(contents, family) for family in contents.compared.families]


def sentences(contents: Contents) -> list[str]:
    """Return what the run says in sentences: its leading pairs by every measure, then how many pairs there are."""
    confidence, found = contents.config.statistics.confidence, []
    for family in contents.compared.families:
        found += [sentence(pair, family.measure, confidence) for pair in leading(contents, family)]
    for family in contents.compared.families:
        if family.measure == "compliance" and len(family.pairs) > 1:
            differ = sum(differs(pair) for pair in family.pairs)
            found.append(
                words()["counted"].format(
                    questions=set_name(family.question_set), pairs=len(family.pairs), differ=differ
                )
            )
    return found


def interactions(contents: Contents) -> list[dict[str, object]]:
    """Return each 2×2 as its cells, its gains and what is said of their difference."""
    return [_interaction(task, found) for task, found in contents.compared.interactions.items()]


def seeds(contents: Contents) -> list[tuple[str, ...]]:
    """Return the rows of configs that were trained with several seeds."""
    return [_seeds(name, row) for name, row in contents.compared.seeds.items()]


def _family(contents: Contents, family: Family) -> FamilyView:
    measure = measures()[family.measure]
    leads = leading(contents, family)

    def order(pair: Pair) -> tuple[bool, bool, float]:
        return (pair not in leads, not differs(pair), -abs(pair.comparison.difference))

    rows = [_row(pair, measure) for pair in sorted(family.pairs, key=order)]
    differ = sum(map(differs, family.pairs))
    return FamilyView(
        set_name(family.question_set), measure.heading, measure.note, differ, rows[:FOLDED], rows[FOLDED:]
    )


def _row(pair: Pair, measure: Measure) -> PairRow:
    found = pair.comparison
    difference, interval = difference_text(pair, measure)
    tone = {"better": "good", "worse": "bad"}.get(pair.verdict, "open")
    return PairRow(
        first=found.first,
        second=found.second,
        n=found.n,
        difference=difference,
        interval=interval,
        swings=f"{found.gained} / {found.lost}" if isinstance(found, Comparison) else words()["absent"],
        p_value=_bare(found.p_value),
        p_holm=_bare(found.p_value if found.p_holm is None else found.p_holm),
        detectable=detectable_text(pair, measure),
        verdict=pair.verdict,
        tone=tone,
    )


def _bare(p_value: float) -> str:
    return p_text(p_value).removeprefix("p ").removeprefix("= ")


def _interaction(task: str, found: Interaction) -> dict[str, object]:
    cells = [
        (family, *(percent(found.shares[family, tuned]) for tuned in (False, True)), signed(gain))
        for family, gain in zip(found.families, found.gains, strict=True)
    ]
    first, second = found.families
    texts, said = words()["interaction"], []
    said.append(texts["gain"].format(first=first, second=second, difference=signed(found.difference), n=found.n))
    if found.low is not None and found.high is not None:
        said.append(texts["interval"].format(low=signed(found.low), high=signed(found.high)))
    if ratio := found.odds_ratio:
        p_value = p_text(ratio.p_value)
        said.append(texts["odds"].format(value=ratio.value, low=ratio.low, high=ratio.high, p_value=p_value))
    return {"task": task, "cells": cells, "said": f"{', '.join(said)}.", "notes": found.notes}


def _seeds(name: str, row: SeedRow) -> tuple[str, ...]:
    interval = "" if row.low is None or row.high is None else f"{percent(row.low)} to {percent(row.high)}"
    deviation = words()["absent"] if row.deviation is None else f"{100 * row.deviation:.1f} points"
    return name, str(row.seeds), str(row.n), percent(row.mean), deviation, interval or words()["absent"], row.note
