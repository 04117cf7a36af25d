"""The numbers of a text, however they are written: "2.5", "two and a half", "2½", "1/2", "twenty-five", "5th"."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from outline.dates import Moment, find_moments

_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_VALUES = {word: value for value, word in enumerate((_ONES + " seventeen eighteen nineteen").split())}
_TENS = {
    word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 1_000_000}
_PARTS = {
    "half": Decimal("0.5"), "halves": Decimal("0.5"), "quarter": Decimal("0.25"), "quarters": Decimal("0.25"),
    "fourths": Decimal("0.25"),
    "third": Decimal(1) / 3, "thirds": Decimal(1) / 3, "½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75"),
}  # fmt: skip
_DENOMINATORS = ("2", "3", "4")

# Words that can stand behind a number without stating one themselves.
_VAGUE = {
    "once": 1, "single": 1, "first": 1, "a": 1, "an": 1, "per": 1, "every": 1, "each": 1,
    "twice": 2, "double": 2, "couple": 2, "pair": 2, "both": 2, "second": 2,
    "thrice": 3, "triple": 3, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6,
    "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "dozen": 12,
}  # fmt: skip

# "500mg" is a number and what follows it, "b12" and "covid-19" are names; "b.i.d." is one word.
_TOKEN = re.compile(
    r"(?P<name>[^\W\d_]+\d\w*|[^\W\d_]{3,}-\d+(?!\d))"
    r"|(?P<number>\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"|(?P<dotted>(?<!\w)(?:[^\W\d_]\.){2,3})"
    r"|(?P<percent>\bper\s?cent\b)"
    r"|(?P<word>[°µμ]?[^\W\d_]+|[½¼¾%°])"
    r"|(?P<mark>[-–—/,.;:!?\n+()&])",
    re.IGNORECASE,
)
_LINE = re.compile(r"[^\n]*\n?")
# A line without any of these holds no quantity.
_QUANTITATIVE = re.compile(
    r"\d|[½¼¾]|\b(?:"
    + "|".join([*_VALUES, *_TENS, *_SCALES, *_PARTS, *(word for word in _VAGUE if len(word) > 2)])
    + r"|\w+ly|everyday|alternate|fortnights?|days?|nights?|mornings?|evenings?|weeks?|months?|years?|hours?|minutes?"
    r"|b\.?i?\.?d\.?s?|t\.?[id]\.?[ds]|q\.?[id]\.?[ds]|o\.?d)\b",
    re.IGNORECASE,
)
_RANKS = ("st", "nd", "rd", "th")


class Item(NamedTuple):
    """A word, a mark or a number, and where it stands.

    `kind` is "number" (stated), "vague" (a word such as "first", or the digits of a name: it can only support a
    number), "moment" (a date or a time of day), "word" or "mark".
    """

    kind: str
    text: str
    start: int
    end: int
    value: Decimal | None = None
    moment: Moment | None = None


def find_items(text: str) -> list[Item]:
    """Return the words, marks and numbers of `text`, in order; what belongs to one number is one item."""
    return _with_fractions(_numbers(_tokens(text)))


def _tokens(text: str) -> list[Item]:
    items: list[Item] = []
    # Nothing that says how much or how often crosses a line, and most points say neither.
    for line in _LINE.finditer(text):
        if _QUANTITATIVE.search(line.group()):
            items.extend(_line(text, *line.span()))
    return items


def _line(text: str, start: int, end: int) -> Iterator[Item]:
    for moment in find_moments(text, start, end):
        if moment.start >= start:
            yield from _between(text, start, moment.start)
            yield Item("moment", "", moment.start, moment.end, moment=moment)
            start = moment.end
    yield from _between(text, start, end)


def _between(text: str, start: int, end: int) -> list[Item]:
    found = []
    for match in _TOKEN.finditer(text, start, end):
        kind, word = match.lastgroup or "", match.group().lower()
        if kind == "dotted":
            kind, word = "word", word.replace(".", "")
        elif kind == "percent":
            kind, word = "word", kind
        found.append(Item(kind, word, *match.span()))
    return found


def _numbers(tokens: list[Item]) -> list[Item]:
    """Give each number its value: "two hundred and fifty" becomes one item, "5th" too, "b12" only supports 12."""
    items: list[Item] = []
    at = 0
    while at < len(tokens):
        kind, word, start, end, *_ = token = tokens[at]
        at += 1
        if kind == "number":
            value = Decimal(word.replace(",", ""))
            if at < len(tokens) and tokens[at].text in _RANKS and tokens[at].start == end:
                word, end = "rank", tokens[at].end
                at += 1
            elif at < len(tokens) and (scale := _scale(tokens[at], end)):
                value, end = value * scale, tokens[at].end
                at += 1
            items.append(Item("number", word, start, end, value))
        elif kind == "name":
            items.extend(Item("vague", word, start, end, Decimal(digits)) for digits in re.findall(r"\d+", word))
        elif word in ("a", "an") and at < len(tokens) and tokens[at].text in _SCALES:
            items.append(Item("number", word, start, tokens[at].end, Decimal(_SCALES[tokens[at].text])))
            at += 1
        elif word in _VAGUE or word in _PARTS:
            items.append(Item("vague", word, start, end, Decimal(_VAGUE.get(word) or _PARTS[word])))
        elif word in _VALUES or word in _TENS:
            value, length = _spelled(tokens, at - 1)
            at += length - 1
            # "one" alone is no statement; "twenty one" is.
            vague = word == "one" and length == 1
            items.append(Item("vague" if vague else "number", word, start, tokens[at - 1].end, Decimal(value)))
        else:
            items.append(token)
    return items


def _scale(token: Item, end: int) -> int | None:
    """What a number that ends at `end` is multiplied by: "2 million", "60k"."""
    return 1000 if token.text == "k" and token.start == end else _SCALES.get(token.text)


def _spelled(tokens: list[Item], first: int) -> tuple[int, int]:
    """The value of the number that begins at `first` ("two hundred and fifty") and how many words it takes."""
    total, part, length = 0, None, 0
    for at in range(first, len(tokens)):
        word = tokens[at].text
        if word in _VALUES and (part is None or part % 100 == 0 or (part % 10 == 0 and 0 < _VALUES[word] < 10)):
            part = (part or 0) + _VALUES[word]
        elif word in _TENS and (part is None or part % 100 == 0):
            part = (part or 0) + _TENS[word]
        elif word in _SCALES and part is not None:
            total, part = (total, part * 100) if word == "hundred" else (total + part * _SCALES[word], 0)
        elif word in ("and", "-") and part is not None and _continues(tokens, at, part):
            continue
        else:
            break
        length = at + 1 - first
    return total + (part or 0), length


def _continues(tokens: list[Item], at: int, part: int) -> bool:
    """Whether "and" or "-" joins two parts of one number: "hundred and ten", "twenty-five"; not "five and six"."""
    following = tokens[at + 1].text if at + 1 < len(tokens) else ""
    if tokens[at].text == "and":
        return part >= 100 and part % 100 == 0 and (following in _VALUES or following in _TENS)
    return part in _TENS.values() and 0 < _VALUES.get(following, 0) < 10


def _with_fractions(items: list[Item]) -> list[Item]:
    """Join "1/2", "2½", "1 1/2", "two and a half" and "three quarters" to one number each."""
    found: list[Item] = []
    at = 0
    while at < len(items):
        item = items[at]
        at += 1
        if item.value is not None and item.text not in _VAGUE:
            value, at = _fraction(items, at, item)
            if value != item.value:
                item = Item("number", item.text, item.start, items[at - 1].end, value)
        found.append(item)
    return found


def _fraction(items: list[Item], at: int, item: Item) -> tuple[Decimal, int]:
    """The value of a number with the fraction behind it, and the place behind both."""
    value = item.value or Decimal(0)
    words = [other.text for other in items[at : at + 3]] + ["", "", ""]
    if (
        words[0] == "/"
        and words[1] in _DENOMINATORS
        and value < Decimal(words[1])
        and items[at + 1].start == item.end + 1
    ):
        return value / Decimal(words[1]), at + 2
    if item.text in _PARTS or value != int(value):
        return value, at
    if words[0] in ("½", "¼", "¾"):
        return value + _PARTS[words[0]], at + 1
    if words[0] in ("half", "quarter", "quarters", "halves", "third", "thirds", "fourths") or words[:2] == [
        "-",
        "half",
    ]:
        return value * _PARTS[words[0] if words[0] != "-" else "half"], at + 1 + (words[0] == "-")
    if words[0] == "and" and words[1] in ("half", "½"):
        return value + _PARTS[words[1]], at + 2
    if words[0] == "and" and words[1] in ("a", "an", "one", "1") and words[2] in ("half", "quarter"):
        return value + _PARTS[words[2]], at + 3
    if (
        words[0] in ("1", "3")
        and words[1] == "/"
        and words[2] in _DENOMINATORS
        and items[at + 2].start == items[at].end + 1
    ):
        return value + Decimal(words[0]) / Decimal(words[2]), at + 3
    return value, at
