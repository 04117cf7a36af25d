"""Claims that another claim seems to meet, though the other text says their opposite in the same words."""

from outline.negations.cases import Case
from outline.negations.claims import Claim
from outline.negations.index import Index
from outline.negations.lexicon import BITS, DENIED, STATED

_APART = ("other", "else")
"""They leave out what is spoken of: "no other way", "nothing else"."""


def is_put_in(case: Case, source: Index) -> bool:
    """Whether a point denies what a passage of the source states in the same words, and none denies."""
    claim, keys = case.claim, case.passage.keys
    if not (claim.hard and claim.said and claim.said[0][1] < 0 and only_states(source, claim)):
        return False
    if any(token.text in _APART or token.word.number for token in case.passage.words):
        # "Nothing else can help", "not above 140"
        return False
    whole = keys | case.passage.above
    return any(
        all(one.cue.text == "only" and not one.kept.isdisjoint(keys) for one in other.claims)
        and not other.condition
        and len(other.keys) > 1
        and keys <= other.keys <= whole
        and other.affirms()
        for other in source.passages
    )


def is_turned(case: Case, source: Index, outline: Index) -> bool:
    """Whether a point states in the source's own words what that only denies, though another point denies the like."""
    said, avoids = case.claim.said, case.claim.cue.word.cue == "objects"
    if not said or said[0][1] > 0:
        return False
    # "Avoid pickles papad": each may be a thing of its own, and a point its name.
    items = [token.word.key for token, _ in said[1:] if avoids]
    return _is_stated(case, said[0][0].word.key, source, outline) or any(
        _is_stated(case, key, source, outline, alone=True) for key in items
    )


def _is_stated(case: Case, key: str, source: Index, outline: Index, alone: bool = False) -> bool:
    """Whether a point states a word that the source only denies, in its words; `alone`: and says nothing else."""
    if any(source.passages[at].states.get(key) != BITS[DENIED] for at in source.own[key]):
        return False
    points = [outline.passages[at] for at in outline.own.get(key, ())]
    denied = any(point.states.get(key, BITS[STATED]) != BITS[STATED] for point in points)
    if denied and not case.claim.hard:
        return False
    return any(
        not (point.claims or point.condition)
        and point.states.get(key) == BITS[STATED]
        # One word alone may be a heading of what another point denies.
        and len(point.keys) > denied
        and point.keys <= ({key} if alone else case.passage.keys)
        for point in points
    )


def only_states(index: Index, claim: Claim) -> bool:
    """Whether a text states the first word of a claim wherever it says something of it."""
    key = claim.said[0][0].word.key
    found = [index.passages[at].states.get(key) for at in index.own.get(key, ())]
    return bool(found) and all(state == BITS[STATED] for state in found)
