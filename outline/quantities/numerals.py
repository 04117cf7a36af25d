"""The value of a number, however it is written: "2.5", "two and a half", "2½", "1/2", "twenty-five", "5th", "IV".

Not covered: Roman numerals but behind "grade", "stage" and their like; numbers run together ("one twenty" for 120) but
in a blood pressure.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

_HIGHEST = Decimal(10) ** 24
"""Of what is told in digits: a model that loops writes more than Decimal can reckon with."""
_SMALL = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_ONES = {word: value for value, word in enumerate((_SMALL + " seventeen eighteen nineteen").split())} | {
    "nought": 0, "naught": 0,
}  # fmt: skip
_TENS = {
    word: 10 * value for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
} | {"fourty": 40}
_SCALES = {
    "hundred": 100, "thousand": 1000, "lakh": 100_000, "lakhs": 100_000, "lac": 100_000, "lacs": 100_000,
    "million": 10**6, "millions": 10**6, "crore": 10**7, "crores": 10**7, "billion": 10**9, "dozen": 12,
}  # fmt: skip
_SHORT_SCALES = ("mill", "mio", "mn")
_RANKS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "twelvth": 12, "hundredth": 100,
    **{f"{word}th": value for word, value in _ONES.items() if value > 12},
    **{f"{word[:-1]}ieth": value for word, value in _TENS.items()},
}  # fmt: skip
_DECADES = {f"{word[:-1]}ies": value for word, value in _TENS.items()}
_PARTS = {
    "half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourths": 4, "fifths": 5,
    "sixths": 6, "sevenths": 7, "eighths": 8, "ninths": 9, "tenths": 10,
}  # fmt: skip
_GLYPHS = {
    "½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75"), "⅓": 1 / Decimal(3), "⅔": 2 / Decimal(3),
    "⅛": Decimal("0.125"),
}  # fmt: skip
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10, "xii": 12}
BEFORE_ROMAN = frozenset(
    "grade stage type class degree phase level category factor nerve nyha asa ccs figo cin tanner hurley killip"
    " mallampati fitzpatrick".split()
)
_SPEAKING = frozenset(
    "am have had was will would can could do did need want think feel advise suggest recommend see know believe".split()
)
"""Behind them "I" is who speaks: "at this stage I advise"."""
_ONLY_ROMAN = ("ii", "iii", "vii", "viii")
_BEFORE_DECADE = frozenset(
    "in the his her their your my our early mid late aged age people women men and to than".split()
)
_SECOND_OF = ("day", "week", "month", "year", "birthday", "of")
_MONEY = ("£", "$", "€", "₹")
_ARTICLES = ("a", "an", "half")
_INDEFINITE = ("few", "several", "many", "some", "couple", "of")
_DENOMINATORS = ("2", "3", "4")
_SUFFIXES = ("st", "nd", "rd", "th")
DECIMAL_COMMA = re.compile(r"\d+,\d{1,2}")


NUMBER_WORDS = frozenset([*_ONES, *_TENS, *_SCALES, *_RANKS, *_DECADES, *_GLYPHS, *_ROMAN, *_ARTICLES, "quarter"]) | {
    f"{word}s" for word in _ONES
}
"""Words at which a number may begin."""


class Number(NamedTuple):
    """A number in a row of words: its kind as of an `Item`, its value, and the place behind it."""

    kind: str
    value: Decimal
    after: int


def number_at(words: Sequence[str], at: int, digits: bool, glued: bool) -> Number | None:
    """Return the number that begins at `at`; `glued` says that the next word follows it without a space.

    `words` are in lower case, and there must be some empty ones at the end.
    """
    word = words[at]
    if digits:
        return _digits(words, at, glued)
    if word in _GLYPHS:
        return Number("part", _GLYPHS[word], at + 1)
    if word in _ARTICLES or word in _SCALES:
        return _rounded(words, at)
    if word in _ONES or word in _TENS:
        return _spelled(words, at)
    if word in _RANKS:
        return Number("rank", Decimal(_RANKS[word]), at + 1)
    if word == "quarter":
        return Number("part", Decimal("0.25"), at + 1)
    if word in _DECADES:
        return Number("decade", Decimal(_DECADES[word]), at + 1)
    if word[:-1] in _ONES and word.endswith("s") and words[at - 1] in ("under", "over"):
        # "under-fives"
        return Number("number", Decimal(_ONES[word[:-1]]), at + 1)
    roman = word in _ONLY_ROMAN and words[at - 1].isalpha() and words[at + 1] not in (".", ")")
    graded = words[at - 1] in BEFORE_ROMAN and not (word == "i" and words[at + 1] in _SPEAKING)
    if roman or (word in _ROMAN and graded):
        return Number("number", Decimal(_ROMAN[word]), at + 1)
    return None


def _digits(words: Sequence[str], at: int, glued: bool) -> Number:
    word, following = words[at], words[at + 1]
    if "." in word and "," in word[-3:]:
        # "1.250,00"
        word = word.replace(".", "")
    value = Decimal(word.replace(",", "." if DECIMAL_COMMA.fullmatch(word) else "").replace("·", ".").replace(" ", ""))
    value = min(value, _HIGHEST)
    if glued and following in _SUFFIXES:
        return Number("rank", value, at + 2)
    if glued and following == "s" and words[at - 1] in ("under", "over"):
        return Number("number", value, at + 2)
    if glued and following == "s" and value % 10 == 0 and 20 <= value <= 90 and words[at - 1] in _BEFORE_DECADE:
        return Number("decade", value, at + 2)
    if glued and (following == "k" or (following == "m" and words[at - 1] in _MONEY)):
        return Number("number", value * (1000 if following == "k" else 10**6), at + 2)
    if following in _SCALES or following in _SHORT_SCALES:
        return Number("number", value * _SCALES.get(following, 10**6), at + 2)
    if glued and following == "/" and words[at + 2] in _DENOMINATORS and value < Decimal(words[at + 2]):
        return Number("part", value / Decimal(words[at + 2]), at + 3)
    return _with_part(words, at + 1, value)


def _rounded(words: Sequence[str], at: int) -> Number | None:
    """A number that begins with an article or a scale: "a dozen", "half a dozen", "a hundred and ten", "a third of"."""
    word, half = words[at], words[at] == "half"
    after = at + (word in _ARTICLES) + (half and words[at + 1] in ("a", "an"))
    scale = _SCALES.get(words[after], 0)
    if scale and (after > at or words[at - 1] not in _INDEFINITE):
        value = Decimal(scale) / (2 if half else 1)
        if not half and scale >= 100 and words[after + 1] == "and" and words[after + 2] in (*_TENS, *_ONES):
            rest, length = _spelled_value(words, after + 2)
            return Number("number", value + rest, after + 2 + length)
        return Number("number", value, after + 1)
    if half:
        return Number("part", Decimal("0.5"), at + 1)
    if word in _ARTICLES and words[at + 1] in ("half", "quarter"):
        return Number("part", 1 / Decimal(_PARTS[words[at + 1]]), at + 2)
    if word in _ARTICLES and words[at + 2] == "of" and _RANKS.get(words[at + 1], 0) > 2:
        return Number("part", 1 / Decimal(_RANKS[words[at + 1]]), at + 2)
    return None


def _spelled(words: Sequence[str], at: int) -> Number:
    value, length = _spelled_value(words, at)
    after = at + length
    following, rank = words[after], _RANKS.get(words[after], 0)
    if value < 20 and following in _PARTS and (value == 1 or following.endswith("s")):
        return Number("part", value / Decimal(_PARTS[following]), after + 1)
    if value == 1 and rank > 2:
        return Number("part", 1 / Decimal(rank), after + 1)
    tens, hundreds = value % 100 >= 20 and value % 10 == 0 and 0 < rank < 10, value and value % 100 == 0 and rank
    # A "thirty-second hold" is one of seconds.
    if (tens or hundreds) and (rank != 2 or words[after + 1] in _SECOND_OF):
        return Number("rank", value + rank, after + 1)
    if value == 1 and following in _TENS and "over" in words[after : after + 3]:
        # a blood pressure of "one twenty over eighty"
        rest, length = _spelled_value(words, after)
        return Number("number", 100 + rest, after + length)
    if following == "point" and words[after + 1] in _ONES:
        return _point(words, after + 1, value)
    return _with_part(words, after, value)


def _point(words: Sequence[str], at: int, value: Decimal) -> Number:
    """The decimals of "two point five", from the place behind the point."""
    size = Decimal(1)
    while words[at] in _ONES and _ONES[words[at]] < 10:
        size /= 10
        value += _ONES[words[at]] * size
        at += 1
    return Number("number", value, at)


def _spelled_value(words: Sequence[str], first: int) -> tuple[Decimal, int]:
    """The value of the number that begins at `first` ("two hundred and fifty") and how many words it takes."""
    total, part, length, at = 0, None, 0, first
    while True:
        word = words[at]
        if word in _ONES and (part is None or part % 100 == 0 or (part % 10 == 0 and 0 < _ONES[word] < 10)):
            part = (part or 0) + _ONES[word]
        elif word in _TENS and (part is None or part % 100 == 0):
            part = (part or 0) + _TENS[word]
        elif word in _SCALES and part is not None and part < 1000:
            if word in ("hundred", "dozen"):
                part *= _SCALES[word]
            else:
                total, part = total + part * _SCALES[word], 0
        elif word == "and" and part and part % 100 == 0 and (words[at + 1] in _ONES or words[at + 1] in _TENS):
            at += 1
            continue
        else:
            return Decimal(total + (part or 0)), length
        at += 1
        length = at - first


def _with_part(words: Sequence[str], after: int, value: Decimal) -> Number:
    """A whole number with the fraction behind it: "2½", "2 1/2", "two and a half", "3 and half"."""
    if value != int(value):
        return Number("number", value, after)
    at = after + (words[after] == "and")
    if words[at] in _GLYPHS:
        return Number("number", value + _GLYPHS[words[at]], at + 1)
    if words[at + 1] == "/" and words[at + 2] in _DENOMINATORS and words[at] in ("1", "3"):
        return Number("number", value + Decimal(words[at]) / Decimal(words[at + 2]), at + 3)
    if at > after:
        at += words[at] in ("a", "an", "one")
        if words[at] in ("half", "quarter", "third") and words[at + 1] != "of":
            return Number("number", value + 1 / Decimal(_PARTS[words[at]]), at + 1)
    return Number("number", value, after)
