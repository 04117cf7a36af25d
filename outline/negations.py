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
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from outline.mentions import Mention
from outline.negation_words import TIMES
from outline.scope import LIGHT_KEYS, ONLY, Cue, Word, find_assertions, find_cues, key, split_sentences
from outline.tree import Node, Outline
from outline.words import stem

# A reply that says not to worry, and an outline that leaves it out, differ in no medical statement.
_COURTESIES = frozenset(key(word) for word in "worry hesitate doubt panic fear mind".split())


# Heads that say nothing by themselves.
_ONLY = key(ONLY)
_MORE = key("more")
_LIMITS = frozenset(key(word) for word in "most maximum max limit under within below only".split())
_TIME_KEYS = frozenset(map(key, TIMES))
_EMPTY = LIGHT_KEYS | _TIME_KEYS | {""}


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
    above: frozenset[str] = frozenset()
    """The words of the points above and before the colon."""
    base: str = ""
    """The key of the word that the head denies by its prefix: "usual" for "unusual"."""
    others: tuple[str, ...] = ()
    """All words that the cue may be about, those behind the head first."""
    only: bool = False
    """Whether "only" stands beside it, which then can be no negation in other words."""
    strong: bool = True
    """Whether it counts as lost when the other text does not speak of it at all."""
    prefix: bool = False
    """Whether it is no word of its own: "uncommon"."""


class Reach(NamedTuple):
    """A cue and what it may deny, as keys: its head ("" for nothing named) and the words in its reach."""

    cue: str
    head: str
    words: frozenset[str]
    pronoun: bool = False
    """Whether it is about "it" or "them", which stand for something above."""


@dataclass
class Negations:
    """What a text denies; all words below are keys (see `scope.key`)."""

    denials: list[Denial] = field(default_factory=list)
    reached: dict[str, set[Reach]] = field(default_factory=dict)
    """The words that cues reach."""
    under: dict[str, set[Reach]] = field(default_factory=dict)
    """The words that cues stand under."""
    wide: dict[str, set[Reach]] = field(default_factory=dict)
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
        return Negations(
            self.denials + other.denials,
            _joined(self.reached, other.reached),
            _joined(self.under, other.under),
            _joined(self.wide, other.wide),
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
            _add_cue(found, sentence, cue, above, below)
    return found


def _add_words(found: Negations, sentence: Sequence[Word], cues: Sequence[Cue]) -> None:
    reached = {place for cue in cues for place in cue.reached}
    found.words.update([word.key for word in sentence])
    found.plain.update([word.key for place, word in enumerate(sentence) if place not in reached])
    found.asserted.update([sentence[place].key for place in find_assertions(sentence) - reached])
    for place, word in enumerate(sentence):
        # "not uncommon" denies nothing.
        if word.base and place not in reached:
            base = key(word.base)
            found.reached.setdefault(base, set()).add(Reach(word.key, base, frozenset({base})))
            denial = Denial(word.start, word.end, stem(word.base), base, strong=False, prefix=True)
            found.denials.append(denial)


def _add_cue(
    found: Negations, sentence: Sequence[Word], cue: Cue, above: frozenset[str], below: Sequence[Node]
) -> None:
    head = "" if cue.head is None else sentence[cue.head].key
    words = frozenset([sentence[place].key for place in cue.reached])
    reach = Reach(sentence[cue.at].key, head, words, cue.pronoun)
    for places, by_word in ((cue.reached, found.reached), (cue.wide, found.wide)):
        for place in places:
            by_word.setdefault(sentence[place].key, set()).add(reach)
    if cue.strong or cue.owed or reach.cue == _ONLY:
        found.elliptic = found.elliptic or (cue.strong and not head)
        for other in above if head or not below else _keys(below) if cue.forward else above | _keys(below):
            found.under.setdefault(other, set()).add(reach)
        if (head or (cue.elliptic and cue.reached and not below)) and reach.cue != _ONLY:
            found.denials.extend(_denials(sentence, cue, above))


def _joined(one: dict[str, set[Reach]], other: dict[str, set[Reach]]) -> dict[str, set[Reach]]:
    return {word: one.get(word, set()) | other.get(word, set()) for word in one.keys() | other.keys()}


def negation_mentions(text: str) -> list[Mention]:
    """Return where `text` denies a word, in text order: the span from the cue to that word, and the word's stem."""
    denials = sorted(find_negations(text).denials, key=lambda denial: (denial.start, denial.end))
    return [Mention(denial.start, denial.end, frozenset({denial.stem})) for denial in denials]


def _denials(sentence: Sequence[Word], cue: Cue, above: frozenset[str]) -> Iterator[Denial]:
    """What a cue denies: its head, and what is joined to it by "or" ("no fever or vomiting")."""
    first = _denial(sentence, cue, above)
    yield first
    for place in cue.reached:
        if (
            cue.head is not None
            and cue.strong
            and place > cue.head
            and sentence[place].text != "more"
            and _follows_or(sentence, place, cue.forward)
        ):
            word = sentence[place]
            others = (first.head, *first.others)
            yield replace(first, end=word.end, stem=stem(word.text), head=word.key, others=others, strong=False)


def _follows_or(sentence: Sequence[Word], place: int, forward: bool) -> bool:
    before = [word.text for word in sentence[max(0, place - 2) : place]]
    if before[-1:] in (["or"], ["nor"]):
        return True
    # "cannot hold urine or the foot drops" begins a clause.
    ends = forward or place + 1 == len(sentence) or not sentence[place + 1].content
    return ends and before[:1] in (["or"], ["nor"]) and before[1] in ("a", "an", "any", "the")


def _denial(sentence: Sequence[Word], cue: Cue, above: frozenset[str]) -> Denial:
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
        above,
        key(sentence[at].base) if sentence[at].base else "",
        tuple(sentence[place].key for place in (*behind, *ahead)),
        any(word.text == ONLY for word in sentence),
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
        return other.elliptic or any(_denied(word, denial, other) for word in denial.near)
    if _denied(denial.head, denial, other):
        # "stop" stands for a negation, but not of "do not stop the statin".
        second = denial.second
        return not second or second not in other.words or _denied(second, denial, other, but=denial.head)
    if denial.head == _MORE:
        # "no more than 5" is "5 at most"
        return _MORE not in other.words or not _LIMITS.isdisjoint(other.words)
    if denial.head in _TIME_KEYS and any(_denied(word, denial, other) for word in denial.above):
        return True
    if denial.head in other.words:
        return False
    if not denial.strong or denial.head in _COURTESIES:
        return True
    if denial.base in other.words or other.elliptic:
        return True
    return any(word in other.wide or _denied(word, denial, other) for word in denial.others)


def _denied(word: str, denial: Denial, other: Negations, but: str = "") -> bool:
    """Whether a cue of `other` (and not `but`) denies `word`, if only together with what `denial` is about."""
    buts = (but, _ONLY) if denial.only else (but,)
    if any(reach.cue not in buts for reach in other.reached.get(word, ())):
        return True
    about = {denial.head, *denial.others}
    # "Surgery: not needed", "Driving: not until Monday"
    under = (reach for reach in other.under.get(word, ()) if reach.cue not in buts)
    if any(reach.pronoun or reach.head in _EMPTY or reach.words & about for reach in under):
        return True
    # "none of them is infected" against "Ear: not infected"
    wide = (reach for reach in other.wide.get(word, ()) if reach.cue not in buts)
    return any(reach.head in denial.above or reach.words & about for reach in wide)
