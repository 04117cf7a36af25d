"""Where an overlong clause may be cut: seams too weak to look for in a clause of common length."""

from collections.abc import Sequence

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
        seams = [i for i in range(_SHORTEST, length - _SHORTEST + 1) if self._seam(clause.plain, i)]
        if not seams:
            return [clause]
        cut = min(seams, key=lambda i: abs(2 * i - length))
        halves = clause.part(0, cut), clause.part(cut, length)
        return [piece for half in halves for piece in self.shorten(half, longest)]

    def _seam(self, plain: Sequence[str], i: int) -> bool:
        grammar, openings = self.grammar, self.openings
        bound = [j for j in range(i) if openings.condition(plain, j) or grammar.alternatives.at(plain, j)]
        if bound and not any(openings.consequence(plain, j) for j in range(bound[-1] + 3, i - 3)):
            return False
        if grammar.coordinators.at(plain, i):
            heads = (openings.person, openings.noun, self._second_clause)
            if any(head(plain, i + 1) for head in heads):
                return True
            negated = any(grammar.negations.at(plain, j) for j in range(i))
            return not (negated or bound) and openings.order(("", *plain[i + 1 :]), 1)
        if grammar.negations.at(plain, i - 1):
            return False
        return self._bare_subject(plain, i) or self._ended(plain, i)

    def _ended(self, plain: Sequence[str], i: int) -> bool:
        """Whether the word before ends a clause ("... twice daily") and the one at `i` does not carry it on."""
        grammar, word = self.grammar, plain[i]
        carriers = (
            *(grammar.never_after, grammar.prepositions, grammar.enders, grammar.time_units, grammar.noun_verbs),
            *(grammar.adverbs, grammar.subject_breakers, self.openings.vocabulary.units),
        )
        if not grammar.enders.at(plain, i - 1) or any(words.at(plain, i) for words in carriers):
            return False
        if not word.isalpha() or is_number(word, grammar) or word.endswith(("ing", "ly")):
            return False
        return not self.openings.verb_is_due(plain, i)

    def _second_clause(self, plain: Sequence[str], i: int) -> bool:
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

    def _bare_subject(self, plain: Sequence[str], i: int) -> bool:
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

    def _last_verb(self, plain: Sequence[str], end: int) -> int:
        verbs = (self.grammar.noun_verbs, self.grammar.imperatives)
        return max((j for j in range(end) if any(words.at(plain, j) for words in verbs)), default=-1)
