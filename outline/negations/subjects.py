"""The words before a cue, and whether it denies them: "surgery is not needed", "cheese isn't"."""

from collections.abc import Sequence

from outline.negations.events import MOST, Event, Polarity
from outline.negations.lexicon import DENIED, STATED, UNSURE
from outline.negations.tokens import Token

_NEAR = 4
"""Words before a "not" among which stands what it is set against."""


def subject_of(words: Sequence[Token], at: int) -> tuple[list[int], list[int]]:
    """Return the places of the content words before a cue: those that it is surely about, and those before them.

    They reach back to where the clause begins or another cue stands.
    """
    place = at - 1
    while place >= 0 and not {"auxiliaries", "beside"}.isdisjoint(words[place].roles):
        place -= 1
    if place >= 0 and words[place].text in ("and", "but"):
        # "The cream is for the face and must not touch the eyes": the subject stands before the first verb.
        verb = max((at for at in range(place) if "auxiliaries" in words[at].roles), default=-1)
        place = verb - 1 if verb > 0 else place
    found: list[int] = []
    for at in range(place, -1, -1):
        token = words[at]
        if token.word.cue in ("verbal", "nominal", "conditional") or token.text == "that":
            break
        if token.text == "," and words[at + 1].text not in ("and", "or") and not _lists(words, at, place):
            break
        if "auxiliaries" in token.roles:
            found = _with_own_verb(words, at, found)
            break
        if token.word.content:
            found.insert(0, at)
    return found[-MOST:], found[:-MOST]


def _lists(words: Sequence[Token], comma: int, last: int) -> bool:
    """Whether a comma parts the items of a subject: "tea, coffee and cola are not allowed"."""
    first = max((at for at in range(comma) if words[at].text == ","), default=-1) + 1
    item = words[first:comma]
    closed = any(token.text in ("and", "or") for token in words[comma + 1 : last])
    return closed and len(item) <= MOST and all(token.word.content or "articles" in token.roles for token in item)


def _with_own_verb(words: Sequence[Token], verb: int, found: list[int]) -> list[int]:
    """Of "2.5 ml is right and honey is not allowed" only what stands behind the "and" is the subject."""
    joints = [at for at in range(verb, found[-1]) if words[at].text in ("and", ",")] if found else []
    if not joints or joints[-1] - verb > MOST + 1:
        return found
    return [at for at in found if at > joints[-1]]


def contrasts(words: Sequence[Token], at: int) -> bool:
    """Whether a "not" parts two things, and the first is so: "for the ear not for the eye"."""
    before = words[max(0, at - _NEAR) : at]
    if words[at].text != "not" or not before or not before[-1].word.content or at + 1 == len(words):
        return False
    return "prepositions" in words[at + 1].roles and words[at + 1].text in [token.text for token in before]


def deny_subject(
    words: Sequence[Token], event: Event, reading: Polarity, subject: Sequence[int], further: Sequence[int]
) -> None:
    """Give the subject of a verb that is denied its state, and the event the places of its words."""
    states = reading.states
    subject = [place for place in subject if states[place] == STATED]
    if _is_bare(words, event.at) and not (subject or event.around):
        # "It is the pressure that isn't", "the tablet is the one you mustn't take"
        subject = [at for at in range(event.at) if words[at].word.content and states[at] == STATED][-2:]
    if not subject:
        return
    # "Milk is not forbidden", "hormones are not off the table"
    said = event.focus[:1]
    twice = any(states[at] == STATED or words[at].word.cue in ("objects", "predicates") for at in said)
    surely = twice or _is_said_of_subject(words, event)
    for place in subject:
        states[place] = (STATED if twice else DENIED) if surely else UNSURE
    for place in further:
        states[place] = UNSURE
    if surely:
        event.focus = [*subject, *event.focus]
    event.around = [*([] if surely else subject), *event.around, *further]


def _is_bare(words: Sequence[Token], cue: int) -> bool:
    """Whether nothing stands behind a cue but a verb that says little."""
    rest = words[cue + 1 :]
    return bool(rest and rest[0].text == ",") or all(not {"light", "auxiliaries"}.isdisjoint(one.roles) for one in rest)


def _is_said_of_subject(words: Sequence[Token], event: Event) -> bool:
    """Whether what is denied is that something is, happens or is needed."""
    if not event.focus:
        return not event.around
    solid = [words[at] for at in event.focus if {"light", "vague"}.isdisjoint(words[at].roles)]
    return not solid or "needs" in solid[0].roles
