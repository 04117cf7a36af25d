"""Which negations two texts share: the equal ones cancel, what is left is paired as rewordings, the rest is told.

A claim is *met* where a passage of the other text that speaks of the same denies the same word. What only may be meant
("no fever syrup twice daily": is the syrup denied?) counts for a claim only while nothing else has taken the cue for
itself. Where nothing contradicts a claim that is left, the balance decides: who invents a negation has one more.
"""

from collections.abc import Callable, Sequence

from outline.negations.cases import Case, Verdict, cases_of
from outline.negations.claims import Claim, Passage
from outline.negations.index import Index
from outline.negations.lexicon import STATED
from outline.negations.opposites import is_put_in, is_turned, only_states
from outline.negations.relations import Relation, relation_of
from outline.words import stem

_SAME = 0.5
"""Share of the words of two conditions from which they are one."""


def compare(
    given: Sequence[Passage], told: Sequence[Passage], read_context: Callable[[], Sequence[Passage]] = tuple
) -> tuple[list[Claim], list[Claim]]:
    """Return the claims of `told` that neither `given` nor the context denies, and those of `given` that are lost.

    The context is only read where something is not in `given`.
    """
    source, outline = Index(given), Index(told)
    lost, invented = cases_of(source, outline), cases_of(outline, source)
    _settle(lost, invented, source, outline)
    turned = [case for case in lost if case.verdict is Verdict.MET and is_turned(case, source, outline)]
    put_in = [case for case in invented if case.verdict is Verdict.MET and is_put_in(case, source)]
    lost, invented = _unmet(lost), _supported(_unmet(invented), source, read_context)
    _pair(lost, invented)
    lost = [case for case in lost if _is_owed(case)]
    invented = [case for case in invented if _is_invented(case, source)]
    more = _weight(outline) - _weight(source)
    stated = [case for case in lost if case.verdict is Verdict.STATED]
    if more > 1:
        # What is elliptic was counted already.
        lost = [case for case in lost if case in stated or _is_elliptic(case.claim)]
    if more < 0 and not stated:
        invented = [case for case in invented if case.verdict is Verdict.STATED]
    return [case.claim for case in invented + put_in], [case.claim for case in lost + turned]


def name_of(claim: Claim) -> str:
    """Return the word that a finding is told by: the first that is denied, not the "need" of "no need of surgery"."""
    words = [token for token, _ in claim.said]
    return stem(next((token.text for token in words if "needs" not in token.roles), [*words, claim.cue][0].text))


def _unmet(cases: Sequence[Case]) -> list[Case]:
    return [case for case in cases if case.verdict is not Verdict.MET]


def _settle(lost: Sequence[Case], invented: Sequence[Case], source: Index, outline: Index) -> None:
    """Mark what is met because a claim of the other text stands for it."""
    chosen = {partner for case in (*lost, *invented) for partner in case.partners}
    literally = {
        partner
        for case in (*lost, *invented)
        for partner in case.partners
        if not case.claim.keys.isdisjoint(partner.keys)
    }
    taken = chosen | {case.claim for case in (*lost, *invented) if case.partners}
    for cases, ours, theirs in ((lost, source, outline), (invented, outline, source)):
        fewer = _count(theirs) < _count(ours)
        for case in cases:
            if not (case.claim.hard and _is_elliptic(case.claim)) or case.claim in taken:
                continue
            if _holds_otherwise(case.claim, theirs):
                case.verdict = Verdict.STATED
                continue
            other = _free_claim((*case.near, *case.within, *theirs.passages), taken)
            if other:
                taken |= {other, case.claim}
                chosen.add(other)
                literally.add(other)
            if other or not fewer:
                case.verdict = Verdict.MET
    for case in _unmet((*lost, *invented)):
        if case.claim in (chosen if case.verdict is Verdict.UNSPOKEN else literally) or _is_met_loosely(case, taken):
            case.verdict = Verdict.MET


def _holds_otherwise(claim: Claim, theirs: Index) -> bool:
    """Whether the condition of a claim stands in the other text, and of nothing there that is denied."""
    same = [
        passage
        for passage in theirs.passages
        if passage.condition and len(passage.keys & claim.condition) > _SAME * len(claim.condition)
    ]
    return bool(same) and all(passage.condition == STATED for passage in same)


def _is_elliptic(claim: Claim) -> bool:
    """Whether a claim has no word by which it could be found ("yours is not", "not for a week"): it is counted."""
    return all(not {"times", "light"}.isdisjoint(token.roles) for token, _ in claim.said)


