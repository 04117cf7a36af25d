"""Where an outline speaks of what a stretch of the source is about: the line with most of its rarer words."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import accumulate

from outline.quantities.quantity import Quantity
from outline.quantities.rates import WORDS
from outline.quantities.units import UNITS
from outline.words import FUNCTION_WORDS, WORD, lower, stem

_NEAR, _AROUND = 25, 60
_FAR_WEIGHT = 0.5
_ABOVE_WEIGHT = 0.5
_STOPS = (". ", "; ", "! ", "? ", "\n")


def content(text: str) -> set[str]:
    """Return the stems of the words that say what a number is about: no numbers, units, rates or function words."""
    words = {lower(word) for word in WORD.findall(text)}
    return {stem(word) for word in words if not (word in _EMPTY or word[0].isdigit())}


_EMPTY = FUNCTION_WORDS | UNITS.keys() | WORDS


def around(text: str, quantity: Quantity) -> dict[str, float]:
    """Return the stems of the content words beside a quantity, within its sentence; the nearest weigh most."""
    before = text[max(0, quantity.start - _AROUND) : quantity.start]
    after = text[quantity.end : quantity.end + _AROUND]
    for stop in _STOPS:
        before, after = before.rpartition(stop)[2], after.partition(stop)[0]
    found = dict.fromkeys(content(before) | content(after), _FAR_WEIGHT)
    return found | dict.fromkeys(content(before[-_NEAR:]) | content(after[:_NEAR]), 1.0)


class Places:
    """The lines of an outline by what they are about; `children` counts the points under each line."""

    def __init__(self, text: str, children: Sequence[int]) -> None:
        self.text = text
        self.lines = text.split("\n")
        self.children = [*children, *[0] * (len(self.lines) - len(children))]

    def line_of(self, quantity: Quantity) -> int:
        """The line in which a quantity stands."""
        return bisect_right(self._starts, quantity.start) - 1

    def span(self, at: int) -> tuple[int, int]:
        """Where a line begins and ends in the text."""
        return self._starts[at], self._starts[at] + len(self.lines[at])

    def shares(self, words: Mapping[str, float]) -> list[float]:
        """How much each line shares with `words`: what few lines have counts most, what stands in one above it half."""
        found = []
        for at, own in enumerate(self._words):
            score = sum(words[word] / self._counts[word] for word in own & words.keys())
            for above in self.above(at):
                shared = (self._words[above] - own) & words.keys()
                score += _ABOVE_WEIGHT * sum(words[word] / self._counts[word] for word in shared)
            found.append(score)
        return found

    def block(self, at: int) -> set[int]:
        """A line with those above it in the tree and those right below it."""
        return {at, *self.above(at), *(line for line, parent in enumerate(self._parents) if parent == at)}

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(line) + 1 for line in self.lines)][:-1]

    @cached_property
    def _words(self) -> list[set[str]]:
        return [content(line) for line in self.lines]

    @cached_property
    def _counts(self) -> Counter[str]:
        return Counter(word for words in self._words for word in words)

    @cached_property
    def _parents(self) -> list[int]:
        """The line above each in the tree, -1 for none."""
        parents, waiting = [], [[-1, len(self.lines)]]
        for at, count in enumerate(self.children):
            while waiting[-1][1] == 0:
                waiting.pop()
            parents.append(waiting[-1][0])
            waiting[-1][1] -= 1
            waiting.append([at, count])
        return parents

    def above(self, at: int) -> list[int]:
        """The lines above one in the tree, the nearest first."""
        found = []
        while (at := self._parents[at]) >= 0:
            found.append(at)
        return found
