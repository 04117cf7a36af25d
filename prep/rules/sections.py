"""Which section and which kind of it a clause belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass

from prep.rules.clauses import ClauseFinder
from prep.rules.vocabulary import Cues, Phrases, Section, Vocabulary
from prep.rules.words import Words

_START, _STRONG, _HINT = 3, 4, 1
_URGENT, _ASKED, _ORDERED, _OFFERED, _STATED = 14, 10, 6, 3, 2
_COURTESY_SHARE = 0.6


@dataclass(frozen=True)
class Place:
    """Indices into the vocabulary's sections and into a section's kinds; kind -1 is the section at large."""

    section: int
    kind: int


class Sorter:
    """Sorts clauses by the vocabulary's cues; one without any goes with the one before it, as does what points back."""

    def __init__(self, vocabulary: Vocabulary, finder: ClauseFinder) -> None:
        self.vocabulary = vocabulary
        self.finder = finder
        self.moods = finder.moods

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
        commands = [self.moods.commands(clause) or self._declares(clause) for clause in clauses]
        hangs = [self.moods.hangs(clause.plain) for clause in clauses]
        for start, end in self._units(clauses):
            before = self._before(places)
            # An order behind "if it turns blue" most likely hangs on that, too.
            bound = [any(hangs[max(0, i - 1) : i + 1]) for i in range(start, end)]
            told = commands[start:end]
            own = [self._place(*each, before) for each in zip(clauses[start:end], told, bound, strict=True)]
            places += [self._together(own, told)] * (end - start)
        return places

    def _before(self, places: Sequence[Place]) -> Place | None:
        """The place that a clause without cues goes to: the last one, and over one clause between the urgent one."""
        urgent = (place for place in reversed(places[-2:]) if self.vocabulary.sections[place.section].urgent)
        return next(urgent, places[-1] if places else None)

    def _together(self, own: Sequence[Place], commands: Sequence[bool]) -> Place:
        """The one place of a clause and of those that point back to it: urgent help first, then what is to be done."""
        sections = self.vocabulary.sections
        urgent = next((place for place in own if sections[place.section].urgent), None)
        if urgent or sections[own[0].section].orders:
            return urgent or own[0]
        return next((place for place, command in zip(own, commands, strict=True) if command), own[0])

    def _units(self, clauses: Sequence[Words]) -> list[tuple[int, int]]:
        """Where each clause that stands alone begins, and where those end that point back to it."""
        heads = [i for i in range(len(clauses)) if i == 0 or not self._leans(clauses[i], clauses[i - 1])]
        return list(zip(heads, [*heads[1:], len(clauses)], strict=True))

    def _leans(self, clause: Words, before: Words) -> bool:
        # What points back after a question is about what was said before that.
        return not self.moods.asks(before) and (before.written[-1].endswith(";") or self.moods.leans(clause))

    def _place(self, clause: Words, commands: bool, bound: bool, before: Place | None) -> Place:
        plain = clause.plain
        start, asks = self.moods.body(plain), self.moods.asks(clause)
        if before and commands and not bound and self.vocabulary.sections[before.section].urgent:
            return before
        amount = any(plain[i - 1][:1].isdigit() and self.vocabulary.units.at(plain, i) for i in range(1, len(plain)))
        scored = [
            (0, -1)
            if section.urgent and (bound or not commands or not self._is_stated(section.strong, clause))
            else _score(section, plain, start, _mood(section, asks, commands, amount))
            for section in self.vocabulary.sections
        ]
        best = max(range(len(scored)), key=lambda i: (scored[i][0], -i))
        if scored[best][0] > 0:
            return Place(best, scored[best][1])
        return before or Place(self._otherwise(), -1)

    def _declares(self, clause: Words) -> bool:
        """Whether the clause orders urgent help by stating the need for it ("you need an ambulance")."""
        urgent = [section for section in self.vocabulary.sections if section.urgent]
        return any(section.starts.at(clause.plain, i) for section in urgent for i in self.moods.parts(clause))

    def _is_stated(self, cues: Phrases, clause: Words) -> bool:
        """Whether one of `cues` stands in the clause and no "not" before it, save behind a comma."""
        grammar, open_denial = self.finder.grammar, False
        for i, written in enumerate(clause.written):
            open_denial = open_denial or bool(grammar.negations.at(clause.plain, i))
            if cues.at(clause.plain, i) and not (open_denial or grammar.repetitions.at(clause.plain, i - 1)):
                return True
            open_denial = open_denial and not written.endswith(",")
        return False

    def _otherwise(self) -> int:
        return next((i for i, section in enumerate(self.vocabulary.sections) if section.otherwise), 0)


def _mood(section: Section, asks: bool, commands: bool, amount: bool) -> int:
    """The points that a section has for what a clause does, whatever it is about; one with an `amount` offers it."""
    if section.questions:
        return _ASKED if asks else 0
    if section.urgent:
        return 0 if asks else _URGENT
    if section.orders:
        return _ORDERED if commands else _OFFERED if amount else 0
    return _STATED if section.otherwise else 0


def _score(section: Section, plain: tuple[str, ...], start: int, mood: int) -> tuple[int, int]:
    """The score of a section for a clause, and its best kind (-1 when none has a cue)."""
    kinds = [_cue_score(kind, plain, start) for kind in section.kinds]
    best = max(range(len(kinds)), key=lambda i: (kinds[i], -i), default=-1)
    kind_score = kinds[best] if best >= 0 else 0
    # What a statement is about says little of its place: "the pain comes after meals" is no diet.
    most = _HINT if section.otherwise or (section.orders and not mood) else _STRONG
    return _cue_score(section, plain, start) + min(kind_score, most) + mood, best if kind_score > 0 else -1


def _cue_score(cues: Cues, plain: tuple[str, ...], start: int) -> int:
    opened = cues.starts.at(plain, start) or cues.starts.at(plain, 0)
    return (_START if opened else 0) + _STRONG * cues.strong.hits(plain) + _HINT * cues.hints.hits(plain)
