"""Where a clause begins, in text that mostly has no punctuation."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from prep.rules.vocabulary import Grammar, Phrases, Vocabulary

_HARD_END = re.compile(r"[.!?;:]+[\"')\]]*$")
_EDGES = "\"'`()[]{}<>.,;:!?*_"
_SUBJECT_REACH = 8


@dataclass(frozen=True)
class Words:
    """A reply as it was written and, index by index, in lower case without punctuation."""

    written: tuple[str, ...]
    plain: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Words":
        written = tuple(text.split())
        return cls(written, tuple(word.lower().strip(_EDGES).replace("\u2019", "'") for word in written))

    def part(self, start: int, end: int) -> "Words":
        return Words(self.written[start:end], self.plain[start:end])


class ClauseFinder:
    """Finds clause beginnings by the words of a grammar, and by nothing that is peculiar to a subject matter.

    That comes from the vocabulary. A condition stays with what follows from it; no clause begins within a number and
    its unit, or after a negation.
    """

    def __init__(self, grammar: Grammar, vocabulary: Vocabulary) -> None:
        self.grammar = grammar
        self.vocabulary = vocabulary

    def split(self, words: Words) -> list[Words]:
        """Return the clauses of a reply in order; each word stands in exactly one."""
        plain, starts = words.plain, [0]
        skip, owed, due = self._opened(plain, 0)
        for i in range(1, len(plain)):
            fresh = i == due or self._hard_end(words, i - 1)
            if not fresh and i < skip:
                continue
            if not fresh and self._carries_condition(plain, i):
                owed = True
            elif not fresh and owed and self._consequence(plain, i):
                owed, skip = False, i + 2
            elif fresh or self._begins(plain, i, starts[-1], owed):
                starts.append(i)
                skip, owed, due = self._opened(plain, i)
        return [words.part(start, end) for start, end in zip(starts, [*starts[1:], len(words.plain)], strict=True)]

    def body(self, plain: Sequence[str]) -> int:
        """Return where a clause begins once its connective ("also", "please") is passed."""
        start = self.grammar.connectives.at(plain, 0)
        return start if start < len(plain) else 0

    def asks(self, plain: Sequence[str], start: int) -> bool:
        """Whether the clause is a question."""
        return bool(self.grammar.questions.at(plain, start))

    def commands(self, plain: Sequence[str], start: int) -> bool:
        """Whether the clause tells the reader what to do, by itself or behind its condition."""
        if self._owes(plain, 0):
            return any(self._order(plain, i) for i in range(1, len(plain)))
        return self._order(("", *plain[start:]), 1) or plain[0] in ("please", "kindly")

    def _opened(self, plain: Sequence[str], i: int) -> tuple[int, bool, int]:
        """For a clause that begins at `i`: where the next may, whether it owes a consequence, where courtesies end."""
        grammar = self.grammar
        length = grammar.connectives.at(plain, i)
        length += max(grammar.conditions.at(plain, i + length), grammar.frames.at(plain, i + length))
        return i + length + 1, self._owes(plain, i), self._courtesy_end(plain, i)

    def _courtesy_end(self, plain: Sequence[str], i: int) -> int:
        """Where the greeting or the polite phrases end that a clause opens with; -1 where it goes on within them."""
        end = i + self.grammar.greetings.at(plain, i)
        greeted = end > i
        while length := self.vocabulary.courtesies.at(plain, end):
            end += length
        if end >= len(plain) or self.grammar.never_after.at(plain, end - 1):
            return -1
        goes_on = self.grammar.prepositions.at(plain, end) or self.grammar.never_after.at(plain, end)
        return end if greeted or (end - i > 2 and (self._owes(plain, end) or not goes_on)) else -1

    def _carries_condition(self, plain: Sequence[str], i: int) -> bool:
        return bool(self.grammar.coordinators.at(plain, i - 1) and self.grammar.conditions.at(plain, i))

    def _consequence(self, plain: Sequence[str], i: int) -> bool:
        """Whether what follows from a condition begins at `i`."""
        return self._main(plain, i) or plain[i] in ("then", "please", "kindly")

    def _begins(self, plain: Sequence[str], i: int, start: int, owed: bool) -> bool:
        grammar = self.grammar
        if grammar.negations.at(plain, i - 1):
            return False
        if self._connects(plain, i) or self._main(plain, i) or self._opens(plain, i):
            return True
        after = grammar.never_condition_after.at(plain, i - 1)
        led = not owed and grammar.conditions.at(plain, i) and not after and i - start >= 4
        return bool(led) and self._leads(plain, i)

    def _connects(self, plain: Sequence[str], i: int) -> bool:
        return bool(self.grammar.connectives.at(plain, i)) and not self.grammar.never_connect_after.at(plain, i - 1)

    def _opens(self, plain: Sequence[str], i: int) -> bool:
        """An opener of the subject matter, or a name and its amount ("tamsulosin 0.4 mg")."""
        grammar, vocabulary = self.grammar, self.vocabulary
        before = i - 1
        taken = (grammar.never_after, grammar.takes_object, grammar.imperatives, grammar.modifiers, grammar.numbers)
        if any(words.at(plain, before) for words in (*taken, vocabulary.openers)) or plain[before].endswith("ing"):
            return False
        if any(vocabulary.openers.at(plain, j) for j in range(max(0, i - 3), i)):
            return False
        if vocabulary.openers.at(plain, i):
            loose = plain[before].endswith("ed")
            return not (loose or grammar.never_after.at(plain, i + 1) or grammar.prepositions.at(plain, i + 1))
        return self._named_amount(plain, i) and not is_number(plain[before], grammar)

    def _named_amount(self, plain: Sequence[str], i: int) -> bool:
        """Names by their endings, then digits, then a unit."""
        ends = self.vocabulary.name_endings
        amount = i
        while amount < len(plain) and self._is_name(plain, amount):
            amount += 1
        if amount == i or self._is_name(plain, i - 1) or amount >= len(plain):
            return False
        return plain[amount][:1].isdigit() and bool(self.vocabulary.units.at(plain, amount + 1))

    def _is_name(self, plain: Sequence[str], i: int) -> bool:
        common = (self.grammar.never_after, self.grammar.prepositions, self.grammar.time_units, self.vocabulary.openers)
        if any(words.at(plain, i) for words in common):
            return False
        return len(plain[i]) > 4 and has_ending(plain[i], self.vocabulary.name_endings)

    def _main(self, plain: Sequence[str], i: int) -> bool:
        if self._question(plain, i):
            return True
        if self.grammar.never_after.at(plain, i - 1):
            return False
        adverb = self.grammar.adverbs.at(plain, i - 1) or plain[i - 1].endswith("ly")
        if adverb and self.grammar.never_after.at(plain, i - 2):
            return False
        return self._order(plain, i) or self._person_clause(plain, i) or self._noun_clause(plain, i)

    def _person_clause(self, plain: Sequence[str], i: int) -> bool:
        """A pronoun and its verb ("you should"), but not a clause hung on a noun ("the drops you are using")."""
        grammar = self.grammar
        if not grammar.subjects.at(plain, i):
            return False
        if "'" in plain[i]:
            return True
        verb = i + 1
        while grammar.adverbs.at(plain, verb):
            verb += 1
        known = grammar.finite.at(plain, verb) or (plain[i] in ("i", "you", "we", "they") and grammar.person_verbs.at(plain, verb))
        if not known:
            return False
        hung = plain[i] in ("i", "you", "we", "he", "she", "they") and any(
            grammar.relative_heads.at(plain, j) for j in range(max(0, i - 4), i)
        )
        return not hung or plain[verb] in ("should", "must", "need", "would", "may", "might")

    def _noun_clause(self, plain: Sequence[str], i: int) -> bool:
        """A determiner, its noun and a verb ("the swelling will"), unless a verb before takes the noun."""
        grammar = self.grammar
        before = plain[i - 1]
        if not grammar.determiners.at(plain, i) or is_number(before, grammar) or before.endswith("ing"):
            return False
        if grammar.takes_object.at(plain, i - 1) or grammar.time_units.at(plain, i + 1):
            return False
        if grammar.prepositions.at(plain, i - 1) or grammar.modals.at(plain, i - 2):
            return False
        for j in range(i + 1, min(i + _SUBJECT_REACH, len(plain))):
            if grammar.noun_verbs.at(plain, j):
                joined = grammar.coordinators.at(plain, j - 1)
                return not (joined or self._order(plain, j) or grammar.subjects.at(plain, j + 1))
            second = grammar.determiners.at(plain, j) and not grammar.prepositions.at(plain, j - 1)
            if second or grammar.subject_breakers.at(plain, j):
                return False
        return False

    def _order(self, plain: Sequence[str], i: int) -> bool:
        """An imperative; of words that are nouns as often, only before a word that an order takes."""
        grammar = self.grammar
        if grammar.plural_subjects.at(plain, i - 1):
            return False
        opener = grammar.order_openers.at(plain, i)
        if opener:
            verb = i + opener
            return bool(grammar.imperatives.at(plain, verb) or grammar.order_verbs.at(plain, verb))
        if grammar.doubtful_imperatives.at(plain, i):
            followed = grammar.after_order.at(plain, i + 1) or (i + 1 < len(plain) and plain[i + 1][:1].isdigit())
            taken = is_number(plain[i - 1], grammar) or grammar.takes_object.at(plain, i - 1)
            taken = taken or self._modifies(plain[i - 1])
            return bool(followed) and not taken
        return bool(grammar.imperatives.at(plain, i))

    def _question(self, plain: Sequence[str], i: int) -> bool:
        grammar = self.grammar
        if grammar.never_question_after.at(plain, i - 1):
            return False
        return bool(grammar.questions.at(plain, i))

    def _owes(self, plain: Sequence[str], i: int) -> bool:
        """Whether the clause that begins at `i` is a condition or a frame, which owes what follows from it."""
        connective = self.grammar.connectives.at(plain, i)
        return any(
            phrases.at(plain, start)
            for phrases in (self.grammar.conditions, self.grammar.frames)
            for start in {i, i + connective}
        )

    def _leads(self, plain: Sequence[str], i: int) -> bool:
        """Whether the condition at `i` governs what follows rather than what stands before."""
        length = self.grammar.conditions.at(plain, i)
        for j in range(i + length + 1, min(i + length + 25, len(plain))):
            if self._connects(plain, j):
                return plain[j] in ("please", "kindly")
            if plain[j] == "then" or self._main(plain, j):
                return True
        return False

    def shorten(self, clause: Words, longest: int) -> list[Words]:
        """Cut a clause of more than `longest` words into ones that stand alone, where its grammar shows a seam.

        Nothing is cut off behind a condition, nor an order behind a negation: it may hang on either.
        """
        if len(clause.plain) <= longest:
            return [clause]
        middle = len(clause.plain) / 2
        seams = [i for i in range(3, len(clause.plain) - 2) if self._seam(clause.plain, i)]
        if not seams:
            return [clause]
        cut = min(seams, key=lambda i: (abs(i - middle), i))
        halves = clause.part(0, cut), clause.part(cut, len(clause.plain))
        return [piece for half in halves for piece in self.shorten(half, longest)]

    def _seam(self, plain: Sequence[str], i: int) -> bool:
        grammar = self.grammar
        if any(grammar.binding.at(plain, j) for j in range(i)):
            return False
        if plain[i] == "and":
            rest = plain[i + 1 :]
            if self._person_clause(plain, i + 1) or self._noun_clause(plain, i + 1):
                return True
            negated = any(grammar.negations.at(plain, j) for j in range(i))
            return bool(rest) and not negated and self._order(("", *rest), 1)
        return self._bare_subject(plain, i)

    def _bare_subject(self, plain: Sequence[str], i: int) -> bool:
        """A noun without determiner before a second verb ("... evening tablets are not needed")."""
        grammar = self.grammar
        verb = i
        while verb < len(plain) and self._modifies(plain[verb]):
            verb += 1
        verb += 1
        if verb >= len(plain) or not grammar.noun_verbs.at(plain, verb) or grammar.never_after.at(plain, verb - 1):
            return False
        before = plain[i - 1]
        bound = grammar.prepositions.at(plain, i - 1) or grammar.never_after.at(plain, i - 1)
        if bound or grammar.takes_object.at(plain, i - 1) or self._modifies(before) or is_number(before, grammar) or before.endswith("ing"):
            return False
        last = max((j for j in range(i) if grammar.noun_verbs.at(plain, j) or grammar.imperatives.at(plain, j)), default=-1)
        return last >= 0 and not any(grammar.subject_breakers.at(plain, j) for j in range(last + 1, i))

    def _modifies(self, word: str) -> bool:
        return bool(self.grammar.modifiers.at([word], 0)) or has_ending(word, self.grammar.modifier_endings)

    def _hard_end(self, words: Words, i: int) -> bool:
        return bool(_HARD_END.search(words.written[i])) and not self.grammar.abbreviations.at(words.plain, i)


def has_ending(word: str, endings: Phrases) -> bool:
    """Whether a word ends in one of `endings`."""
    return any(endings.at([word[cut:]], 0) for cut in range(1, len(word)))


def is_number(word: str, grammar: Grammar) -> bool:
    """Whether a word is a number, in digits or spelled."""
    return word[:1].isdigit() or bool(grammar.numbers.at([word], 0))
