"""A claim of one text before the other: where that speaks of the same, and what it says of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from outline.negations.claims import Claim, Passage, Said
from outline.negations.index import Index
from outline.negations.relations import Relation, agrees, contradicts, has_base, is_moved, relation_of

_MARGIN = 0.85
"""Share of the best score from which a passage counts as speaking of the same."""
_WITHIN = 0.35
"""And from which it may do so, if nothing else does."""


class Verdict(Enum):
    MET = "met"
    STATED = "stated"
    """The other text states what is denied."""
    UNSPOKEN = "unspoken"
    """The other text does not say whether."""


@dataclass(eq=False)
class Case:
    """A claim, in its passage, before the other text."""

    passage: Passage
    claim: Claim
    verdict: Verdict = Verdict.UNSPOKEN
    near: list[Passage] = field(default_factory=list)
    """The passages of the other text that speak of the same."""
    within: list[Passage] = field(default_factory=list)
    """Those that may do so, if nothing else there does."""
    moved: set[Claim] = field(default_factory=set)
    """Claims there that deny the same of another thing."""
    partners: list[Claim] = field(default_factory=list)
    """Claims there that deny the same word."""


def cases_of(ours: Index, theirs: Index) -> list[Case]:
    """Return every claim of a text before another."""
    return [judge(passage, claim, ours, theirs) for passage in ours.passages for claim in passage.claims]


def judge(passage: Passage, claim: Claim, ours: Index, theirs: Index) -> Case:
    """Say where a text (`theirs`) speaks of what a claim denies, and what it says of it."""
    scores = theirs.scores(passage, claim)
    most = max(scores.values(), default=0)
    case = Case(passage, claim)
    case.within = [theirs.passages[at] for at, score in scores.items() if score >= _WITHIN * most]
    case.moved = {
        other
        for there in (case.within if len(claim.said) > 1 else ())
        for other in there.claims
        if is_moved(claim, passage, ours, other, there, theirs)
    }
    for said in () if claim.borrowed else claim.said:
        if case.verdict is Verdict.STATED and said[1] > 0:
            # "Stop the tablet" is against "do not stop the tablet", though both say "the tablet".
            break
        near = _best(scores, theirs, said)
        case.near += near
        _hold(case, said, near)
        if case.verdict is Verdict.MET:
            return case
    if not case.near:
        _judge_unspoken(case, scores, theirs)
    return case


def _best(scores: dict[int, float], theirs: Index, said: Said | None = None) -> list[Passage]:
    """The passages that speak of a word (of anything, without one) and share most with the claim."""
    senses = said[0].word.senses if said else ()
    speaking = [
        (score, theirs.passages[at])
        for at, score in scores.items()
        if (any(sense.key in theirs.passages[at].states for sense in senses) if said else theirs.passages[at].states)
    ]
    best = max((score for score, _ in speaking), default=0)
    return [passage for score, passage in speaking if score >= _MARGIN * best]


def _hold(case: Case, said: Said, near: Sequence[Passage]) -> None:
    """Hold one word of a claim against the passages that speak of it."""
    claim = case.claim
    partners = [
        other
        for passage in near
        for other in passage.claims
        if other not in case.moved and relation_of(claim, other) is Relation.SAME
    ]
    case.partners += partners
    still = [passage for passage in near if case.moved.isdisjoint(passage.claims)]
    literal = [passage for passage in still if said[0].word.key in passage.states]
    if any(contradicts(said, passage, own=True) for passage in literal):
        # The word itself weighs more than another of its group.
        still = literal
    if partners or any(agrees(case.passage, claim, said, passage) for passage in still):
        case.verdict = Verdict.MET
        return
    if any(has_base(claim, passage) if claim.is_word else contradicts(said, passage) for passage in near):
        case.verdict = Verdict.STATED


def _judge_unspoken(case: Case, scores: dict[int, float], theirs: Index) -> None:
    """Judge a claim of whose words the other text says nothing, or that has none of its own."""
    claim = case.claim
    if claim.is_word and any(has_base(claim, theirs.passages[at]) for at in theirs.own.get(claim.cue.word.key, ())):
        case.verdict = Verdict.STATED
    case.near = _best(scores, theirs)
    others = [other for passage in case.near for other in passage.claims]
    if claim.limit:
        case.partners = [other for other in others if other.cue.text == claim.cue.text]
        case.verdict = Verdict.MET if case.partners else Verdict.UNSPOKEN
    elif claim.borrowed:
        case.partners = [other for other in others if relation_of(claim, other) is Relation.SAME]
        told = not claim.hard and any(passage.says(claim.cue, claim.cue_state, own=True) for passage in case.within)
        if case.partners or told:
            case.verdict = Verdict.MET
        elif any(contradicts(said, passage) for said in claim.said for passage in case.near):
            case.verdict = Verdict.STATED
