"""The passages of a plain text and of an outline, whose points are read with those above them.

A heading such as "Avoid" or "Not needed" denies what stands below it; a point that only says "not needed" denies what
it stands under. Not covered: headings that deny in a whole sentence ("What follows is wrong").
"""

from collections.abc import Sequence

from outline.negations.claims import Claim, Passage, claim_of, find_conditions, passage_of
from outline.negations.clauses import Clause, split_clauses
from outline.negations.events import Event, Polarity
from outline.negations.headings import (
    affirms,
    is_open,
    labels_of,
    last_clause,
    may_be_denied,
    names_nothing,
    only_says_when,
)
from outline.negations.lexicon import DENIED, STATED
from outline.negations.polarity import read_polarity
from outline.negations.tokens import Token
from outline.tree import Node, Outline

_TOO = ("either", "though", "yet")
"""What may stand behind the verb of a clause that leaves its word to the one before: "the iron is not, though"."""


def passages_of_text(text: str) -> list[Passage]:
    """Return the clauses of a plain text; each has its neighbours for context."""
    found: list[Passage] = []
    denied = avoids = False
    before: Clause | None = None
    for clause in split_clauses(text):
        reading = read_polarity(clause)
        if avoids:
            _turn_exception(clause, reading)
        avoids = any(clause.words[event.at].word.cue == "objects" for event in reading.events)
        passage, opens = _read(clause, reading, denied and clause.opens == ":")
        denied = opens and clause.ends == ":"
        if before:
            _complete(passage, clause, before)
        before = clause
        if not clause.opens and found and found[-1].tokens:
            # Without a mark, its subject may have been left with the clause before it.
            passage.above = {found[-1].tokens[-1][0].word.key}
        found.append(passage)
    find_conditions(found)
    for at, passage in enumerate(found):
        passage.beside = [other.keys for other in (*found[max(0, at - 1) : at], *found[at + 1 : at + 2])]
    return found


def _turn_exception(clause: Clause, reading: Polarity) -> None:
    """Let "stop the aspirin but not the statin" state the statin."""
    words = clause.words
    verbs = {"auxiliaries", "imperatives", "light"}
    cues = [event.at for event in reading.events]
    excepts = cues in ([0], [1]) and words[cues[0]].text == "not" and words[0].text in ("not", "but")
    if excepts and all(verbs.isdisjoint(token.roles) for token in words):
        reading.states = [state and STATED for state in reading.states]


def _complete(passage: Passage, clause: Clause, before: Clause) -> None:
    """Give "the iron is not" the word that the clause before it says of something else: "the sugar is normal"."""
    last = [token for token in clause.words if token.text not in _TOO][-1:]
    claim = next((claim for claim in passage.claims if claim.cue.word.cue == "verbal" and claim.cue in last), None)
    verbs = [at for at, token in enumerate(before.words) if "auxiliaries" in token.roles or token.word.cue == "verbal"]
    told = next((token for token in before.words[verbs[-1] :] if token.word.content), None) if verbs else None
    if claim and claim.said and told and all("light" not in token.roles for token, _ in claim.said):
        claim.said.append((told, DENIED))
        claim.tell()
        passage.say(told, DENIED)


def denials_of_text(text: str) -> list[Passage]:
    """Return only those clauses of a plain text that deny something, each by itself."""
    return [passage_of(clause, read_polarity(clause)) for clause in split_clauses(text) if clause.denies]


def passages_of_outline(outline: Outline) -> list[Passage]:
    """Return the clauses of an outline; each has the points above it for context, and may be denied by them."""
    found: list[Passage] = []
    for root in outline.roots:
        _Point(root, [], False, found).read()
    for _, prose in outline.prose:
        found.extend(passages_of_text(_unmarked(prose)))
    return found


def _unmarked(text: str) -> str:
    return text.replace("*", "").replace("`", "")


