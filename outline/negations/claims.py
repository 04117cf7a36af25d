"""What a text says piece by piece: passages with the state of their words, and the claims that deny something."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field

from outline.negations.clauses import Clause
from outline.negations.events import Event, Polarity
from outline.negations.lexicon import BITS, DENIED, STATED, UNSURE
from outline.negations.tokens import Token

_CONDITION = 2
"""Content words behind "not if" that are the condition."""
_ORDER = 3
"""Words from the beginning among which the verb of an order stands: "and always finish it"."""

Said = tuple[Token, int]
"""A word, and whether it is DENIED or STATED (which two negations together do)."""


@dataclass(eq=False)
class Claim:
    """One thing that is denied, in the passage that says so."""

    said: list[Said]
    """The words that are surely denied."""
    around: set[str]
    """Keys of these and of the words that it may be about."""
    cue: Token
    hard: bool
    """Whether it denies by itself: "not" does, "stop" only stands for it."""
    limit: bool = False
    """Whether it only narrows what is said ("only"), so that it may stand for a negation in other words."""
    cue_state: int = STATED
    """Whether a cue that is a word of its own ("stop") is denied itself."""
    kept: set[str] = field(default_factory=set)
    """Keys of the words that "only" leaves."""
    condition: set[str] = field(default_factory=set)
    """Keys of what it depends on: "not if you have asthma"."""
    flipped: bool = False
    """Whether it is denied by the point above."""
    borrowed: bool = False
    """Whether it names nothing itself, so that its words are those of the point above."""

    def __post_init__(self) -> None:
        self.tell()

    def tell(self) -> None:
        """Work out what follows from the words; to be called again when they change."""
        self.keys = {token.word.key for token, _ in self.said}
        self.is_word = not self.hard and not self.flipped and any(token is self.cue for token, _ in self.said)
        """Whether it is only a word that denies by its form."""
        own = not (self.hard or self.limit or self.is_word) and self.cue.word.content and self.cue_state
        self.told = [*self.said, (self.cue, self.cue_state)] if own else self.said
        """What it says of its words, and of its cue where that is a word of its own ("stop")."""


@dataclass(eq=False, slots=True)
class Passage:
    """A clause with what stands around it."""

    opening: Token
    """Its first word."""
    starts: bool
    """Whether a sentence begins with it."""
    tokens: list[tuple[Token, int | None]]
    """The content words and the numbers, each with its state; None for those of a heading, which state nothing."""
    keys: set[str]
    states: dict[str, int]
    """What is said of each sense, by its key, as `BITS`."""
    claims: list[Claim]
    beside: Sequence[Set[str]] = ()
    """The keys of the passages around it: of its neighbours, and of those above it in an outline."""
    above: Set[str] = frozenset()
    """Keys of the points above it, or of the word that runs into it without a mark."""
    words: Sequence[Token] = ()
    """All of its words and commas."""
    condition: int = 0
    """Of something that is DENIED ("not if you bleed") or STATED; 0 where it is none."""

    def say(self, token: Token, state: int) -> None:
        states = self.states
        if state == STATED:
            for key, bit in token.word.stated:
                states[key] = states.get(key, 0) | bit
        else:
            for key, opposite in token.word.senses:
                states[key] = states.get(key, 0) | BITS[-state if opposite else state]

    def says(self, token: Token, state: int, own: bool = False) -> bool:
        """Whether it says a state of a word or of one of its group; `own`: of that word."""
        senses = token.word.senses[:1] if own else token.word.senses
        return any(self.states.get(key, 0) & BITS[-state if opposite else state] for key, opposite in senses)

    def affirms(self) -> bool:
        """Whether it says by a verb that its subject is so, or orders: "rest is fine", "finish it", not "in spring"."""
        if any("imperatives" in token.roles for token in self.words[:_ORDER]):
            return True
        return "pronouns" not in self.opening.roles and any("auxiliaries" in token.roles for token in self.words)

    def turn(self) -> None:
        """State what it denies: the ghee of "no dairy except ghee"."""
        self.tokens = [(token, state and abs(state)) for token, state in self.tokens]
        self.states = {}
        for token, state in self.tokens:
            if state is not None:
                self.say(token, state)
        for claim in self.claims:
            claim.said = [(token, abs(state)) for token, state in claim.said]
            claim.tell()

    @property
    def context(self) -> set[str]:
        """Keys of the words around it."""
        return set().union(*self.beside)


def passage_of(clause: Clause, reading: Polarity, names: bool = False) -> Passage:
    """Return the passage of a clause with its claims. `names`: as a heading it only names what it does not deny."""
    words = clause.words
    claims = [claim_of(words, reading, event) for event in reading.events]
    passage = Passage(words[0], clause.opens in (".", "!", "?", ";", "\n"), [], set(), {}, claims)
    passage.words = words
    tokens, keys, say = passage.tokens, passage.keys, passage.say
    for token, state in zip(words, reading.states, strict=True):
        word = token.word
        if word.content:
            keys.add(word.key)
            if state is None or (names and state == STATED and not word.opposite):
                tokens.append((token, None))
            else:
                tokens.append((token, state))
                say(token, state)
        elif word.number:
            keys.add(word.key)
            tokens.append((token, None))
    return passage


def claim_of(words: Sequence[Token], reading: Polarity, event: Event) -> Claim:
    """Return the claim of an event; of its words those count that say what is denied, not when or by whom."""
    content = [place for place in event.focus if words[place].word.content]
    solid = [place for place in content if "vague" not in words[place].roles] or content
    solid = [place for place in solid if "raising" not in words[place].roles] or solid
    following = words[event.at + 1].text if event.at + 1 < len(words) else ""
    bound = [place for place in event.around if place > event.at][:_CONDITION] if following in ("if", "when") else []
    return Claim(
        condition={words[place].word.key for place in bound if not solid},
        said=[(words[place], reading.states[place] or UNSURE) for place in solid],
        around={words[place].word.key for place in (*content, *event.around) if words[place].word.content},
        cue=words[event.at],
        hard=event.hard,
        limit=event.limit,
        cue_state=reading.states[event.at] or UNSURE,
        kept={words[place].word.key for place in event.kept},
    )


def find_conditions(passages: Sequence[Passage]) -> None:
    """Find the passages that are conditions, and what of their neighbours depends on them."""
    for at, passage in enumerate(passages):
        if passage.condition or not (_is_circumstance(passage) or any(map(_excepts, passage.claims))):
            continue
        first = passage.starts or not at
        around = [passage, *passages[at + 1 : at + 2]] if first else [passages[at - 1], passage]
        main = [other for other in around if other is not passage or not _is_circumstance(passage)]
        denied = any(claim.hard and not _excepts(claim) for other in main for claim in other.claims)
        passage.condition = DENIED if denied else STATED
        if denied and passage.opening.text == "except" and all(map(_excepts, passage.claims)):
            passage.turn()
        for other in around:
            for claim in other.claims:
                claim.condition |= passage.keys


def _is_circumstance(passage: Passage) -> bool:
    return "circumstances" in passage.opening.roles


def _excepts(claim: Claim) -> bool:
    return claim.cue.word.cue == "conditional"
