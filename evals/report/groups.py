"""Compliance within groups of questions: by severity and by length."""

from collections.abc import Mapping, Sequence
from statistics import quantiles

from evals.measures import measures
from evals.questions import Question
from evals.report.contents import Contents
from evals.summary import Figure, figure_of
from outline.words import length

_ORDER = ("low", "mild", "mid", "medium", "moderate", "normal", "high", "severe")
"""Words that begin a severity, from the least."""
_FEWEST = 6
"""Questions below which thirds say nothing."""

Blocks = dict[str, dict[str, Figure]]
"""Condition to group to compliance."""


def by_severity(contents: Contents) -> Blocks:
    """Return the compliance of each condition by the severity of the questions, where they have one."""
    questions = contents.questions(next(iter(contents.sets)))
    groups = {each.id: str(each.metadata["status"]) for each in questions if each.metadata.get("status")}
    return _blocks(contents, groups, sorted(set(groups.values()), key=_severity))


def by_length(contents: Contents) -> Blocks:
    """Return the compliance of each condition by thirds of the questions, by their number of words."""
    questions = contents.questions(next(iter(contents.sets)))
    groups = thirds(questions)
    return _blocks(contents, groups, list(dict.fromkeys(groups[each.id] for each in _sorted(questions) if groups)))


def thirds(questions: Sequence[Question]) -> dict[int, str]:
    """Return each question's group by its id, `12 to 23 words` for instance; equal lengths stay together."""
    if len(questions) < _FEWEST:
        return {}
    lengths = {each.id: length(each.user) for each in questions}
    cuts = quantiles(lengths.values(), n=3)
    places = {id: sum(length > cut for cut in cuts) for id, length in lengths.items()}
    names = {}
    for place in set(places.values()):
        inside = [lengths[id] for id, where in places.items() if where == place]
        names[place] = f"{min(inside)} to {max(inside)} words"
    return {id: names[place] for id, place in places.items()}


def _sorted(questions: Sequence[Question]) -> list[Question]:
    return sorted(questions, key=lambda each: length(each.user))


def _severity(name: str) -> tuple[int, str]:
    first = name.lower().split()[0]
    return (_ORDER.index(first) if first in _ORDER else len(_ORDER), name)


def _blocks(contents: Contents, groups: Mapping[int, str], order: Sequence[str]) -> Blocks:
    measure, found = measures()["compliance"], {}
    for each in contents.main:
        values = each.result.by_question("compliance")
        block = {}
        for group in order:
            inside = {id: row for id, row in values.items() if groups.get(id) == group}
            if figure := figure_of(measure, inside, contents.config.statistics):
                block[group] = figure
        if block:
            found[each.row.name] = block
    return found
