"""Negations of a text, each with the word that it denies: "do not take aspirin" denies "aspirin".

A heuristic without a parser. A cue ("not", "without") denies its head, the first content word behind it that is no
light verb, and reaches over the words around it until a new clause begins (see `outline.scope`). Two texts agree on a
negation when some cue reaches the head in both; where the other text has other words for it ("not necessary to remove
it", "no need to remove it"), a shared word within reach is enough. "avoid" can stand for a negation; one of its own
kind that is missing counts only where the other text says the opposite. Not covered: which of two equal words a
negation belongs to; opposites without a cue ("safe" against "dangerous", "negative" against "not positive"); a
negation in wholly other words; a condition that is parted from its advice; "stop" that is gone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from outline.mentions import Mention
from outline.scope import LIGHT_KEYS, Cue, Word, base_of, find_assertions, find_cues, key, split_sentences
from outline.tree import Node, Outline
from outline.words import stem

# A reply that says not to worry, and an outline that leaves it out, differ in no medical statement.
_COURTESIES = frozenset(key(word) for word in "worry hesitate doubt panic fear mind".split())


@dataclass(frozen=True)
class Denial:
    """What one cue denies, and where: the head's stem, and the keys (`scope.key`) of the head and the words around."""

    start: int
    end: int
    stem: str
    head: str
    second: str | None = None
    near: tuple[str, ...] = ()
    """The content words that the cue reaches, the head and light verbs not counted."""
    others: tuple[str, ...] = ()
    """All words that the cue may be about, those behind the head first."""
    strong: bool = True
    """Whether it counts as lost when the other text does not speak of it at all."""
    prefix: bool = False
    """Whether it is no word of its own: "uncommon"."""


class Reach(NamedTuple):
    """A cue that reaches a word: the cue, what it denies ("" for nothing named), and whether the word stands above."""

    cue: str
    head: str
    above: bool


@dataclass
class Negations:
    """What a text denies; all words below are keys (see `scope.key`)."""

    denials: list[Denial] = field(default_factory=list)
    reached: dict[str, set[Reach]] = field(default_factory=dict)
    """The words that cues reach."""
    wide: set[str] = field(default_factory=set)
    """The words that cues may be about."""
    words: set[str] = field(default_factory=set)
    plain: set[str] = field(default_factory=set)
    """The words that stand anywhere out of a cue's reach."""
    asserted: set[str] = field(default_factory=set)
    """Those of them that an auxiliary states: "it is benign"."""
    elliptic: bool = False
    """Whether some cue names nothing that it denies: "not if you are pregnant"."""

    @property
    def denied(self) -> set[str]:
        """The stems that are denied."""
        return {denial.stem for denial in self.denials}

    def __or__(self, other: "Negations") -> "Negations":
        """Return what two texts say together."""
        words = self.reached.keys() | other.reached.keys()
        return Negations(
            self.denials + other.denials,
            {word: self.reached.get(word, set()) | other.reached.get(word, set()) for word in words},
            self.wide | other.wide,
            self.words | other.words,
            self.plain | other.plain,
            self.asserted | other.asserted,
            self.elliptic or other.elliptic,
        )

    def missing_from(self, other: "Negations", strict: bool = False) -> set[str]:
        """Return the stems that this text denies and `other` does not.

        With `strict` a denial by prefix ("unlikely") counts only where `other` states the opposite as a fact.
        """
        return {
            denial.stem
            for denial in self.denials
            if not _agrees(denial, other) and (not denial.prefix or not strict or denial.head in other.asserted)
        }

    def turned_by(self, other: "Negations") -> set[str]:
        """Return the stems that this text never states plainly, and `other` states as a fact."""
        turned = other.asserted - self.plain - LIGHT_KEYS
        return {denial.stem for denial in self.denials if denial.head in turned}


def find_negations(text: str | Outline) -> Negations:
    """Return the negations of a text, or of an outline, where a point may deny what stands in the points above it."""
    found = Negations()
    for sentence, above, below in _sentences(text):
        cues = find_cues(sentence)
        _add_words(found, sentence, cues)
        for cue in cues:
            head = "" if cue.head is None else sentence[cue.head].key
            reach = Reach(sentence[cue.at].key, head, above=False)
            for place in cue.reached:
                found.reached.setdefault(sentence[place].key, set()).add(reach)
            if cue.strong or cue.avoids:
                found.elliptic = found.elliptic or not head
                for other in above if head else above | _keys(below):
                    found.reached.setdefault(other, set()).add(reach._replace(above=True))
                if head or (cue.elliptic and cue.reached and not below):
                    found.denials.extend(_denials(sentence, cue))
    return found


