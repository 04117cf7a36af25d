"""Where an overlong clause may be cut: seams too weak to look for in a clause of common length."""

from collections.abc import Iterable, Iterator

from prep.rules.openings import Openings
from prep.rules.vocabulary import Grammar
from prep.rules.words import Words, is_number

_SHORTEST = 3
"""Words that a cut leaves on either side."""


class Seams:
    """Finds where a long clause is really two.

    Nothing is cut off behind a condition whose consequence may follow, nor an order behind a negation that may cover
    it too.
    """

    def __init__(self, openings: Openings) -> None:
        self.openings = openings
        self.grammar: Grammar = openings.grammar

    def shorten(self, clause: Words, longest: int) -> list[Words]:
        """Cut a clause of more than `longest` words at the seam nearest its middle, and its halves likewise."""
        length = len(clause.plain)
        if length <= longest:
            return [clause]
        inner = sorted(range(_SHORTEST, length - _SHORTEST + 1), key=lambda i: abs(2 * i - length))
        cut = next(self._seams(clause.plain, inner), 0)
        if not cut:
            return [clause]
        halves = clause.part(0, cut), clause.part(cut, length)
        return [piece for half in halves for piece in self.shorten(half, longest)]

    def _seams(self, plain: tuple[str, ...], places: Iterable[int]) -> Iterator[int]:
        """Yield those of `places` at which a clause may be cut."""
        openings, alternatives = self.openings, self.grammar.alternatives
        conditions = [j for j in range(len(plain)) if openings.condition(plain, j) or alternatives.at(plain, j)]
        consequences = [j for j in range(3, len(plain)) if conditions and openings.consequence(plain, j)]
        for i in places:
            last = max((j for j in conditions if j < i), default=None)
            met = last is None or any(last + 3 <= j < i - 3 for j in consequences)
            if met and self._seam(plain, i, bound=last is not None):
                yield i

    def _seam(self, plain: tuple[str, ...], i: int, bound: bool) -> bool:
        grammar, openings = self.grammar, self.openings
        if grammar.coordinators.at(plain, i):
            heads = (openings.person, openings.noun, self._second_clause)
            if any(head(plain, i + 1) for head in heads):
                return True
            negated = any(grammar.negations.at(plain, j) for j in range(i))
            return not (negated or bound) and openings.order(("", *plain[i + 1 :]), 1)
        if grammar.negations.at(plain, i - 1):
            return False
        return self._bare_subject(plain, i) or self._ended(plain, i)

    def _ended(self, plain: tuple[str, ...], i: int) -> bool:
        """Whether the word before ends a clause ("... twice daily") and the one at `i` does not carry it on."""
        grammar, word = self.grammar, plain[i]
        if not grammar.enders.at(plain, i - 1):
            return False
        carriers = (
            *(grammar.never_after, grammar.prepositions, grammar.enders, grammar.time_units, grammar.noun_verbs),
            *(grammar.adverbs, grammar.subject_breakers, self.openings.vocabulary.units),
        )
        if any(words.at(plain, i) for words in carriers):
            return False
        if not word.isalpha() or is_number(word, grammar) or word.endswith(("ing", "ly")):
            return False
        return not self.openings.verb_is_due(plain, i)

    def _second_clause(self, plain: tuple[str, ...], i: int) -> bool:
        """Up to three nouns and a verb behind a clause that has its own verb ("... and metformin can be added")."""
        grammar = self.grammar
        others = (grammar.never_after, grammar.prepositions, grammar.enders, grammar.subject_breakers)
        verb = i
        while verb < min(i + 4, len(plain)) and not grammar.noun_verbs.at(plain, verb):
            word = plain[verb]
            if any(words.at(plain, verb) for words in others) or not word.isalpha() or word.endswith("ing"):
                return False
            verb += 1
        found = i < verb < len(plain) and bool(grammar.noun_verbs.at(plain, verb))
        return found and self._last_verb(plain, i - 1) >= 0

    def _bare_subject(self, plain: tuple[str, ...], i: int) -> bool:
        """A noun without determiner and a second verb ("... evening no tablets are needed").

        Only where the noun has an adjective or a name's ending, or stands behind a word that ends clauses: two nouns
        in a row may be one name.
        """
        grammar, openings, before = self.grammar, self.openings, plain[i - 1]
        verb = i
        while verb < len(plain) and openings.modifies(plain[verb]):
            verb += 1
        marked = verb > i or grammar.enders.at(plain, i - 1) or openings.name(plain, i)
        verb += 1
        if not marked or not grammar.noun_verbs.at(plain, verb) or grammar.never_after.at(plain, verb - 1):
            return False
        blockers = (grammar.prepositions, grammar.never_after, grammar.takes_object, grammar.coordinators)
        if any(words.at(plain, i - 1) for words in blockers) or openings.modifies(before):
            return False
        if is_number(before, grammar) or before.endswith("ing") or grammar.time_units.at(plain, verb - 1):
            return False
        last = self._last_verb(plain, i)
        return last >= 0 and not any(grammar.subject_breakers.at(plain, j) for j in range(last + 1, i))

    def _last_verb(self, plain: tuple[str, ...], end: int) -> int:
        verbs = (self.grammar.noun_verbs, self.grammar.imperatives)
        return next((j for j in range(end - 1, -1, -1) if any(words.at(plain, j) for words in verbs)), -1)
