"""The question that a run was made for, and its answer in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from statistics import fmean

from evals.comparisons import Family, Pair
from evals.measures import measures
from evals.report.contents import Contents, Scored, words
from evals.report.text import differs, interval_text, percent, sentence

KEY = "compliance"
URGENCY = "urgent_right"
"""What a run that asks about emergencies alone is about too."""


@dataclass(frozen=True)
class Lead:
    """A question with its answer; `before` and `after` are shares of the questions that both have answered."""

    asked: str
    answer: str
    detail: str
    first: str
    second: str
    before: str
    after: str
    tone: str
    """`good`, `bad` or `open`."""


def leads(contents: Contents) -> list[Lead]:
    """Return the comparisons that a run is about, by compliance; by urgency too where it just asks no model."""
    keys = (KEY,) if _asks_plainly(contents) else (KEY, URGENCY)
    found = []
    for family in contents.compared.families:
        if family.measure in keys:
            found += [_lead(contents, pair, family.measure) for pair in leading(contents, family)]
    return found


def leading(contents: Contents, family: Family) -> list[Pair]:
    """Return the pairs of a family that a run is about: untuned and tuned of each model family, asked alike.

    A config with several seeds leads with each of them. Where the config names no families, they are the first and the
    last model that is just asked, or that is asked at all where none is. Which pairs these are depends on the config
    alone, not on what came out.
    """
    scored = contents.sets[family.question_set]
    names = _pairs([each for each in scored if each.plain] if _asks_plainly(contents) else scored)
    return [pair for pair in family.pairs if (pair.comparison.first, pair.comparison.second) in names]


def alone(contents: Contents) -> str:
    """Return what is said of a run without a comparison."""
    for scored in contents.scored:
        if figure := scored.row.figures.get(KEY):
            interval = interval_text(measures()[KEY], figure)
            return words()["leads"]["alone"].format(
                name=scored.row.name, value=percent(figure.value), interval=interval
            )
    return words()["leads"]["nothing"]


def _asks_plainly(contents: Contents) -> bool:
    return any(each.plain for each in contents.scored)


def _pairs(plain: Sequence[Scored]) -> set[tuple[str, str]]:
    families = {each.result.subject.entry.family for each in plain} - {None}
    found = set()
    for family in families:
        untuned, tuned = ([each for each in plain if _cell(each) == (family, wanted)] for wanted in (False, True))
        alike = (pair for pair in product(untuned, tuned) if _way(pair[0]) == _way(pair[1]))
        found |= {(before.row.name, after.row.name) for before, after in alike}
    if not found and len(plain) > 1:
        found.add((plain[0].row.name, plain[-1].row.name))
    return found | {(second, first) for first, second in found}


def _cell(scored: Scored) -> tuple[str | None, bool | None]:
    entry = scored.result.subject.entry
    return entry.family, entry.tuned


def _way(scored: Scored) -> tuple[str, bool]:
    """How a model is asked."""
    return scored.result.condition.task.name, scored.row.constrained


def _lead(contents: Contents, pair: Pair, key: str) -> Lead:
    said, found = words()["leads"], pair.comparison
    columns = [_column(contents, name, key) for name in (found.first, found.second)]
    ids = columns[0].keys() & columns[1].keys()
    before, after = (percent(fmean(column[id] for id in ids)) for column in columns)
    tone, answer = "open", said["none"]
    if differs(pair):
        tone, answer = ("good", said["better"]) if pair.verdict == "better" else ("bad", said["worse"])
    elif pair.verdict.startswith("refused"):
        answer = said["refused"]
    return Lead(
        asked=said[f"asked, {key}"].format(first=found.first, second=found.second),
        answer=answer,
        detail=sentence(pair, key, contents.config.statistics.confidence),
        first=found.first,
        second=found.second,
        before=before,
        after=after,
        tone=tone,
    )


def _column(contents: Contents, name: str, key: str) -> dict[int, float]:
    result = next(each.result for each in contents.scored if each.row.name == name)
    return {id: fmean(values) for id, values in result.by_question(key).items()}