class _Point:
    """A point of an outline, which `above` stands over, the nearest last. `denied`: whether that denies it."""

    def __init__(self, node: Node, above: list[Passage], denied: bool, found: list[Passage]) -> None:
        self.node, self.above, self.denied, self.found = node, above, denied, found
        self.clauses = list(split_clauses(_unmarked(node.text)))
        self.readings = [read_polarity(clause) for clause in self.clauses]
        self.last = last_clause(self.clauses) if node.children else len(self.clauses) - 1
        """The clause that the points below stand under: of "Avoid until it heals" the first."""
        self.labels = labels_of(self.clauses[: self.last + 1], bool(node.children))
        self.labels += [False] * (len(self.clauses) - 1 - self.last)
        self.own: list[Passage] = []
        self.by_label = False
        """Whether what denies stands before a colon in the point itself."""

    def read(self) -> None:
        """Add the passages of the point and of those below it."""
        above = self.above[-1].above | self.above[-1].keys if self.above else frozenset[str]()
        for at in range(len(self.clauses)):
            passage = self._read_clause(at)
            if at:
                _complete(passage, self.clauses[at], self.clauses[at - 1])
            passage.above = above
            passage.beside = [other.keys for other in (*self.above, *self.own)]
            self.own.append(passage)
        if self.own:
            self.found += self.own
            find_conditions(self.own if self.labels[-1] or not self.above else [self.above[-1], *self.own])
        below = [*self.above, *self.own] if self.node.children else []
        for child in self.node.children:
            _Point(child, below, self.denied, self.found).read()

    def _read_clause(self, at: int) -> Passage:
        clause, reading, label = self.clauses[at], self.readings[at], self.labels[at]
        last = at == self.last
        passage, opens = _read(clause, reading, self._is_denied(at), label)
        passage.starts = passage.starts or (not at and not last)
        leads = opens and (bool(self.node.children) if last else self._may_deny_next(at))
        if opens and leads and (label or last):
            # What "Avoid" denies stands behind or below it.
            passage.claims = []
        else:
            first = not at or self.labels[at - 1]
            _lean(clause, passage, self.own[0] if self.own and self.labels[0] else None, self.above if first else [])
        if label or last:
            # "Avoid > On day one: straws"
            carries = label and not at and self.denied and not may_be_denied(clause, reading) and not reading.events
            self.denied = bool(leads or carries)
            self.by_label = label and self.denied
        return passage

    def _may_deny_next(self, at: int) -> bool:
        following = at + 1
        if (
            following < len(self.clauses)
            and self.clauses[following].ends == ":"
            and only_says_when(self.clauses[following])
        ):
            following += 1
        return following < len(self.clauses) and may_be_denied(self.clauses[following], self.readings[following])

    def _is_denied(self, at: int) -> bool:
        if not self.denied or (at and not (self.by_label and "pronouns" not in self.clauses[at].words[0].roles)):
            return False
        # "Doxycycline: no good match" denies by itself what it names.
        following = self.readings[at + 1].events if self.labels[at] and at + 1 < len(self.readings) else []
        return not any(event.hard for event in following)


def _read(clause: Clause, reading: Polarity, denied: bool, label: bool = False) -> tuple[Passage, bool]:
    """Return the passage of a clause, `denied` by what stands before it or not, and whether it denies what follows."""
    denied = denied and may_be_denied(clause, reading)
    if not denied and not reading.events:
        return passage_of(clause, reading, label), False
    if denied:
        reading = Polarity([state and -state for state in reading.states], reading.events)
    passage = passage_of(clause, reading, names=label and not denied)
    words = clause.words
    opens = any(is_open(words, event) for event in reading.events if not event.limit and event.at not in event.focus)
    for claim in passage.claims if denied else ():
        claim.flipped = True
        claim.tell()
    if denied and not opens:
        content = [place for place, token in enumerate(words) if token.word.content][:2]
        named = {place for event in reading.events if not event.limit for place in (event.at, *event.focus)}
        if content and content[0] not in named:
            claim = claim_of(words, reading, Event(content[0], focus=content))
            claim.flipped = True
            claim.tell()
            passage.claims.append(claim)
    return passage, opens


def _lean(clause: Clause, passage: Passage, label: Passage | None, above: Sequence[Passage]) -> None:
    """Let a passage that names nothing be about the label or the point above it."""
    over = label or (above[-1] if above else None)
    if over is None or (not passage.claims and passage.tokens and not names_nothing(passage.tokens[0][0])):
        return
    if not passage.claims:
        if all(names_nothing(token) for token, _ in passage.tokens) and affirms(clause):
            # "Surgery: needed"
            for token, state in over.tokens:
                if state is None and token.word.content:
                    passage.say(token, STATED)
        return
    named = [
        token for token, _ in over.tokens if token.word.content and "vague" not in token.roles and token.text != "once"
    ]
    further = {token.word.key for other in above[:-1] for token, _ in other.tokens if token.word.content}
    for claim in passage.claims:
        claim.around |= {token.word.key for token in named}
        if claim.limit or not (claim.hard or _is_bare(passage, claim)):
            continue
        if all(not {"light", "needs", "times"}.isdisjoint(token.roles) for token, _ in claim.said):
            _borrow(passage, claim, named)
            claim.around |= further


def _is_bare(passage: Passage, claim: Claim) -> bool:
    """Whether a passage says no more than its cue: "alcohol: avoid", not "it will quit on its own"."""
    more = any(token is not claim.cue and "vague" not in token.roles for token, _ in passage.tokens)
    return not more and "subjects" not in passage.opening.roles


def _borrow(passage: Passage, claim: Claim, named: Sequence[Token]) -> None:
    """Give a claim the words of the point above it, besides its own nouns: the "symptoms" of "no symptoms"."""
    claim.borrowed = True
    claim.around |= claim.keys
    empty = {"ends", "light", "times"}
    own = [
        (token, state)
        for token, state in claim.said
        if empty.isdisjoint(token.roles) and token.text not in ("need", "needs")
    ]
    claim.said = [*own, *((token, DENIED) for token in named)]
    claim.tell()
    for token in named:
        passage.say(token, DENIED)
