"""What the rows of a run say about each other: pairs, the 2×2 of family and tuning, training seeds as one row."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import fmean
from typing import Any

from evals.config import Statistics
from evals.measures import Measure, measures
from evals.stats import (
    Comparison,
    Interaction,
    ScoreComparison,
    SeedRow,
    combine_seeds,
    compare_pairs,
    compare_score_pairs,
    detectable_of,
    interaction,
    mean_of_seeds,
    verdict,
)
from evals.stats.two_by_two import Cell, cell_name
from evals.summary import Result

COMPARED = ("compliance", "compliant_supported", "mece", "urgent_right")
"""The measures that are compared in pairs; each with each question set is a family of its own for Holm's correction."""


@dataclass(frozen=True)
class Pair:
    """A comparison with what it says in words."""

    comparison: Comparison | ScoreComparison
    verdict: str
    detectable: float | None
    """The smallest difference that it would have shown, in the measure's unit."""


@dataclass(frozen=True)
class Family:
    """Every pair of conditions that answered the same questions, by one measure."""

    question_set: str
    measure: str
    pairs: Sequence[Pair]


@dataclass(frozen=True)
class Compared:
    """Everything that is said of more than one row."""

    families: Sequence[Family]
    interactions: Mapping[str, Interaction]
    """By task: compliance by family and tuning."""
    seeds: Mapping[str, SeedRow]
    """By name: models that differ by their training seed alone, over all of them."""

    def as_json(self) -> dict[str, Any]:
        """Return the comparisons as JSON values."""
        return {
            "comparisons": [asdict(family) for family in self.families],
            "interactions": {name: _interaction_json(found) for name, found in self.interactions.items()},
            "seeds": {name: asdict(row) for name, row in self.seeds.items()},
        }


def compare_all(results: Sequence[Result], options: Statistics) -> Compared:
    """Compare the results of a run; a pair goes from the untuned model to the tuned one, however they are listed."""
    results = sorted(results, key=lambda result: bool(result.subject.entry.tuned))
    sets = dict.fromkeys(result.condition.task.question_set for result in results)
    families = [
        family
        for name in sets
        for measure in COMPARED
        if (family := _family(name, measure, [r for r in results if r.condition.task.question_set == name], options))
    ]
    return Compared(families, _interactions(results, options), _seeds(results, options))


def _family(question_set: str, measure: str, results: Sequence[Result], options: Statistics) -> Family | None:
    values = {result.condition.name: found for result in results if (found := _means(result, measure))}
    yes_or_no = all(value in (0.0, 1.0) for column in values.values() for value in column.values())
    pairs: Sequence[Comparison | ScoreComparison]
    if measures()[measure].kind == "share" and yes_or_no:
        pairs = compare_pairs(_flags(values), options)
    else:
        pairs = compare_score_pairs(values, options)
    if not pairs:
        return None
    return Family(question_set, measure, [_judged(pair, len(pairs), measures()[measure], options) for pair in pairs])


def _judged(pair: Comparison | ScoreComparison, family: int, measure: Measure, options: Statistics) -> Pair:
    effect = detectable_of(pair, 1 - options.confidence, options.power, family)
    return Pair(pair, verdict(pair, effect, measure.better == "higher", measure.kind == "share"), effect.value)


def _interactions(results: Sequence[Result], options: Statistics) -> dict[str, Interaction]:
    """The 2×2 of each task under which two families stand, each untuned and tuned; seeds of one config are one."""
    found = {}
    for task in dict.fromkeys(result.condition.task.name for result in results):
        runs: dict[Cell, list[Mapping[int, float]]] = {}
        for result in results:
            if result.condition.task.name == task and (family := result.subject.entry.family):
                runs.setdefault((family, bool(result.subject.entry.tuned)), []).append(_means(result, "compliance"))
        cells = {cell: mean_of_seeds(flags) for cell, flags in runs.items()}
        if len(cells) == 4 and len({family for family, _ in cells}) == 2 and all(cells.values()):
            both = interaction(cells, options)
            found[task] = replace(both, notes=(*both.notes, *_of_seeds(runs)))
    return found


def _of_seeds(runs: Mapping[Cell, Sequence[object]]) -> list[str]:
    return [
        f"{cell_name(cell)} is the mean of {len(flags)} seeds: the interval holds the choice of questions, not of seeds"
        for cell, flags in runs.items()
        if len(flags) > 1
    ]


def _seeds(results: Sequence[Result], options: Statistics) -> dict[str, SeedRow]:
    groups: dict[str, list[Mapping[int, float]]] = {}
    for result in results:
        if name := result.subject.entry.seeds_of:
            label = result.condition.task.options.label
            groups.setdefault(f"{name}, {label}" if label else name, []).append(_means(result, "compliance"))
    return {name: combine_seeds(runs, options) for name, runs in groups.items() if all(runs)}


def _means(result: Result, measure: str) -> dict[int, float]:
    """The mean of each question's samples, which is what the figures are means of."""
    return {id: fmean(row) for id, row in result.by_question(measure).items()}


def _flags(values: Mapping[str, Mapping[int, float]]) -> dict[str, dict[int, bool]]:
    return {name: {id: bool(value) for id, value in column.items()} for name, column in values.items()}


def _interaction_json(found: Interaction) -> dict[str, Any]:
    """JSON has no pairs as keys."""
    shares = {cell_name(cell): value for cell, value in found.shares.items()}
    return asdict(found) | {"shares": shares}