def _add_words(found: Negations, sentence: Sequence[Word], cues: Sequence[Cue]) -> None:
    reached = {place for cue in cues for place in cue.reached}
    found.words.update(word.key for word in sentence)
    found.plain.update(word.key for place, word in enumerate(sentence) if place not in reached)
    found.asserted.update(sentence[place].key for place in find_assertions(sentence) - reached)
    found.wide.update(sentence[place].key for cue in cues for place in cue.wide)
    for place, word in enumerate(sentence):
        # "not uncommon" denies nothing.
        if word.base and place not in reached:
            base = key(word.base)
            found.reached.setdefault(base, set()).add(Reach(word.key, base, above=False))
            found.denials.append(Denial(word.start, word.end, stem(word.base), base, strong=False, prefix=True))


def negation_mentions(text: str) -> list[Mention]:
    """Return where `text` denies a word, in text order: the span from the cue to that word, and the word's stem."""
    denials = sorted(find_negations(text).denials, key=lambda denial: (denial.start, denial.end))
    return [Mention(denial.start, denial.end, frozenset({denial.stem})) for denial in denials]


def _denials(sentence: Sequence[Word], cue: Cue) -> Iterator[Denial]:
    """What a cue denies: its head, and what is joined to it by "or" ("no fever or vomiting")."""
    yield _denial(sentence, cue)
    for place in cue.reached:
        if (
            cue.head is not None
            and place > cue.head
            and sentence[place].text != "more"
            and _follows_or(sentence, place)
        ):
            word = sentence[place]
            yield Denial(sentence[cue.at].start, word.end, stem(word.text), word.key, strong=False)


def _follows_or(sentence: Sequence[Word], place: int) -> bool:
    before = [word.text for word in sentence[max(0, place - 2) : place]]
    return before[-1:] in (["or"], ["nor"]) or (
        before[:1] in (["or"], ["nor"]) and before[1] in ("a", "an", "any", "the")
    )


def _denial(sentence: Sequence[Word], cue: Cue) -> Denial:
    at = cue.at if cue.head is None else cue.head
    behind = [place for place in (*cue.reached, *cue.wide) if place > at]
    ahead = [place for place in cue.reached if place < at]
    near = [sentence[place].key for place in cue.reached if place != at]
    return Denial(
        sentence[cue.at].start,
        sentence[at].end,
        stem(sentence[at].text),
        "" if cue.head is None else sentence[at].key,
        None if cue.second is None else sentence[cue.second].key,
        tuple(word for word in near if word not in LIGHT_KEYS),
        tuple(sentence[place].key for place in (*behind, *ahead)),
        cue.strong,
    )


def _sentences(text: str | Outline) -> Iterator[tuple[list[Word], frozenset[str], Sequence[Node]]]:
    """Each sentence with the keys of what stands above it (or before a colon on its line), and the points below."""
    if isinstance(text, str):
        for sentence in split_sentences(text):
            yield sentence, frozenset(), ()
        return
    waiting: list[tuple[Node, frozenset[str]]] = [(root, frozenset()) for root in reversed(text.roots)]
    while waiting:
        node, above = waiting.pop()
        for sentence in split_sentences(_unmarked(node.text)):
            yield sentence, above, node.children
            above |= {word.key for word in sentence if word.content}
        waiting.extend((child, above) for child in reversed(node.children))
    for _, prose in text.prose:
        for sentence in split_sentences(_unmarked(prose)):
            yield sentence, frozenset(), ()


def _keys(nodes: Sequence[Node]) -> set[str]:
    sentences = (sentence for node in nodes for sentence in split_sentences(_unmarked(node.text)))
    return {word.key for sentence in sentences for word in sentence if word.content}


def _unmarked(text: str) -> str:
    return text.replace("*", "").replace("`", "")


def _agrees(denial: Denial, other: Negations) -> bool:
    """Whether `other` denies the same, or (for what only stands for a negation) does not say the opposite."""
    if not denial.head:
        return other.elliptic or any(_reaches(word, denial, other) for word in denial.near)
    if _reaches(denial.head, denial, other):
        # "stop" stands for a negation, but not of "do not stop the statin".
        second = denial.second
        return not second or second not in other.words or _reaches(second, denial, other, but=denial.head)
    if denial.head in other.words:
        return denial.head in other.wide and any(_reaches(word, denial, other) for word in denial.near)
    if not denial.strong or denial.head in _COURTESIES:
        return True
    base = base_of(denial.stem)
    if base and key(base) in other.words:
        return True
    if other.elliptic:
        return True
    shared = next((word for word in denial.others if word in other.words), None)
    return shared is not None and (shared in other.wide or _reaches(shared, denial, other))


def _reaches(word: str, denial: Denial, other: Negations, but: str = "") -> bool:
    """Whether a cue of `other` (and not `but`) reaches `word`; one below it only where it denies nothing else."""
    return any(
        reach.cue != but and (not reach.above or reach.head in (denial.head, *denial.others, *LIGHT_KEYS, ""))
        for reach in other.reached.get(word, ())
    )
