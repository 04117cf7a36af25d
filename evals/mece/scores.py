"""How far an outline is MECE and answers first: pure functions of its tree, its texts' vectors and the thresholds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import prod
from statistics import fmean
from typing import Any

from evals.mece.answer_first import Section, answer_first, rank_sections
from evals.mece.coverage import FactMatch, match_facts
from evals.mece.encoder import Vector
from evals.mece.facts import key_facts
from evals.mece.overlap import Overlap, closest_siblings
from evals.mece.placement import Placement, place_children
from evals.mece.points import Point, points_of, together
from evals.mece.thresholds import Thresholds
from evals.mece.wording import is_empty_heading, plain
from outline import Outline


@dataclass(frozen=True)
class MeceScore:
    """What an outline is worth as a pyramid; every share runs from 0 to 1."""

    mece: float
    """children × distinct_roots × named × grouped × asked; 0 without a list."""
    children: float
    """Mean over all children of the probability that the child is about its parent, and says again nothing above it,
    times that of no sibling saying the same; 0 for a list without a second level, which groups nothing."""
    distinct_roots: float
    """1 minus the mean probability that a top-level point says the same as another."""
    named: float
    """Share of the headings that name something, and not only say the question again; 1 without headings."""
    grouped: float
    """Points beside a sibling that says something else, for each point that is not, at most 1; 0 for a single branch,
    which divides nothing."""
    asked: float
    """Odds that the outline as a whole is about the question rather than about another, at most 1."""
    sibling_overlap: float | None
    """Share of the points that say the same as a sibling; None without a list, which has no points."""
    child_relevance: float
    """Mean probability that a child is about its parent and says again nothing above it; 0 without children."""
    fact_coverage: float | None
    """Share of the reference's facts that some point tells; None (unchecked) without a reference."""
    answer_first: float | None
    """Share of the later sections that answer less directly than the first; None (unchecked) for a single section, and
    0 without a list."""
    overlaps: tuple[Overlap, ...]
    """Points that say the same as a sibling, the most similar first."""
    misplaced: tuple[Placement, ...]
    """Children that would rather belong to a sibling of their parent, in reading order."""
    empty_headings: tuple[str, ...]
    """Paths of the headings that name nothing, or only say the question again."""
    uncovered: tuple[FactMatch, ...] | None
    """Facts that no point tells; None (unchecked) without a reference."""
    sections: tuple[Section, ...]
    """The top-level points, with how directly each answers."""

    def metrics(self) -> dict[str, float]:
        """Return the numbers to average; what was not checked is left out."""
        names = ("mece", "sibling_overlap", "child_relevance", "fact_coverage", "answer_first")
        values = {name: getattr(self, name) for name in names}
        return {name: value for name, value in values.items() if value is not None}

    def as_dict(self) -> dict[str, Any]:
        """Return the score as JSON values."""
        return asdict(self)


class Reading:
    """An outline with its question and reference, cut into the texts whose vectors the score needs."""

    def __init__(self, outline: Outline, question: str, reference: str | None) -> None:
        self.roots = points_of(outline, question)
        self.points = [point for root in self.roots for point in root.walk()]
        self.question = plain(question)
        self.facts = key_facts(reference) if reference else ()

    def texts(self) -> Iterator[str]:
        """Yield every text to encode; none without a list."""
        if self.points:
            yield from (point.text for point in self.points)
            yield from (self.question, *self.facts)


def score_reading(reading: Reading, vectors: Mapping[str, Vector], thresholds: Thresholds) -> MeceScore:
    """Return the score of an outline; `vectors` holds all of `reading.texts()`."""
    points = reading.points
    if not points:
        return _without_list(reading)
    groups = [reading.roots, *(point.children for point in points)]
    closest = [pair for group in groups for pair in closest_siblings(group, vectors, thresholds.siblings)]
    placements = [place for group in groups for place in place_children(group, vectors, thresholds)]
    headings = [point for point in points if point.children]
    empty = tuple(point.path for point in headings if point.echo or is_empty_heading(point.text))
    matches = match_facts(reading.facts, points, vectors, thresholds.facts)
    sections = rank_sections(reading.roots, reading.question, reading.facts, vectors)
    repeats = {pair.path: pair.probability for pair in closest}
    children = [place.relevance * (1 - repeats.get(place.path, 0.0)) for place in placements]
    parts = {
        "children": fmean(children) if children else 0.0,
        "distinct_roots": 1 - fmean(repeats.get(root.path, 0.0) for root in reading.roots),
        "named": 1 - len(empty) / len(headings) if headings else 1.0,
        "grouped": _grouped(groups, repeats),
        "asked": _asked(reading, vectors, thresholds),
    }
    same = sorted((pair for pair in closest if pair.same), key=lambda pair: -pair.similarity)
    return MeceScore(
        mece=prod(parts.values()),
        **parts,
        sibling_overlap=len(same) / len(points),
        child_relevance=fmean(place.relevance for place in placements) if placements else 0.0,
        fact_coverage=fmean(match.covered for match in matches) if matches else None,
        answer_first=answer_first(sections),
        overlaps=tuple(same),
        misplaced=tuple(place for place in placements if place.misplaced),
        empty_headings=empty,
        uncovered=tuple(match for match in matches if not match.covered) if matches else None,
        sections=tuple(sections),
    )


def _grouped(groups: Sequence[Sequence[Point]], repeats: Mapping[str, float]) -> float:
    """A point that only repeats its sibling stands as good as alone."""
    beside = sum(1 - repeats.get(point.path, 0.0) for group in groups if len(group) > 1 for point in group)
    alone = sum(map(len, groups)) - beside
    return min(1.0, beside / alone) if alone else 1.0


def _asked(reading: Reading, vectors: Mapping[str, Vector], thresholds: Thresholds) -> float:
    told = {point.text: point for point in reading.points if not point.echo}
    if not told:
        return 0.0
    similarity = float(together(list(told.values()), vectors)[1] @ vectors[reading.question])
    return min(1.0, thresholds.relevance.odds(similarity))


def _without_list(reading: Reading) -> MeceScore:
    """The score of an answer in prose, and of none: the model's failure, which is 0."""
    return MeceScore(
        mece=0.0,
        children=0.0,
        distinct_roots=0.0,
        named=0.0,
        grouped=0.0,
        asked=0.0,
        sibling_overlap=None,
        child_relevance=0.0,
        fact_coverage=0.0 if reading.facts else None,
        answer_first=0.0,
        overlaps=(),
        misplaced=(),
        empty_headings=(),
        uncovered=tuple(FactMatch(fact, "", 0.0, False, None) for fact in reading.facts) or None,
        sections=(),
    )
