"""The words, numbers, names and marks of a line, in order: what `outline.quantities.readings` reads."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from outline.quantities.dates import MOMENT_WORDS, find_moments
from outline.quantities.moments import Moment
from outline.quantities.numerals import NUMBER_WORDS, number_at
from outline.quantities.units import UNITS

# Most words need no closer look. "500mg" is a number and what follows it, "b12", "covid-19" and "5-fu" are names,
# "b.i.d." is one word.
_TOKEN = re.compile(
    r"(?P<plain>(?!(?:per|percentage|mm|cm)\b)[^\W\d_]{2,}(?=[\s,;:)]|$))"
    r"|(?P<power>[x×]\s?10(?:\s?\^\s?\d{1,2}|[⁰¹²³⁴-⁹]+))"
    r"|(?P<name>(?<!\d)(?![qx]\d)[^\W\d_]+\d\w*"
    r"|(?<!\w)(?:covid|omega|coenzyme|interleukin|il|ca|cox|glp|sglt|pd|phq|gad|fib|brca|hpv|hsv|hiv|igf|ki|icd|dsm|sf|[bchst])-\d+(?![\d.])"
    r"|\d-(?:fu|asa|mp|ht\d?|alpha)\b|\d{2}-ohp?\b|[234]d(?=\s+(?:echo|scan|usg|ultrasound|mri|ct)))"
    r"|(?P<number>\d{1,3}(?:\.\d{3})+,\d{1,2}(?!\.?\d)"
    r"|\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d{1,2}(?:,\d\d)+,\d{3}(?!\d)|\d{1,3}(?: 000)+(?!\d)"
    r"|\d{1,3} \d{3}(?=\s?(?:k?cal|steps|iu|units|cells|euro|metre|meter))"
    r"|(?<![\d,])\d+,\d{1,2}(?![\d,]|\s*(?:,|and|or|&)\s*\d)|\d+(?:[.·]\d+)?|\.\d+)"
    r"|(?P<dotted>(?<!\w)(?:[^\W\d_]\.){2,3})"
    r"|(?P<pressure>\bmm\s?(?:of\s)?(?:hg|mercury)\b|\bcm\s?(?:of\s)?(?:h2o|water)\b)"
    r"|(?P<percent>\bper\s?cents?\b|\bpercentage\b)"
    r"|(?P<word>[qx](?=\d)|[°µμ]?[^\W\d_]+[²³]?(?:['’][^\W\d_]+)?|[½¼¾⅓⅔⅛%°])"
    r"|(?P<mark>[-–—−/,.;:!?+()&×*<>≤≥=~'’£$€₹])"
)
_WORD = re.compile(r"[^\W\d_]+|[\d½¼¾⅓⅔⅛]")
DIGITS = frozenset("0123456789½¼¾⅓⅔⅛")


class Item(NamedTuple):
    """A word, a mark or a number, and where it stands.

    `kind` is "number", "rank" ("third", "3rd"), "part" (a fraction: "a third", "1/2"), "decade" ("thirties"), "name"
    ("b12"), "moment" (a date or a time of day), "word" or "mark"; `text` is in lower case.
    """

    kind: str
    text: str
    start: int
    end: int
    value: Decimal | None = None
    moment: Moment | None = None


class Line:
    """The items of a line and their words; beyond either end the words are empty."""

    def __init__(self, items: list[Item]) -> None:
        self.items = items
        self.words = [item.text for item in items] + [""] * 16

    def __len__(self) -> int:
        return len(self.items)

    def kind(self, at: int) -> str:
        """The kind of the item at a place, "" beyond the end."""
        return self.items[at].kind if at < len(self.items) else ""

    def value(self, at: int) -> Decimal:
        """The value of the number at a place, 0 where none is."""
        return (self.items[at].value if at < len(self.items) else None) or Decimal(0)


def words_of(line: str) -> set[str]:
    """Return the words of a line in lower case, and its digits: a quick look at what it may hold."""
    return set(_WORD.findall(line))


def find_items(text: str, lowered: str, start: int, end: int, words: set[str]) -> Line:
    """Return the items of a line of `text`; what belongs to one number is one item.

    `lowered` is the text in lower case, and `words` are those of the line.
    """
    tokens = list(_tokens(text, lowered, start, end, words))
    texts = [token.text for token in tokens] + [""] * 16
    items: list[Item] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        digits = token.kind == "number"
        found = None
        if digits or token.text in NUMBER_WORDS:
            glued = at + 1 < len(tokens) and tokens[at + 1].start == token.end
            found = number_at(texts, at, digits, glued)
        if found is None:
            items.append(token)
            at += 1
            continue
        items.append(Item(found.kind, token.text, token.start, tokens[found.after - 1].end, found.value))
        at = found.after
    return Line(items)


def _tokens(text: str, lowered: str, start: int, end: int, words: set[str]) -> Iterator[Item]:
    if not words.isdisjoint(MOMENT_WORDS) or not words.isdisjoint(DIGITS):
        for moment in find_moments(text, start, end, words):
            if moment.start >= start:
                yield from _between(lowered, start, moment.start)
                yield Item("moment", "", moment.start, moment.end, moment=moment)
                start = moment.end
    yield from _between(lowered, start, end)


def _between(text: str, start: int, end: int) -> Iterator[Item]:
    for match in _TOKEN.finditer(text, start, end):
        kind, word = match.lastgroup or "", match.group()
        if kind == "plain":
            kind = "word"
        elif word == "-":
            if _joins_words(text, match.start()):
                continue
        elif kind == "dotted":
            kind, word = "word", word.replace(".", "")
        elif kind == "pressure":
            kind, word = "word", "cmh2o" if word.startswith("c") else "mmhg"
        elif kind == "power":
            # the size of a blood count's unit
            kind, word = "word", "^"
        elif kind == "percent":
            kind, word = "word", "percent"
        elif word.endswith(("'s", "’s")) and word[:-2] in UNITS:
            word = word[:-2]
        yield Item(kind, word, match.start(), match.end())


def _joins_words(text: str, at: int) -> bool:
    """Whether the hyphen at `at` only makes one word of two: "once-a-week", "5-day", "day-2"; not "5-7" or " -2.5"."""
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    return (before.isalpha() and after.isalnum()) or (before.isalnum() and after.isalpha())
