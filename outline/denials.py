"""What two texts deny, and whether they agree on it."""

from dataclasses import dataclass, field
from typing import NamedTuple

from outline.negation_words import TIMES
from outline.scope import ONLY
from outline.sentences import LIGHT_KEYS, key

# A reply that says not to worry, and an outline that leaves it out, differ in no medical statement.
_COURTESIES = frozenset(key(word) for word in "worry hesitate doubt panic fear mind forget".split())


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
    without: bool = False
    """Whether it is denied by "without", whose opposite is "with"."""
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
    opens: bool = True
    """Whether no content stands before it in its sentence, so that it may be about what stands above."""
    prefix: bool = False


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
    held: set[str] = field(default_factory=set)
    """The words behind a "with"."""
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
            self.held | other.held,
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
        """Return the stems that `other` states as a fact and this text never does, or has "with" for "without"."""
        turned = other.asserted - self.plain - LIGHT_KEYS
        held = other.held - self.held
        return {
            denial.stem
            for denial in self.denials
            if denial.head in turned or (denial.without and denial.head in held and denial.head not in other.without)
        }

    @property
    def without(self) -> set[str]:
        """The heads of "without"."""
        return {denial.head for denial in self.denials if denial.without}


def _joined(one: dict[str, set[Reach]], other: dict[str, set[Reach]]) -> dict[str, set[Reach]]:
    return {word: one.get(word, set()) | other.get(word, set()) for word in one.keys() | other.keys()}


def _agrees(denial: Denial, other: Negations) -> bool:
    """Whether `other` denies the same, or (for what only stands for a negation) does not say the opposite."""
    if not denial.head:
        return other.elliptic or any(_denied(word, denial, other) for word in denial.near)
    if _denied(denial.head, denial, other):
        # "stop" stands for a negation, but not of "do not stop the statin".
        second = denial.second
        if any(reach.prefix for reach in other.reached.get(denial.head, ())):
            return True
        return not second or second not in other.words or _denied(second, denial, other, but=denial.head)
    if denial.head == _MORE:
        # "no more than 5" is "5 at most"
        return _MORE not in other.words or not _LIMITS.isdisjoint(other.words)
    if denial.head in _EMPTY and any(_denied(word, denial, other) for word in denial.above):
        return True
    if denial.head in other.words:
        return False
    if not denial.strong or denial.head in _COURTESIES:
        return True
    if denial.base in other.words or other.elliptic:
        return True
    shared = [word for word in denial.others if word in other.words][:3]
    return any(word in other.wide or _denied(word, denial, other) for word in shared)


def _denied(word: str, denial: Denial, other: Negations, but: str = "") -> bool:
    """Whether a cue of `other` (and not `but`) denies `word`, if only together with what `denial` is about."""
    buts = (but, _ONLY) if denial.only else (but,)
    if any(reach.cue not in buts for reach in other.reached.get(word, ())):
        return True
    about = {denial.head, *denial.others}
    # "Surgery: not needed", "Driving: not until Monday"
    under = (reach for reach in other.under.get(word, ()) if reach.cue not in buts)
    if any(reach.pronoun or (reach.opens and reach.head in _EMPTY) or reach.words & about for reach in under):
        return True
    # "none of them is infected" against "Ear: not infected"
    wide = (reach for reach in other.wide.get(word, ()) if reach.cue not in buts)
    return any(reach.head in denial.above or not reach.words.isdisjoint(denial.near) for reach in wide)
