"""The words of a rules teacher: English grammar, and the headings and cues of one subject matter."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, InstanceOf

from settings import Settings, load_config


class Phrases:
    """A set of phrases, looked up at a position of a list of lower-case words; a last `*` stands for any ending."""

    def __init__(self, phrases: Sequence[str]) -> None:
        self._all = tuple(" ".join(phrase.lower().split()) for phrase in phrases)
        # Longest first: the first that matches is the longest.
        by_length = sorted((tuple(phrase.split()) for phrase in self._all), key=len, reverse=True)
        self._open = [phrase for phrase in by_length if any(word.endswith("*") for word in phrase)]
        self._open_heads = tuple(phrase[0].removesuffix("*") for phrase in self._open)
        self._exact: dict[str, list[tuple[str, ...]]] = {}
        for phrase in by_length:
            if phrase not in self._open:
                self._exact.setdefault(phrase[0], []).append(phrase)

    def at(self, words: tuple[str, ...], start: int) -> int:
        """Return how many words the longest phrase that begins at `start` covers; 0 when none does."""
        if not 0 <= start < len(words):
            return 0
        word, length = words[start], 0
        for phrase in self._exact.get(word, ()):
            if len(phrase) == 1 or words[start : start + len(phrase)] == phrase:
                length = len(phrase)
                break
        if word.startswith(self._open_heads):
            return max(length, next((len(p) for p in self._open if _begins(words[start : start + len(p)], p)), 0))
        return length

    def end(self, word: str) -> bool:
        """Return whether `word` ends in a phrase of this set and is longer than it."""
        return word.endswith(self._all) and word not in self._all

    def hits(self, words: tuple[str, ...]) -> int:
        """Return at how many positions of `words` a phrase begins."""
        exact, heads = self._exact, self._open_heads
        # Most lists meet no word of a clause: this is known at once.
        if not heads and exact.keys().isdisjoint(words):
            return 0
        heads_at = [i for i, word in enumerate(words) if word in exact or word.startswith(heads)]
        return sum(self.at(words, i) > 0 for i in heads_at)


def _begins(words: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    return len(words) == len(phrase) and all(
        word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted
        for word, wanted in zip(words, phrase, strict=True)
    )


def _compile(value: object) -> Phrases:
    if not isinstance(value, str):
        raise ValueError("must be phrases parted by commas")
    phrases = [phrase for phrase in value.split(",") if phrase.strip()]
    if not phrases:
        raise ValueError("must hold at least one phrase")
    return Phrases(phrases)


PhraseList = Annotated[InstanceOf[Phrases], BeforeValidator(_compile)]


class Grammar(Settings):
    """The English by which a clause's beginning is known; `english.yml` says what each list is for."""

    subjects: PhraseList
    persons: PhraseList
    thirds: PhraseList
    advising: PhraseList
    adverbs: PhraseList
    finite: PhraseList
    person_verbs: PhraseList
    determiners: PhraseList
    noun_verbs: PhraseList
    subject_breakers: PhraseList
    never_after: PhraseList
    takes_object: PhraseList
    imperatives: PhraseList
    doubtful_imperatives: PhraseList
    after_order: PhraseList
    opening_orders: PhraseList
    order_openers: PhraseList
    order_verbs: PhraseList
    plural_subjects: PhraseList
    questions: PhraseList
    never_question_after: PhraseList
    connectives: PhraseList
    leaning: PhraseList
    pointers: PhraseList
    afterwards: PhraseList
    never_connect_after: PhraseList
    conditions: PhraseList
    inversions: PhraseList
    repetitions: PhraseList
    frames: PhraseList
    never_condition_after: PhraseList
    cuts: PhraseList
    trimmed: PhraseList
    loosened: PhraseList
    alternatives: PhraseList
    coordinators: PhraseList
    followers: PhraseList
    polite: PhraseList
    before_condition: PhraseList
    negations: PhraseList
    numbers: PhraseList
    time_units: PhraseList
    prepositions: PhraseList
    modals: PhraseList
    enders: PhraseList
    subordinators: PhraseList
    modifiers: PhraseList
    modifier_endings: PhraseList
    greetings: PhraseList
    relative_heads: PhraseList
    abbreviations: PhraseList


NO_PHRASES = Phrases(())


class Cues(Settings):
    """What betrays a sort of clause: how it opens, a word that settles it, a word that hints at it."""

    starts: PhraseList = NO_PHRASES
    strong: PhraseList = NO_PHRASES
    hints: PhraseList = NO_PHRASES


class Kind(Cues):
    """One sort of point, and the label that stands above several of it."""

    label: str


class Section(Cues):
    """One first-level heading with its kinds; `label` names a mixture of them.

    `orders` draws clauses that tell the reader what to do, `questions` those that ask, `otherwise` all the rest.
    `urgent` takes orders that have a strong cue, and no condition in them or right before them; what opens with one of
    its `starts` states a need that is an order, too ("you need an ambulance"). With one go what points back to it and
    the orders right behind it.
    """

    heading: str
    label: str
    orders: bool = False
    questions: bool = False
    otherwise: bool = False
    urgent: bool = False
    kinds: tuple[Kind, ...] = ()


class Vocabulary(Settings):
    """A subject matter: its sections in the order in which they stand, and the words peculiar to it.

    `openers` open a clause ("tablet"); so does a name before an amount in `units`, with the words before it that
    have one of `name_endings`. `courtesies` may be dropped, as far as that keeps the reply covered.
    """

    grammar: str
    openers: PhraseList
    units: PhraseList
    name_endings: PhraseList
    courtesies: PhraseList
    courtesy_heading: str
    sections: tuple[Section, ...] = Field(min_length=1)


def load_vocabulary(path: str | Path) -> tuple[Vocabulary, Grammar]:
    """Return the vocabulary at `path` and the grammar that it names, a file beside it; a mistake is a `UserError`."""
    vocabulary = load_config(path, Vocabulary)
    return vocabulary, load_config(Path(path).parent / vocabulary.grammar, Grammar)
