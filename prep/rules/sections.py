"""Which section and which kind of it a clause belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass

from prep.rules.clauses import ClauseFinder
from prep.rules.vocabulary import Cues, Phrases, Section, Vocabulary
from prep.rules.words import Words

_START, _STRONG, _HINT = 3, 3, 1
_ASKED, _ORDERED, _STATED = 10, 6, 2
_COURTESY_SHARE = 0.6


@dataclass(frozen=True)
class Place:
    """Indices into the vocabulary's sections and into a section's kinds; kind -1 is the section at large."""

    section: int
    kind: int


class Sorter:
    """Sorts clauses by the vocabulary's cues; one without any, or that points back, goes with the one before it."""

    def __init__(self, vocabulary: Vocabulary, finder: ClauseFinder) -> None:
        self.vocabulary = vocabulary
        self.finder = finder

    def is_courtesy(self, clause: Words) -> bool:
        """Whether a clause greets or takes leave and says nothing else: no number, no negation."""
        plain, grammar = clause.plain, self.finder.grammar
        if any(map(str.isdigit, "".join(plain))) or grammar.numbers.hits(plain) or grammar.negations.hits(plain):
            return False
        covered: set[int] = set()
        for i in range(len(plain)):
            length = self.vocabulary.courtesies.at(plain, i) or grammar.greetings.at(plain, i)
            covered.update(range(i, i + length))
        return len(covered) >= _COURTESY_SHARE * len(plain)

    def place(self, clauses: Sequence[Words]) -> list[Place]:
        """Return each clause's place, in the order of the clauses."""
        places: list[Place] = []
        for number, clause in enumerate(clauses):
            before = places[-1] if places else None
            # What points back after a question is about what was said before that.
            leans = before and self._leans(clause, clauses[number - 1])
            # An order behind "if it turns blue" most likely hangs on that, too.
            bound = any(self.finder.hangs(each.plain) for each in clauses[max(0, number - 1) : number + 1])
            places.append(before if before and leans else self._place(clause, before, bound))
        return places

    def _leans(self, clause: Words, before: Words) -> bool:
        return not self.finder.asks(before) and (before.written[-1].endswith(";") or self.finder.leans(clause))

    def _place(self, clause: Words, before: Place | None, bound: bool) -> Place:
        start = self.finder.body(clause.plain)
        asks, commands = self.finder.asks(clause), self.finder.commands(clause.plain)
        scored = [
            (0, -1)
            if section.urgent and (bound or not commands or not self._is_stated(section.strong, clause))
            else _score(section, clause.plain, start, _mood(section, asks, commands))
            for section in self.vocabulary.sections
        ]
        best = max(range(len(scored)), key=lambda i: (scored[i][0], -i))
        if scored[best][0] > 0:
            return Place(best, scored[best][1])
        return before or Place(self._otherwise(), -1)

    def _is_stated(self, cues: Phrases, clause: Words) -> bool:
        """Whether one of `cues` stands in the clause and no "not" before it, save behind a comma."""
        open_denial = False
        for i, written in enumerate(clause.written):
            open_denial = open_denial or bool(self.finder.grammar.negations.at(clause.plain, i))
            if cues.at(clause.plain, i) and not open_denial:
                return True
            open_denial = open_denial and not written.endswith(",")
        return False

    def _otherwise(self) -> int:
        return next((i for i, section in enumerate(self.vocabulary.sections) if section.otherwise), 0)


def _mood(section: Section, asks: bool, commands: bool) -> int:
    """The points that a section has for what a clause does, whatever it is about."""
    if section.questions:
        return _ASKED if asks else 0
    if section.orders or section.urgent:
        return _ORDERED if commands else 0
    return _STATED if section.otherwise else 0


def _score(section: Section, plain: tuple[str, ...], start: int, mood: int) -> tuple[int, int]:
    """The score of a section for a clause, and its best kind (-1 when none has a cue)."""
    kinds = [_cue_score(kind, plain, start) for kind in section.kinds]
    best = max(range(len(kinds)), key=lambda i: (kinds[i], -i), default=-1)
    kind_score = kinds[best] if best >= 0 else 0
    # What a section's orders are about says little of a statement: "the pain comes after meals" is no diet.
    most = _HINT if section.orders and not mood else _STRONG
    return _cue_score(section, plain, start) + min(kind_score, most) + mood, best if kind_score > 0 else -1


def _cue_score(cues: Cues, plain: tuple[str, ...], start: int) -> int:
    opened = cues.starts.at(plain, start) or cues.starts.at(plain, 0)
    return (_START if opened else 0) + _STRONG * cues.strong.hits(plain) + _HINT * cues.hints.hits(plain)
