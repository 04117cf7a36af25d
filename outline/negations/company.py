"""What goes with what: "the scan with contrast", "never swim without a friend".

Two words hide here from a comparison of denied words: a denial of both ("never without" is "always with"), and two
statements that trade places ("with fever see a doctor, without fever wait"). Not covered: things told by another word.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from outline.negations.claims import Passage
from outline.negations.tokens import Token
from outline.words import stem

_JOINS = ("and", "or", "but", ",", "than")
_NEAR = 4
"""Words behind "with" among which its thing is looked for."""
_PRONOUNS = ("it", "one", "them", "this")
_EITHER = "or-not"


class Company(NamedTuple):
    """That something goes with a thing, or without it."""

    thing: Token
    without: bool
    denied: bool
    """Whether a word before it in its clause denies all of it."""
    either: bool
    """Whether both will do: "with or without a dressing"."""
    beside: frozenset[str]
    """Keys of the words that say what goes so."""

    @property
    def bare(self) -> bool:
        """Whether in effect it goes without the thing."""
        return self.without != self.denied


def turned_company(given: Sequence[Passage], told: Sequence[Passage]) -> tuple[set[str], set[str]]:
    """Return the stems of the things that only the outline (`told`) goes without, and of those that the source does."""
    source = _by_thing(given)
    outline = _by_thing(told) if source else {}
    turned = [key for key in source.keys() & outline.keys() if _has_turned(source[key], outline[key])]
    lost = {key for key in turned if any(one.without or one.denied or one.either for one in source[key])}
    words = {key: stem(source[key][0].thing.text) for key in turned}
    return {words[key] for key in turned if key not in lost}, {words[key] for key in lost}


def _by_thing(passages: Sequence[Passage]) -> dict[str, list[Company]]:
    found: dict[str, list[Company]] = {}
    for one in _read(passages):
        found.setdefault(one.thing.word.key, []).append(one)
    return found


def _has_turned(given: Sequence[Company], told: Sequence[Company]) -> bool:
    if any(one.either for one in told):
        return False
    if any(one.either for one in given):
        return len(given) == 1 and len({one.without for one in told}) == 1
    ours, theirs = {(one.without, one.denied) for one in given}, {(one.without, one.denied) for one in told}
    if len(ours) == len(theirs) == 1:
        # One that is denied and one that is not may say the same in other words; the claims tell.
        (without, denied), (other, also) = *ours, *theirs
        return without != other and denied == also
    if ours == {(True, False)} and (False, False) in theirs:
        # Nothing goes with it.
        return True
    if len({one.bare for one in given}) < 2:
        return False
    if len({one.bare for one in told}) < 2:
        # Both go without it, of which the source has one with it.
        found, bare = _sides(given)
        kept, dropped = (bare, found) if told[0].bare else (found, bare)
        beside = frozenset[str]().union(*(one.beside for one in told))
        return len(told) > 1 and bool(beside & dropped and beside & kept)
    return _is_crossed(*_sides(given), *_sides(told))


def _sides(companies: Sequence[Company]) -> tuple[set[str], set[str]]:
    """What goes with the thing, and what without it, as far as they differ."""
    sides: tuple[set[str], set[str]] = set(), set()
    for one in companies:
        sides[one.bare].update(one.beside)
    return sides[0] - sides[1], sides[1] - sides[0]


def _is_crossed(one: set[str], bare: set[str], other: set[str], other_bare: set[str]) -> bool:
    return bool(one & other_bare or bare & other) and not (one & other or bare & other_bare)


def _read(passages: Sequence[Passage]) -> Iterator[Company]:
    last = heading = None
    for number, passage in enumerate(passages):
        words = passage.words
        heading = _heading(passage) or heading
        places = [at for at, token in enumerate(words) if token.text in ("with", "without", _EITHER)]
        for at in places:
            thing = _thing(words, at) or _meant(words, at, heading, last)
            if thing is not None:
                key = {thing.word.key}
                beside = (_own(passage, at) | _below(passages, number)) - key or passage.context - key
                yield Company(
                    thing,
                    words[at].text == "without",
                    any(token.word.cue in ("verbal", "nominal") for token in words[:at] if token.text != "without"),
                    words[at].text == _EITHER,
                    frozenset(beside),
                )
                last = thing


def _meant(words: Sequence[Token], at: int, heading: Token | None, last: Token | None) -> Token | None:
    """The thing named before that "with it", "without, wait" or "those with" mean; None where "with" has one unread."""
    if at + 1 == len(words) or words[at + 1].text in _JOINS:
        return last
    return heading or last if words[at + 1].text in _PRONOUNS else None


def _heading(passage: Passage) -> Token | None:
    """The noun of a heading, which "with it" below may mean; None for what is none, or begins with "with" itself."""
    if any(state is not None for _, state in passage.tokens) or "circumstances" in passage.opening.roles:
        return None
    return next((token for token, _ in passage.tokens if token.word.content), None)


def _thing(words: Sequence[Token], at: int) -> Token | None:
    """The noun behind "with"; None for "with it" and "those with"."""
    found = None
    for token in words[at + 1 : at + 1 + _NEAR]:
        if token.word.content and not token.word.cue:
            found = token
        elif found or not ("articles" in token.roles or "empty" in token.roles) or token.text in ("it", "one"):
            break
        if found and "light" not in found.roles:
            break
    return found


def _own(passage: Passage, at: int) -> set[str]:
    """The words of the part of a clause that "with" stands in."""
    words = passage.words
    joins = [place for place, token in enumerate(words) if token.text in _JOINS]
    first = max((place for place in joins if place < at), default=-1) + 1
    last = min((place for place in joins if place > at), default=len(words))
    return {token.word.key for token in words[first:last] if token.word.content}


def _below(passages: Sequence[Passage], number: int) -> set[str]:
    """The words of the point below a heading, or behind its colon; none where the next passage is of something else."""
    keys, following = passages[number].keys, passages[number + 1 : number + 2]
    return following[0].keys if following and any(keys is above for above in following[0].beside) else set()