def _count(index: Index) -> int:
    return sum(claim.hard for passage in index.passages for claim in passage.claims)


def _free_claim(passages: Sequence[Passage], taken: set[Claim]) -> Claim | None:
    claims = (claim for passage in passages for claim in passage.claims)
    return next((claim for claim in claims if claim.hard and claim not in taken), None)


def _is_met_loosely(case: Case, taken: set[Claim]) -> bool:
    """Whether a claim that nothing else has taken may be about the same."""
    if case.verdict is Verdict.UNSPOKEN and any(_is_reworded(case, passage) for passage in case.near):
        return True
    return any(
        other not in taken
        and other not in case.moved
        and relation_of(case.claim, other) in (Relation.LOOSE, Relation.SAME)
        for passage in (*case.near, *case.within)
        for other in passage.claims
    )


def _is_reworded(case: Case, theirs: Passage) -> bool:
    """Whether a passage that denies something has, besides, two words in common with that of the claim."""
    heads = {sense.key for token, _ in case.claim.said for sense in token.word.senses}
    if not heads.isdisjoint(theirs.states):
        return False
    return len((case.passage.keys & theirs.keys) - heads) > 1 and any(claim.hard for claim in theirs.claims)


def _supported(cases: list[Case], source: Index, read_context: Callable[[], Sequence[Passage]]) -> list[Case]:
    """Leave out what the context denies as well."""
    if not any(_is_invented(case, source) for case in cases):
        return cases
    backing = [claim for passage in read_context() for claim in passage.claims]
    return [case for case in cases if not any(_supports(claim, case.claim) for claim in backing)]


def _supports(backing: Claim, claim: Claim) -> bool:
    return relation_of(backing, claim) in (Relation.SAME, Relation.LOOSE)


def _pair(lost: list[Case], invented: list[Case]) -> None:
    """Take away each two that may be one negation in other words."""
    for case in list(lost):
        other = next((other for other in invented if _may_be_one(case, other)), None)
        if other:
            lost.remove(case)
            invented.remove(other)


def _may_be_one(lost: Case, invented: Case) -> bool:
    """Whether two claims may be one: not where each is stated in the other text, which is a negation that moved."""
    one, other = lost.claim, invented.claim
    if other in lost.moved or one in invented.moved or (_is_elliptic(one) and other.is_word):
        return False
    relation = relation_of(one, other)
    if relation is Relation.LOOSE and lost.verdict is invented.verdict is Verdict.STATED:
        return False
    if relation is not Relation.NONE:
        return relation is not Relation.AGAINST
    verdicts = {lost.verdict, invented.verdict}
    if all(claim.said and not claim.limit and not claim.is_word for claim in (one, other)):
        return verdicts == {Verdict.UNSPOKEN}
    ours, theirs = (case.passage.keys | case.passage.context for case in (lost, invented))
    return verdicts == {Verdict.UNSPOKEN} and not ours.isdisjoint(theirs)


def _is_invented(case: Case, source: Index) -> bool:
    claim = case.claim
    if claim.cue.text in ("instead-of", "unlike"):
        return False
    if claim.borrowed and not claim.hard and case.verdict is Verdict.STATED and "predicates" in claim.cue.roles:
        return only_states(source, claim)
    if claim.flipped:
        unheard = not any(sense.key in source.own for token, _ in claim.said for sense in token.word.senses)
        return only_states(source, claim) if case.verdict is Verdict.STATED else unheard and len(case.passage.keys) == 1
    return _is_owed(case) or (
        case.verdict is Verdict.UNSPOKEN
        and bool(claim.said)
        and claim.cue.text.startswith("avoid")
        and not claim.flipped
    )


def _is_owed(case: Case) -> bool:
    """Whether a claim that is not met is told."""
    claim = case.claim
    if claim.flipped or (claim.borrowed and not claim.hard) or claim.cue.text in ("except", "unlike"):
        return False
    if case.verdict is Verdict.STATED:
        return True
    if claim.said and all(state > 0 or "courtesies" in token.roles for token, state in claim.said):
        return False
    if claim.hard and claim.said and claim.said[0][0].word.cue in ("objects", "predicates"):
        # "Does not exclude it" may be "it is possible".
        return False
    return claim.hard and (bool(claim.said) or claim.cue.word.cue != "conditional")


def _weight(index: Index) -> int:
    """How often a text denies something, by whatever means."""
    return sum(
        claim.hard or claim.flipped or claim.is_word or claim.cue.word.cue in ("objects", "predicates")
        for passage in index.passages
        for claim in passage.claims
    )
