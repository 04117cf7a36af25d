"""What a clause denies: by "not", "without", "avoid" and their like, told by word lists, not a parser.

Covered: cues before and behind what they deny, lists, two cues that cancel, words that deny by their form, "only" and
its like as what may stand for a negation. Not covered: irony, quotations, and what a pronoun stands for.
"""

from collections.abc import Sequence

from outline.negations.clauses import Clause
from outline.negations.events import Event, Polarity
from outline.negations.lexicon import DENIED, STATED, UNSURE
from outline.negations.scope import Scope
from outline.negations.subjects import subject_of
from outline.negations.tokens import Token

_ASKING = ("do", "does", "did", "is", "are", "was", "were", "have", "has", "can", "any")
_ASKED = ("you", "there", "he", "she", "it", "they", "your", "his", "her")


def read_polarity(clause: Clause) -> Polarity:
    """Return what a clause denies; a question states nothing, and what it denies only supports the other text."""
    words = clause.words
    reading = Polarity([STATED] * len(words))
    if clause.denies:
        _find_cues(words, reading)
        _find_limits(words, reading)
        _find_prefixes(words, reading)
    if clause.ends == "?" or words[0].text in _ASKING:
        _ask(reading, _first_asked(clause))
    return reading


def _find_cues(words: Sequence[Token], reading: Polarity) -> None:
    at = 0
    while at < len(words):
        token = words[at]
        if token.text == "free" and at and words[at - 1].word.content and _ends_phrase(words, at):
            reading.states[at - 1] = DENIED
            reading.events.append(Event(at, focus=[at - 1]))
        cue = token.word.cue
        if not cue or _is_number(words, at):
            at += 1
            continue
        last = at + 1 == len(words) or words[at + 1].text in (",", "even")
        if "predicates" in token.roles and (cue in ("objects", "predicates") or (at and last)):
            at = _predicate(words, at, reading)
        else:
            at = Scope(words, at, reading).read()


def _ends_phrase(words: Sequence[Token], at: int) -> bool:
    """Whether the "free" at `at` belongs to the word before it: "pain-free", "gluten free"."""
    return words[at].glued or at + 1 == len(words) or words[at + 1].text not in ("to", "for", "of", "from")


def _is_number(words: Sequence[Token], at: int) -> bool:
    """Whether a cue only stands for a number or a choice: "barely 1 in 100", "none, 1 or 2", "pain or no pain"."""
    text = words[at].text
    if at + 1 == len(words) or text not in ("hardly", "barely", "scarcely", "no", "none"):
        return False
    after = words[at + 1]
    if text not in ("no", "none"):
        return _counts(after)
    before = words[at - 2] if at > 1 and words[at - 1].text in ("or", ",") else None
    listed = after.text in ("or", ",") and at + 2 < len(words) and words[at + 2].text.isdigit()
    return listed or (before is not None and (before.word.senses[0] == after.word.senses[0] or _counts(before)))


def _counts(token: Token) -> bool:
    return token.text.isdigit() or token.text == "one"


def _predicate(words: Sequence[Token], at: int, reading: Polarity) -> int:
    """Read "surgery is unnecessary", "alcohol should be avoided"; before a noun it denies that: "unlikely cancer"."""
    before = words[at - 1] if at else None
    behind = at + 1 < len(words) and (
        words[at + 1].word.content or words[at + 1].text in ("to", "for", "any", "a", "an")
    )
    copula = before is not None and "copulas" in before.roles
    has = before is not None and before.text in ("has", "have", "had")
    sure, further = subject_of(words, at)
    subject = [place for place in sure if reading.states[place] in (STATED, UNSURE)] or (sure[-1:] if copula else [])
    if subject and (copula or has or not behind or (before is not None and "beside" in before.roles)):
        for place in subject:
            reading.states[place] = DENIED
        for place in further:
            reading.states[place] = UNSURE
        reading.events.append(Event(at, focus=subject, around=further))
        return at + 1
    if "objects" in words[at].roles or not subject:
        return Scope(words, at, reading).read()
    return at + 1


def _find_limits(words: Sequence[Token], reading: Polarity) -> None:
    for at, token in enumerate(words):
        if "limits" in token.roles and (_sets_apart(words, at) or words[at - 1].text not in ("the", "your", "an")):
            reading.events.append(_limit(words, at))


def _sets_apart(words: Sequence[Token], at: int) -> bool:
    """Whether "only" says what alone is so: "rest is the only cure", not "the only cure that I know"."""
    return not at or (at > 1 and words[at].text == "only" and "copulas" in words[at - 2].roles)


def _limit(words: Sequence[Token], at: int) -> Event:
    """What "only" stands beside, up to the next commas, may be a negation in other words."""
    first = max((place for place in range(at) if words[place].text == ","), default=-1) + 1
    last = next((place for place in range(at, len(words)) if words[place].text == ","), len(words))
    around = [place for place in range(first, last) if words[place].word.content and place != at]
    kept = _kept(words, at + 1, last) if words[at].text == "only" else []
    return Event(at, limit=True, around=around, kept=kept)


def _kept(words: Sequence[Token], first: int, last: int) -> list[int]:
    """The first thing behind "only": "only mild anaemia was found"; none of "only when it hurts"."""
    found: list[int] = []
    for place in range(first, last):
        if "when" in words[place].roles:
            return []
        if words[place].word.content:
            found.append(place)
        elif found:
            break
    return found


def _find_prefixes(words: Sequence[Token], reading: Polarity) -> None:
    """A word that denies by its form is a claim of its own, where no cue denies it."""
    for at, token in enumerate(words):
        if not token.word.opposite or not token.word.content or token.word.cue or not reading.states[at]:
            continue
        if not any(at in event.focus for event in reading.events):
            around = [place for place, other in enumerate(words) if other.word.content and place != at]
            reading.events.append(Event(at, focus=[at], around=around))


def _first_asked(clause: Clause) -> int:
    """The place from which a clause asks: its first where it is turned round, else behind its last comma before "?"."""
    words = clause.words
    orders = words[0].text in ("have", "do") and len(words) > 1 and words[1].text in ("your", "his", "her", "it")
    if len(words) > 2 and words[0].text in _ASKING and words[1].text in _ASKED and not orders:
        return 0
    if clause.ends != "?":
        return len(words)
    return max((place for place, token in enumerate(words) if token.text == ","), default=0)


def _ask(reading: Polarity, first: int) -> None:
    reading.states[first:] = [None] * (len(reading.states) - first)
    for event in reading.events:
        if event.at >= first:
            event.hard, event.limit = False, True
            event.focus, event.around = [], event.focus + event.around
