"""Times of day: "8 pm", "20:00" and "8 o'clock" may be one, so may "half past nine" and "9.30"."""

import re
from collections.abc import Iterator

from outline.quantities.moments import Moment

_HOURS = "one two three four five six seven eight nine ten eleven twelve".split()
_HOUR = "|".join(_HOURS)
_MINUTES = {"fif": 15, "thi": 30, "for": 45}
_PAST = {
    "half past": (0, 30), "quarter past": (0, 15), "quarter to": (-1, 45), "five past": (0, 5), "ten past": (0, 10),
    "twenty past": (0, 20),
}  # fmt: skip
# A dilution such as 1:10 is no time of day.
_CLOCK = re.compile(
    rf"\b(?P<hour>\d{{1,2}}|{_HOUR})(?:[:.](?P<minute>[0-5]\d))?\s*(?P<half>[ap])(?:m\b|\.\s?m\b\.?)"
    r"|\b(?P<hour2>(?!1:[1245]0)(?:[01]?\d|2[0-4])):(?P<minute2>[0-5]\d)\b(?!:)"
    rf"|\b(?P<hour3>\d{{1,2}}|{_HOUR})\s?o['’]?\s?clock\b"
    rf"|\b(?P<past>(?:half|quarter|five|ten|twenty)\s+past|quarter\s+to)\s+(?P<hour4>\d{{1,2}}|{_HOUR})\b(?:\s*(?P<half4>[ap])\.?m\b)?"
    r"|\b(?:at|to|by|before|after|until|till|from|around)\s+"
    rf"(?P<spelled>(?P<hour5>{_HOUR})[\s-](?P<minute5>fifteen|thirty|forty[\s-]five)\b)"
    r"|\b(?P<noon>noon|midday|midnight)\b",
    re.IGNORECASE,
)
WORDS = frozenset("am pm m clock oclock noon midday midnight past quarter thirty fifteen forty".split())
"""Words without which, and without a colon, no time of day is named."""


def clock(hour: int, minute: int) -> frozenset[str]:
    """Return the keys of an hour that may be of the morning or the afternoon."""
    hours = (hour % 24, (hour + 12) % 24) if hour <= 12 else (hour,)
    return frozenset(f"{each}:{minute:02}" for each in hours)


def find_clocks(text: str, start: int, end: int) -> Iterator[Moment]:
    """Yield the times of day of `text` between two places."""
    for match in _CLOCK.finditer(text, start, end):
        if match["noon"]:
            hour = 0 if match["noon"].lower() == "midnight" else 12
            yield Moment(*match.span(), f"{hour}:00", frozenset({f"{hour}:00"}), frozenset({"12"}), stated=False)
            continue
        word = next(match[name] for name in ("hour", "hour2", "hour3", "hour4", "hour5") if match[name]).lower()
        hour = _HOURS.index(word) + 1 if word in _HOURS else int(word)
        minute = int(match["minute"] or match["minute2"] or _MINUTES.get((match["minute5"] or "")[:3].lower(), 0))
        half = (match["half"] or match["half4"] or "").lower()
        if hour > 12 and (half or match["hour3"]):
            continue
        if match["past"]:
            back, minute = _PAST[" ".join(match["past"].lower().split())]
            hour = hour + back or 12
        if half:
            hour = hour % 12 + 12 * (half == "p")
        keys = frozenset({f"{hour}:{minute:02}"}) if half else clock(hour, minute)
        shown = str(hour % 12 or 12)
        numbers = frozenset({str(hour), shown, f"{shown}.{minute:02}"})
        span = match.span("spelled") if match["spelled"] else match.span()
        yield Moment(*span, f"{hour}:{minute:02}", keys, numbers, shown)
