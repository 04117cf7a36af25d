"""What a clause does: it orders, asks, points back to the clause before it, or hangs on a condition."""

import re

from prep.rules.openings import Openings
from prep.rules.vocabulary import Grammar
from prep.rules.words import Words, is_number

_EARLY = 6
"""Words from a clause's beginning among which a pronoun points back to the clause before."""
_FRONTED = 5
"""Words of a time or a place that an order may stand behind without a comma ("in the morning apply")."""
_SUBJECT = 4
"""Words over which what looks like an order is followed to a verb that makes it a noun ("test results are")."""
_PAUSE = re.compile(r"[,:][\"')\]]*$")
_SENTENCE_END = re.compile(r"[.!][\"')\]]*$")


class Moods:
    """Judges clauses by the word lists of a grammar; of a written sentence it may think more than of run-on words."""

    def __init__(self, openings: Openings) -> None:
        self.openings = openings
        self.grammar: Grammar = openings.grammar

    def body(self, plain: tuple[str, ...]) -> int:
        """Return where a clause begins once its connective ("also", "and please") is passed."""
        start = self.grammar.coordinators.at(plain, 0) or self.grammar.followers.at(plain, 0)
        start += self.grammar.connectives.at(plain, start)
        return start if start < len(plain) else 0

    def leans(self, clause: Words) -> bool:
        """Whether the clause points back ("but", "skip it", "two weeks later"), and so says little alone."""
        grammar, plain = self.grammar, clause.plain
        start = self.loose(clause)
        early = any(grammar.pointers.at(plain, i) for i in range(start, min(start + _EARLY, len(plain))))
        return bool(grammar.leaning.at(plain, start)) or early or bool(grammar.afterwards.hits(plain))

    def loose(self, clause: Words) -> int:
        """Words at the beginning that an order can do without in a list: "so please check" is "please check"."""
        start = self.grammar.trimmed.at(clause.plain, 0) or self.grammar.loosened.at(clause.plain, 0)
        polite = start + self.grammar.polite.at(clause.plain, start)
        return start if start and self._orders_at(clause, polite) else 0

    def asks(self, clause: Words) -> bool:
        """Whether the clause is a question."""
        written = clause.written[-1].endswith("?")
        return written or bool(self.grammar.questions.at(clause.plain, self.body(clause.plain)))

    def commands(self, clause: Words) -> bool:
        """Whether the clause tells the reader what to do, by itself or behind its condition."""
        plain = clause.plain
        if self.owes(plain, 0):
            later = any(self.openings.order(plain, i) for i in range(1, len(plain)))
            return later or (_is_sentence(clause) and any(self._orders_at(clause, i) for i in self._pauses(clause)))
        if self.openings.order(("", *plain[self.body(plain) :]), 1) or self.grammar.polite.at(plain, 0):
            return True
        return _is_sentence(clause) and self._sentence_commands(clause)

    def parts(self, clause: Words) -> list[int]:
        """Where the clause, and each part of it behind a comma, begins once its connective is passed."""
        return [self.body(clause.plain), *self._pauses(clause)]

    def hangs(self, plain: tuple[str, ...]) -> bool:
        """Whether a condition stands anywhere in the clause."""
        return any(
            self.openings.condition(plain, i) or self.grammar.alternatives.at(plain, i) for i in range(len(plain))
        )

    def owes(self, plain: tuple[str, ...], i: int) -> bool:
        """Whether the clause that begins at `i` is a condition or a frame, which owes what follows from it."""
        later = i + self.grammar.connectives.at(plain, i)
        return any(self.openings.condition(plain, at) or self.grammar.frames.at(plain, at) for at in {i, later})

    def _sentence_commands(self, clause: Words) -> bool:
        """Whether an order stands at the beginning, behind a pause, or behind a time without one; or no verb."""
        plain, grammar = clause.plain, self.grammar
        start, pauses = self.body(plain), self._pauses(clause)
        if self._orders_at(clause, start) or self._refuses(plain):
            return True
        sure = [*pauses, start + 1] if self._times(plain, start) else pauses
        if any(self._orders_at(clause, i, sure=True) for i in sure):
            return True
        if not (grammar.prepositions.at(plain, 0) or is_number(plain[0], grammar) or grammar.leaning.at(plain, 0)):
            return False
        if pauses and self._orders_at(clause, pauses[0]):
            return True
        fronted = range(1, min(_FRONTED, len(plain)))
        return any(grammar.time_units.at(plain, i - 1) and self.openings.order(plain, i) for i in fronted)

    def _times(self, plain: tuple[str, ...], i: int) -> bool:
        """Whether a word says when, or in which order ("first", "tomorrow", "now")."""
        grammar = self.grammar
        return any(words.at(plain, i) for words in (grammar.adverbs, grammar.enders, grammar.numbers))

    def _pauses(self, clause: Words) -> list[int]:
        """Where a part of the sentence begins behind a comma, past its "so", "and" or "please"."""
        starts = [i + 1 for i, written in enumerate(clause.written[:-1]) if _PAUSE.search(written)]
        return [i + self.body(clause.plain[i:]) for i in starts]

    def _orders_at(self, clause: Words, i: int, sure: bool = False) -> bool:
        """Whether an order begins at `i`; unless it must be `sure`, words that are nouns as often are taken for it."""
        if i >= len(clause.plain):
            return False
        if self.openings.order(("", *clause.plain[i:]), 1) or self.grammar.order_openers.at(clause.plain, i):
            return True
        return not sure and _is_sentence(clause) and self._verb_opens(clause.part(i, len(clause.plain)))

    def _verb_opens(self, clause: Words) -> bool:
        """Whether a sentence opens with a verb in its base form rather than with a noun and the noun's verb."""
        grammar, plain = self.grammar, clause.plain
        if grammar.opening_orders.at(plain, 0):
            return not grammar.subjects.at(plain, 1) or grammar.after_order.at(plain, 1) > 0
        known = (grammar.imperatives, grammar.doubtful_imperatives, grammar.order_verbs)
        if not any(words.at(plain, 0) for words in known) and not self._unknown_verb(plain):
            return False
        for i in range(1, min(_SUBJECT, len(plain))):
            if grammar.noun_verbs.at(plain, i) or _PAUSE.search(clause.written[i - 1]):
                return False
            if any(words.at(plain, i) for words in (grammar.determiners, grammar.prepositions, grammar.subjects)):
                break
        return not grammar.subjects.at(plain, 1) or grammar.after_order.at(plain, 1) > 0

    def _unknown_verb(self, plain: tuple[str, ...]) -> bool:
        """A word of no list before "the" or "your": at a sentence's beginning it is a verb ("plant your feet")."""
        grammar = self.grammar
        if len(plain) < 2 or not grammar.determiners.at(plain, 1) or plain[0].endswith(("ly", "ing", "ed", "s")):
            return False
        others = (
            *(grammar.never_after, grammar.prepositions, grammar.adverbs, grammar.subjects, grammar.determiners),
            *(grammar.leaning, grammar.connectives, grammar.conditions, grammar.frames, grammar.finite),
            *(grammar.modals, grammar.subordinators, grammar.enders, grammar.time_units, grammar.greetings),
        )
        return plain[0].isalpha() and not is_number(plain[0], grammar) and not any(w.at(plain, 0) for w in others)

    def _refuses(self, plain: tuple[str, ...]) -> bool:
        """A sentence of no verb that begins with a negation ("no alcohol", "frankly, no needle for now")."""
        grammar = self.grammar
        verbs = (grammar.noun_verbs, grammar.finite, grammar.subjects, grammar.subordinators)
        return any(grammar.negations.at(plain, i) for i in (0, 1)) and not any(words.hits(plain) for words in verbs)


def _is_sentence(clause: Words) -> bool:
    """Whether a clause was written as a sentence, from a capital or a figure to its mark."""
    return not clause.written[0][:1].islower() and bool(_SENTENCE_END.search(clause.written[-1]))
