"""Which words of a reply each point of an outline came from."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from outline.quantities import quantity_mentions
from outline.words import FUNCTION_WORDS, WORD, lower, stem

Span = tuple[int, int]
"""0-based character offsets, the end exclusive."""

# Values of a reply's words in the search for a point's stretch. Two words of other content may stand between two of
# the point's own; function words never decide, but an exact copy takes its own along.
_OWN, _OWN_FUNCTION, _FUNCTION, _OTHER = 100, 1, -5, -45
# Of two equal places the one wins that no earlier point has taken.
_TAKEN = 3
_MOST_SPANS = 4
_SHARE, _SHARE_WITH_RARE = 1 / 3, 1 / 4
# A "not" that stands alone at another place of the reply is another negation.
_NEVER_ALONE = frozenset(("no", "not", "nor", "never"))


@dataclass(frozen=True)
class Word:
    """A word at its place; `key` is what two words that say the same have in common."""

    start: int
    end: int
    key: str
    content: bool


@dataclass(frozen=True)
class Alignment:
    """`spans`: the stretches of the reply of each point, none where it was not found. `uncovered`: what is left."""

    spans: tuple[tuple[Span, ...], ...]
    uncovered: tuple[Span, ...]


def align(reply: str, points: Sequence[str]) -> Alignment:
    """Return the spans of `reply` that each of `points` (plain texts) came from, and those that none did.

    Words are compared by their stem, numbers by their value ("two" is "2"). A point that the reply has word for word
    came from there, from the first place that no earlier point took. For any other, the stretch of the reply with
    most of its content words is taken (a maximum-scoring segment as in Kadane's algorithm, in which a word counts as
    often as the point has it), then the same again for the words still missing, up to four stretches; a further one
    needs two of them, or one that the reply has only once. Such a point is found when its stretches hold a third of
    its distinct content words, or a quarter and among them one that the reply has only once. The same inputs give the
    same spans.

    A word of the reply is covered when it lies in a stretch of a point that has it, even if the point has too few for
    being found. Only content words are uncovered; neighbours are joined to one span. Not seen: synonyms, and what a
    word refers to; two points may share a stretch.
    """
    given = words_of(reply)
    counts = Counter(word.key for word in given)
    covered: set[int] = set()
    spans = []
    for point in points:
        words = words_of(point)
        own = {word.key for word in words if word.content} or {word.key for word in words}
        stretches = _copy(given, words, covered) or _search(given, counts, own, words, covered)
        inside = {at for first, last in stretches for at in range(first, last + 1) if given[at].key in own}
        covered |= inside
        found = {given[at].key for at in inside}
        rare = any(counts[key] == 1 for key in found - _NEVER_ALONE)
        enough = found and len(found) >= (_SHARE_WITH_RARE if rare else _SHARE) * len(own)
        spans.append(tuple((given[first].start, given[last].end) for first, last in stretches) if enough else ())
    return Alignment(tuple(spans), _uncovered(given, covered) if points else ())


def words_of(text: str) -> list[Word]:
    """Return the words of `text` in order."""
    found = []
    for match in WORD.finditer(text):
        word = lower(match.group())
        found.append(Word(match.start(), match.end(), _key(word), word not in FUNCTION_WORDS))
    return found


@lru_cache(maxsize=50_000)
def _key(word: str) -> str:
    """The value of a number ("two" and "2", "500mg" and the 500 of "500 mg"), else the stem."""
    values = sorted((form for mention in quantity_mentions(word) for form in mention.forms), key=len)
    return values[0] if values else stem(word)


def _copy(given: Sequence[Word], words: Sequence[Word], covered: set[int]) -> list[Span]:
    """Where the reply has the point word for word, as the places of its first and last word."""
    keys, sought = [word.key for word in given], [word.key for word in words]
    length = len(sought)
    places = [at for at in range(len(keys) - length + 1) if keys[at : at + length] == sought] if sought else []
    places.sort(key=lambda at: not covered.isdisjoint(range(at, at + length)))
    return [(at, at + length - 1) for at in places[:1]]


def _search(
    given: Sequence[Word], counts: Counter[str], own: set[str], words: Sequence[Word], covered: set[int]
) -> list[Span]:
    """The stretches of a point that is not there word for word, in the order of the reply."""
    point = Counter(word.key for word in words)
    missing, stretches = set(own), []
    while missing and len(stretches) < _MOST_SPANS:
        stretch = _best(given, missing, point, covered)
        if stretch is None:
            break
        found = {given[at].key for at in range(stretch[0], stretch[1] + 1)} & missing
        if stretches and len(found) == 1 and (counts[min(found)] > 1 or found <= _NEVER_ALONE):
            break
        missing -= found
        stretches.append(stretch)
    return sorted(stretches)


def _best(given: Sequence[Word], wanted: set[str], point: Counter[str], covered: set[int]) -> Span | None:
    """The stretch of highest value, the first of equals; None where no wanted word stands."""
    best, best_value = None, 0
    first, value, used = 0, 0, dict[str, int]()
    for at, word in enumerate(given):
        key = word.key
        if value <= 0:
            if key not in wanted:
                continue
            first, value, used = at, 0, {}
        used[key] = used.get(key, 0) + 1
        again = used[key] > point[key]
        if key in wanted:
            value += 0 if again else _OWN - _TAKEN * (at in covered)
        elif word.content:
            value += _OTHER
        else:
            value += _FUNCTION if again else _OWN_FUNCTION
        if value > best_value:
            best, best_value = (first, at), value
    return best and _trimmed(given, point, *best)


def _trimmed(given: Sequence[Word], point: Counter[str], first: int, last: int) -> Span:
    """Without what leads up to another copy of its first words: the copy that stands with the rest is meant."""
    used = Counter(given[at].key for at in range(first, last + 1))
    while first < last and used[given[first].key] > point[given[first].key]:
        used[given[first].key] -= 1
        first += 1
    return first, last


def _uncovered(given: Sequence[Word], covered: set[int]) -> tuple[Span, ...]:
    spans: list[Span] = []
    joined = False
    for at, word in enumerate(given):
        if at in covered:
            joined = False
        elif word.content:
            spans.append((spans.pop()[0] if joined else word.start, word.end))
            joined = True
    return tuple(spans)
