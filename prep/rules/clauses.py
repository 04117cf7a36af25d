"""A reply's clauses: its sentences, and where it has no marks, what the words show of them."""

import re
from collections.abc import Sequence

from outline import negation_mentions
from prep.rules.moods import Moods
from prep.rules.openings import Openings
from prep.rules.seams import Seams
from prep.rules.vocabulary import Grammar, Vocabulary
from prep.rules.words import Words

_HARD_END = re.compile(r"[.!?;]+[\"')\]]*$")
_CONDITION_REACH = 25
_LEAST_BEFORE_CONDITION = 4
_LONGEST_SENTENCE = 60
"""Words; what is longer was hardly written as one sentence, whatever its end says."""
_SCRAP = 2


class ClauseFinder:
    """Parts a reply into clauses by the words of a grammar and a vocabulary; what they mean it does not know.

    A sentence that ends in its own mark stays whole, up to 60 words. Where there are no marks, a condition stays with
    what stands on both sides of it unless "then" says which it governs. No clause begins between a number and its unit,
    or between a negation and what it denies.
    """

    def __init__(self, grammar: Grammar, vocabulary: Vocabulary) -> None:
        self.grammar = grammar
        self.vocabulary = vocabulary
        self.openings = Openings(grammar, vocabulary)
        self.seams = Seams(self.openings)
        self.moods = Moods(self.openings)

    def clauses(self, reply: str, longest: int) -> list[Words]:
        """Return the clauses in order; each word stands in exactly one.

        Clauses of over `longest` words are cut again where their grammar shows a seam, but for a whole sentence.
        """
        words = Words.of(reply)
        found = [clause for sentence in self._sentences(words) for clause in self._parted(sentence, longest)]
        return _rejoined(self._without_scraps(found), _inside_denials(reply))

    def _sentences(self, words: Words) -> list[Words]:
        if not words.plain:
            return []
        ends = [i for i in range(1, len(words.plain)) if self._hard_end(words, i - 1)]
        return [words.part(a, b) for a, b in zip([0, *ends], [*ends, len(words.plain)], strict=True)]

    def _parted(self, sentence: Words, longest: int) -> list[Words]:
        """The clauses of what stands between two marks."""
        if self._hard_end(sentence, -1) and len(sentence.plain) <= _LONGEST_SENTENCE:
            return [sentence]
        return [piece for clause in self._split(sentence) for piece in self.seams.shorten(clause, longest)]

    def _split(self, words: Words) -> list[Words]:
        plain, starts = words.plain, [0]
        skip, owed, due = self._opened(plain, 0)
        for i in range(1, len(plain)):
            fresh = i == due
            if not fresh and i < skip:
                continue
            if not fresh and owed and self.openings.consequence(plain, i):
                owed, skip = False, i + 2
            elif fresh or self.openings.any(plain, i) or (not owed and self._leads(plain, i, starts[-1])):
                starts.append(i)
                skip, owed, due = self._opened(plain, i)
            elif self._may_govern(plain, i):
                owed = True
        return [words.part(start, end) for start, end in zip(starts, [*starts[1:], len(plain)], strict=True)]

    def _without_scraps(self, clauses: list[Words]) -> list[Words]:
        """Give one or two words that say nothing alone ("first") to the clause after them."""
        whole: list[Words] = []
        scrap = Words((), ())
        for clause in clauses:
            joined = Words(scrap.written + clause.written, scrap.plain + clause.plain)
            if len(joined.plain) <= _SCRAP and not self._stands_alone(joined):
                scrap = joined
            else:
                whole.append(joined)
                scrap = Words((), ())
        return [*whole, scrap] if scrap.plain else whole

    def _stands_alone(self, clause: Words) -> bool:
        greets = self.grammar.greetings.at(clause.plain, 0) or self.vocabulary.courtesies.at(clause.plain, 0)
        return bool(greets) or self._hard_end(clause, -1) or self.moods.commands(clause)

    def _opened(self, plain: tuple[str, ...], i: int) -> tuple[int, bool, int]:
        """For a clause that begins at `i`: where the next may, whether it owes a consequence, where courtesies end."""
        grammar = self.grammar
        length = grammar.connectives.at(plain, i)
        length += max(self.openings.condition(plain, i + length), grammar.frames.at(plain, i + length))
        return i + length + 1, self.moods.owes(plain, i), self._courtesy_end(plain, i)

    def _courtesy_end(self, plain: tuple[str, ...], i: int) -> int:
        """Where the greeting or the polite phrases end that a clause opens with; -1 where there are none."""
        grammar = self.grammar
        end = i + grammar.greetings.at(plain, i)
        greeted = end > i
        while length := self.vocabulary.courtesies.at(plain, end):
            end += length
        if end >= len(plain) or grammar.never_after.at(plain, end - 1):
            return -1
        goes_on = grammar.prepositions.at(plain, end) or grammar.never_after.at(plain, end)
        return end if greeted or (end - i > 2 and (self.moods.owes(plain, end) or not goes_on)) else -1

    def _leads(self, plain: tuple[str, ...], i: int, start: int) -> bool:
        """Whether a condition at `i` surely governs what follows rather than what stands before."""
        grammar = self.grammar
        length = self.openings.condition(plain, i)
        if not length or i - start < _LEAST_BEFORE_CONDITION or grammar.never_condition_after.at(plain, i - 1):
            return False
        for j in range(i + length + 1, min(i + length + _CONDITION_REACH, len(plain))):
            if self.openings.connective(plain, j) or self.openings.item(plain, j):
                return bool(grammar.polite.at(plain, j))
            if plain[j] == "then":
                return True
            if self.openings.main(plain, j):
                return False
        return False

    def _may_govern(self, plain: tuple[str, ...], i: int) -> bool:
        """Whether a condition within a clause could govern what comes next."""
        grammar = self.grammar
        if grammar.frames.at(plain, i) and grammar.coordinators.at(plain, i - 1):
            return True
        if not self.openings.condition(plain, i):
            return False
        return bool(grammar.before_condition.at(plain, i - 1)) or not grammar.never_condition_after.at(plain, i - 1)

    def _hard_end(self, words: Words, i: int) -> bool:
        return bool(_HARD_END.search(words.written[i])) and not self.grammar.abbreviations.at(words.plain[i:], 0)


def _inside_denials(reply: str) -> set[int]:
    """The words of a reply, by their number, before which a cut would part a negation from what it denies."""
    starts = [match.start() for match in re.finditer(r"\S+", reply)]
    mentions = negation_mentions(reply)
    return {i for i, start in enumerate(starts) if any(mention.start < start < mention.end for mention in mentions)}


def _rejoined(clauses: Sequence[Words], inside: set[int]) -> list[Words]:
    """The clauses, those joined again that were parted before a word of `inside`."""
    whole: list[Words] = []
    at = 0
    for clause in clauses:
        if whole and at in inside:
            whole[-1] = Words(whole[-1].written + clause.written, whole[-1].plain + clause.plain)
        else:
            whole.append(clause)
        at += len(clause.plain)
    return whole
