"""What two claims, or a claim and a passage, say of one another."""

from collections.abc import Iterator, Sequence
from enum import Enum

from outline.negations.claims import Claim, Passage, Said
from outline.negations.index import Index
from outline.negations.lexicon import STATED, Sense


class Relation(Enum):
    """Of two claims."""

    SAME = "same"
    """They say the same of a word."""
    LOOSE = "loose"
    """What one denies the other may be about."""
    AGAINST = "against"
    """They say the opposite of a word."""
    NONE = "none"


def relation_of(one: Claim, other: Claim) -> Relation:
    """Return how two claims stand to each other; it does not matter which is of which text."""
    shared = {*_shared(one.said, other.told), *_shared(one.told, other.said)}
    if shared:
        return Relation.SAME if True in shared else Relation.AGAINST
    if _keeps(one, other) or _keeps(other, one):
        return Relation.AGAINST
    if one.is_word or other.is_word:
        return Relation.NONE
    loose = _depends(one, other) or _depends(other, one)
    loose = loose or not one.keys.isdisjoint(other.around) or not other.keys.isdisjoint(one.around)
    if not loose and (one.limit or other.limit or not one.said or not other.said):
        loose = not one.around.isdisjoint(other.around) or one.cue.word.senses[0] == other.cue.word.senses[0]
    return Relation.LOOSE if loose else Relation.NONE


def _shared(ours: Sequence[Said], theirs: Sequence[Said]) -> Iterator[bool]:
    """Yield for each sense that both have whether they say the same of it."""
    said = {key: opposite == (state > 0) for token, state in theirs for key, opposite in token.word.senses}
    for token, state in ours:
        for key, opposite in token.word.senses:
            if key in said:
                yield said[key] == (opposite == (state > 0))


def _keeps(one: Claim, other: Claim) -> bool:
    """Whether "only" leaves what "not" denies: "only rest will help", "rest will not help"."""
    cue = other.cue
    # "Not without a swab" is "only by a swab".
    denies = other.flipped or (cue.word.cue in ("verbal", "nominal") and cue.text != "without")
    return bool(other.said) and denies and other.said[0][0].word.key in one.kept


def _depends(one: Claim, other: Claim) -> bool:
    """Whether "unless" stands before what the other depends on: "X unless Y" for "not X if Y"."""
    excepts = one.cue.word.cue == "conditional" and other.cue.word.cue != "conditional"
    return excepts and not one.keys.isdisjoint(other.condition)


def is_moved(claim: Claim, passage: Passage, ours: Index, other: Claim, there: Passage, theirs: Index) -> bool:
    """Whether two claims deny the same of two things that each text speaks of elsewhere: "change", of either drug."""
    if len(claim.said) < 2 or len(other.said) < 2 or relation_of(claim, other) is not Relation.SAME:
        return False
    return _is_elsewhere(claim, other, there, theirs) and _is_elsewhere(other, claim, passage, ours)


def _is_elsewhere(claim: Claim, other: Claim, passage: Passage, index: Index) -> bool:
    """Whether a word that `claim` denies and `other` does not is spoken of by other passages than that of `other`."""
    others = {sense.key for token, _ in other.said for sense in token.word.senses}
    beside = {token.word.key for token, state in passage.tokens if state != STATED}
    beside |= passage.above | other.around
    rest = [token.word for token, _ in claim.said if others.isdisjoint(sense.key for sense in token.word.senses)]
    return any(word.key in index.own and word.key not in beside for word in rest)


def agrees(ours: Passage, claim: Claim, said: Said, passage: Passage) -> bool:
    """Whether a passage says the same without a claim of its own: "harmless" for "not dangerous"."""
    cue = claim.cue.word
    if cue.cue == "conditional" and passage.condition and ours.condition:
        # "Not needed unless you bleed" is "needed if you bleed".
        return passage.condition != ours.condition
    if cue.cue in ("objects", "predicates") and passage.says(claim.cue, claim.cue_state, own=True):
        return True
    return passage.says(*said)


def contradicts(said: Said, passage: Passage, own: bool = False) -> bool:
    """Whether a passage surely says the opposite of a word; `own`: by that word, not another of its group."""
    token, state = said
    return bool(state) and passage.says(token, -state, own)


def has_base(claim: Claim, passage: Passage) -> bool:
    """Whether a passage uses a word without the prefix by which the claim's own denies ("tender" for "nontender")."""
    bases = {Sense(key, not opposite) for key, opposite in claim.cue.word.senses}
    return any(not bases.isdisjoint(token.word.senses) and state in (None, STATED) for token, state in passage.tokens)
