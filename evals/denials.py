"""What one text denies, and of that what another text states: by the claims of `outline.negations`.

Two independent texts seldom speak of a thing in the same way, so only what leaves little doubt is told; silence is no
agreement. Not covered: what is denied or stated under a condition, as a possibility or in words of another stem; a
denied word that stands alone in its clause ("it is not dangerous"); and one of which a text says both.
"""

from outline.negations.cases import Case, Verdict, cases_of
from outline.negations.claims import Claim, Passage
from outline.negations.index import Index
from outline.negations.lexicon import BITS, DENIED, STATED
from outline.negations.tokens import Token
from outline.words import stem

# A clause with one of these says nothing for sure: it may be so, or is asked or looked for.
_DOUBTS = frozenset(
    """
    may might can could would sometimes rarely seldom unless if when until only unlikely maybe perhaps possible
    potential whether monitor watch check look rule sure ensure worry concern
    """.split()
)
# With one of these it does not state the word, though it may deny it: "any swelling", "prevents infection".
_SOUGHT = frozenset("any or absence chance risk sign signs prevent prevents preventing prevention".split())
_CLOSE = 3
"""Words from a cue ("no") to what it denies."""
_EMPTY = frozenset(("light", "needs", "times", "generic", "courtesies"))
"""Roles of words that say nothing by being denied: "take", "needed", "today"."""


def denials(ours: Index, theirs: Index) -> list[Case]:
    """Return what a text denies by a word of its own, each held against another text."""
    return [case for case in cases_of(ours, theirs) if _denies(case.claim)]


def turned_denials(ours: Index, theirs: Index) -> set[str]:
    """Return the stems of the words that a text only denies and the other only states, in the same connection."""
    turned = set()
    for case in denials(ours, theirs):
        token = _denied_word(case)
        if token and _is_turned(case, token.word.key, ours, theirs):
            turned.add(stem(token.text))
    return turned


def _denies(claim: Claim) -> bool:
    if claim.limit or not (claim.hard or claim.cue.word.cue in ("objects", "predicates")):
        return False
    return any(state < 0 and "courtesies" not in token.roles for token, state in claim.said)


def _denied_word(case: Case) -> Token | None:
    """The word next to the cue that is denied, None where that is not sure."""
    claim = case.claim
    if case.verdict is not Verdict.STATED or not claim.hard or claim.condition or claim.cue.text == "non":
        return None
    near = [
        (abs(token.first - claim.cue.first), token)
        for token, state in claim.said
        if state == DENIED and _EMPTY.isdisjoint(token.roles)
    ]
    distance, token = min(near, key=lambda found: found[0], default=(_CLOSE + 1, claim.cue))
    return token if distance <= _CLOSE else None


def _is_turned(case: Case, key: str, ours: Index, theirs: Index) -> bool:
    if _is_doubtful(case.passage) or _states_of(ours, key) != {DENIED} or _states_of(theirs, key) != {STATED}:
        return False
    beside = case.passage.keys - {key}
    return any(_states(theirs, at, key, beside) for at in sorted(theirs.own.get(key, ())))


def _states_of(index_: Index, key: str) -> set[int]:
    """All that a text says of a word: DENIED, STATED or UNSURE."""
    said = [index_.passages[at].states.get(key, 0) for at in index_.own.get(key, ())]
    return {state for state, bit in BITS.items() if any(bits & bit for bits in said)}


def _states(theirs: Index, at: int, key: str, beside: set[str]) -> bool:
    """Whether a passage states a word, for sure and under no condition, beside another word of what is denied."""
    passage = theirs.passages[at]
    if key not in passage.states or beside.isdisjoint(passage.keys | passage.above):
        return False
    if _is_doubtful(passage) or any(token.text in _SOUGHT for token in passage.words):
        return False
    around = theirs.passages[max(0, at - 1) : at + 2]
    return not any(other.condition or other.claims for other in around)


def _is_doubtful(passage: Passage) -> bool:
    return bool(passage.condition) or any(token.text in _DOUBTS for token in passage.words)
