"""What opens a clause at a word, judged by word lists: an order, a subject with its verb, a question, a connective."""

from prep.rules.vocabulary import Grammar, Vocabulary
from prep.rules.words import is_number

_REACH = 8
"""Words over which a subject is followed to its verb, forwards or back."""


class Openings:
    """Answers for lower-case words without punctuation and an index `i` from 1 what could begin there.

    Each answer asks first what most words fail: the rest of its questions is then seldom asked.
    """

    def __init__(self, grammar: Grammar, vocabulary: Vocabulary) -> None:
        self.grammar = grammar
        self.vocabulary = vocabulary

    def any(self, plain: tuple[str, ...], i: int) -> bool:
        """Whether a clause begins; never right behind a negation."""
        if self.grammar.negations.at(plain, i - 1):
            return False
        return self.connective(plain, i) or self.main(plain, i) or self.item(plain, i) or self.follower(plain, i)

    def consequence(self, plain: tuple[str, ...], i: int) -> bool:
        """Whether what follows from a condition begins."""
        return plain[i] == "then" or self.main(plain, i) or self.connective(plain, i) or self.item(plain, i)

    def condition(self, plain: tuple[str, ...], i: int) -> int:
        """Words of the condition's opening at `i`; 0 for "once a day" and "at once"."""
        grammar = self.grammar
        length = grammar.conditions.at(plain, i) or (grammar.inversions.at(plain, 0) if i == 0 else 0)
        return 0 if length and any(grammar.repetitions.at(plain, at) for at in (i - 1, i)) else length

    def connective(self, plain: tuple[str, ...], i: int) -> bool:
        """ "However", "in addition"; "please" only where no noun follows: there it closes what stands before."""
        grammar = self.grammar
        if not grammar.connectives.at(plain, i) or grammar.never_connect_after.at(plain, i - 1):
            return False
        return not (grammar.polite.at(plain, i) and grammar.determiners.at(plain, i + 1))

    def follower(self, plain: tuple[str, ...], i: int) -> bool:
        """A "so", "but" or "then" with a clause of its own behind it."""
        grammar = self.grammar
        if not grammar.followers.at(plain, i) or grammar.never_connect_after.at(plain, i - 1):
            return False
        tail = ("", *plain[i + 1 :])
        return self.order(tail, 1) or self.person(tail, 1) or self.noun(tail, 1)

    def main(self, plain: tuple[str, ...], i: int) -> bool:
        """A question, an order, or a subject with its verb."""
        grammar = self.grammar
        if self.question(plain, i):
            return True
        if not (self.order(plain, i) or self.person(plain, i) or self.noun(plain, i)):
            return False
        adverb = grammar.adverbs.at(plain, i - 1) or plain[i - 1].endswith("ly")
        return not (grammar.never_after.at(plain, i - 1) or (adverb and grammar.never_after.at(plain, i - 2)))

    def question(self, plain: tuple[str, ...], i: int) -> bool:
        """Whether a question begins at word `i`."""
        grammar = self.grammar
        return bool(grammar.questions.at(plain, i)) and not grammar.never_question_after.at(plain, i - 1)

    def order(self, plain: tuple[str, ...], i: int) -> bool:
        """An imperative; of words that are nouns as often, only before a word that an order takes."""
        grammar = self.grammar
        if opener := grammar.order_openers.at(plain, i):
            verb = self._past_adverbs(plain, i + opener)
            orders = grammar.imperatives.at(plain, verb) or grammar.order_verbs.at(plain, verb)
        elif grammar.doubtful_imperatives.at(plain, i):
            followed = grammar.after_order.at(plain, i + 1) or (i + 1 < len(plain) and plain[i + 1][:1].isdigit())
            taken = grammar.takes_object.at(plain, i - 1) or is_number(plain[i - 1], grammar)
            orders = followed and not taken and not self.modifies(plain[i - 1])
        else:
            orders = grammar.imperatives.at(plain, i)
        if not orders or plain[i + 1 : i + 2] == ("of",):
            return False
        return not (grammar.plural_subjects.at(plain, i - 1) or self.verb_is_due(plain, i))

    def person(self, plain: tuple[str, ...], i: int) -> bool:
        """A pronoun and its verb ("you should"), but not a clause hung on a noun ("the drops you are using")."""
        grammar = self.grammar
        if not grammar.subjects.at(plain, i):
            return False
        if "'" in plain[i]:
            return True
        verb = self._past_adverbs(plain, i + 1)
        speaks = grammar.persons.at(plain, i)
        known = grammar.finite.at(plain, verb) or (speaks and grammar.person_verbs.at(plain, verb))
        if not known and not (grammar.thirds.at(plain, i) and _third_person(plain, verb)):
            return False
        hung = speaks and any(grammar.relative_heads.at(plain, j) for j in range(max(0, i - 4), i))
        return not hung or bool(grammar.advising.at(plain, verb))

    def noun(self, plain: tuple[str, ...], i: int) -> bool:
        """A determiner, its noun and a verb ("the swelling will"), unless a verb before takes the noun."""
        grammar = self.grammar
        if not grammar.determiners.at(plain, i):
            return False
        if any(words.at(plain, i - 1) for words in (grammar.takes_object, grammar.imperatives, grammar.prepositions)):
            return False
        if is_number(plain[i - 1], grammar) or plain[i - 1].endswith("ing"):
            return False
        if grammar.time_units.at(plain, i + 1) or grammar.modals.at(plain, i - 2):
            return False
        for j in range(i + 1, min(i + _REACH, len(plain))):
            if grammar.noun_verbs.at(plain, j):
                joined = grammar.coordinators.at(plain, j - 1) or grammar.subjects.at(plain, j + 1)
                return not joined and not self.order(plain, j)
            second = grammar.determiners.at(plain, j) and not grammar.prepositions.at(plain, j - 1)
            if second or grammar.subject_breakers.at(plain, j):
                return False
        return False

    def item(self, plain: tuple[str, ...], i: int) -> bool:
        """An opener of the subject matter ("tablet"), or a name and its amount ("tamsulosin 0.4 mg")."""
        grammar, vocabulary = self.grammar, self.vocabulary
        opens = vocabulary.openers.at(plain, i)
        if not opens and not self._named_amount(plain, i):
            return False
        taken = (grammar.never_after, grammar.takes_object, grammar.imperatives, grammar.modifiers, vocabulary.openers)
        before = plain[i - 1]
        if any(words.at(plain, i - 1) for words in taken) or is_number(before, grammar) or before.endswith("ing"):
            return False
        if grammar.polite.at(plain, i - 2) or any(vocabulary.openers.at(plain, j) for j in range(max(0, i - 3), i)):
            return False
        loose = before.endswith("ed") or self.name(plain, i - 1)
        carried = loose or grammar.never_after.at(plain, i + 1) or grammar.prepositions.at(plain, i + 1)
        return not (opens and carried)

    def name(self, plain: tuple[str, ...], i: int) -> bool:
        """Whether a word looks like a name by its ending."""
        grammar = self.grammar
        if len(plain[i]) < 5 or not self.vocabulary.name_endings.end(plain[i]):
            return False
        common = (grammar.never_after, grammar.prepositions, grammar.time_units, self.vocabulary.openers)
        return not any(words.at(plain, i) for words in common)

    def modifies(self, word: str) -> bool:
        """Whether a word belongs to the noun after it."""
        return bool(self.grammar.modifiers.at((word,), 0)) or self.grammar.modifier_endings.end(word)

    def verb_is_due(self, plain: tuple[str, ...], i: int) -> bool:
        """Whether a subordinate clause before `i` still waits for its verb ("because hormones block")."""
        grammar = self.grammar
        for j in range(i - 1, max(-1, i - _REACH), -1):
            if grammar.noun_verbs.at(plain, j) or grammar.subjects.at(plain, j):
                return False
            if grammar.subordinators.at(plain, j):
                return True
        return False

    def _named_amount(self, plain: tuple[str, ...], i: int) -> bool:
        amount = i
        while amount < len(plain) and self.name(plain, amount):
            amount += 1
        if amount == i or amount == len(plain) or self.name(plain, i - 1):
            return False
        return plain[amount][:1].isdigit() and bool(self.vocabulary.units.at(plain, amount + 1))

    def _past_adverbs(self, plain: tuple[str, ...], i: int) -> int:
        while self.grammar.adverbs.at(plain, i):
            i += 1
        return i


def _third_person(plain: tuple[str, ...], i: int) -> bool:
    return (
        i < len(plain) and len(plain[i]) > 3 and plain[i].endswith("s") and not plain[i].endswith(("ss", "ous", "us"))
    )
