"""Outlines of a reply in its own words, good ones and such as a gate must refuse; fast, because a server makes them.

A good outline is the reply cut into up to six points of three levels. A cut never falls near a number or behind a
negation, so no reading of either can change by it.
"""

import re
from functools import lru_cache

MARKER = "Doctor's reply:\n"
"""What stands before the reply in the user's prompt of `configs/prep.yml`."""

_POINTS = 6
_NUMBER, _NEGATION, _PLAIN = "numbers", "negations", "plain"
_WINDOWS = (
    ((_NUMBER, 4, 4), (_NEGATION, 12, 20)),
    ((_NUMBER, 4, 4), (_NEGATION, 8, 14)),
    ((_NUMBER, 4, 4), (_NEGATION, 4, 9)),
    ((_NUMBER, 3, 4), (_NEGATION, 2, 7)),
    ((_NUMBER, 2, 3), (_NEGATION, 1, 4)),
    ((_NUMBER, 1, 2), (_NEGATION, 0, 3)),
)
"""How many words before and behind such a word there is no cut; from the widest to the narrowest."""
_NEGATIONS = re.compile(
    r"not|no|never|without|cannot|cant|nor|neither|none|nothing|nobody|nowhere|\w+n['’]?t|avoid\w*|stop\w*|refrain\w*"
    r"|absen\w+|free|negative|unlikely|unless|hardly|rarely|den(y|ies|ied)|rule[sd]?|rather|instead|un\w{4,}|skip\w*"
    r"|leave|keep|stay|out|off|away|quit|hold|only|fail\w*|lack\w*|refus\w*"
    r"|seldom|forg[eo]t\w*|forb[ia]d\w*|prohibit\w*|bann?\w*|miss\w*|withh\w+|omit\w*|except\w*|exclud\w*",
    re.IGNORECASE,
)
_NUMBERS = re.compile(
    r".*\d.*|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty|hundreds?|thousands?"
    r"|once|twice|thrice|double|triple|half|halves|quarter|couple|pair|dozens?|first|second|third|fourth|fifth|sixth"
    r"|per|each|every|daily|nightly|weekly|monthly|yearly|hourly|(hour|day|night|week|fortnight|month|year|decade)s?"
    r"|morning|noon|evening",
    re.IGNORECASE,
)
_HEADED = re.compile(r"\A.*:[ \t]*\n", re.DOTALL)
"""All up to the last line that ends with a colon."""
_WORDS = re.compile(r"[A-Za-z]+")
_LEVELS = (0, 1, 2, 2, 0, 1)
"""Of the points of a good outline, in their order."""


def reply_of(messages: list[dict[str, object]], marker: str | None = None) -> str:
    """Return the reply in a request's first user message: what stands behind the last `marker` and its colon.

    None: behind the last `MARKER`; where there is none, behind the last line that ends with ":", which is wrong for a
    reply that has such a line itself. The whole message where there is none of these either.
    """
    prompt = next((str(message.get("content")) for message in messages if message.get("role") == "user"), "")
    if marker is not None or MARKER in prompt:
        return prompt.rpartition(marker or MARKER)[2].removeprefix(":").strip()
    return _HEADED.sub("", prompt).strip()


@lru_cache(maxsize=50_000)
def outline_of(reply: str) -> str:
    """Return a good outline of `reply`: all its words in their order; shallower where it has too few safe cuts."""
    return "\n".join(
        f"{'  ' * level}- {point}" for level, point in zip(_LEVELS, points_of(reply, _POINTS), strict=False)
    )


def flat(reply: str) -> str:
    """Return an outline of one level."""
    return "\n".join(f"- {point}" for point in points_of(reply, 5))


def wide(reply: str) -> str:
    """Return an outline with six points under one; what is missing of them is said twice."""
    points = points_of(reply, 8)
    children = (points[1:-1] * 6)[:6] if len(points) > 2 else points * 6
    below = "\n".join(f"  - {point}" for point in children[:6])
    return f"- {points[0]}\n{below}\n    - {points[-1]}"


def prose_around(reply: str) -> str:
    """Return a good outline between two paragraphs."""
    return f"Here is the outline:\n\n{outline_of(reply)}\n\nI hope that this helps."


def fenced(reply: str) -> str:
    """Return a good outline in a code fence."""
    return f"```markdown\n{outline_of(reply)}\n```"


def invented(reply: str) -> str:
    """Return a good outline with an amount that the reply does not hold."""
    amount = next(amount for amount in range(317, 10_000, 101) if str(amount) not in reply)
    return f"{outline_of(reply)} {amount} mg"


def without_a_negation(reply: str) -> str | None:
    """Return a good outline of the reply without its first "not", "no", "never" or "without"; None: it has none."""
    dropped = re.sub(r"\b(not|no|never|without)\s+", "", reply, count=1)
    return None if dropped == reply else outline_of(dropped)


def points_of(reply: str, most: int) -> list[str]:
    """Return `reply` cut at safe places into up to `most` points of about the same length."""
    words = reply.split()
    cuts = _safe_cuts(words)
    chosen: list[int] = []
    parts = min(most, len(cuts) + 1)
    for part in range(1, parts):
        wanted = part * len(words) / parts
        # Those that the later parts need are left to them.
        left = [cut for cut in cuts[: len(cuts) + 1 - parts + part] if not chosen or cut > chosen[-1]]
        chosen.append(min(left, key=lambda cut: abs(cut - wanted)))
    ends = [*chosen, len(words)]
    return [" ".join(words[start:end]) for start, end in zip([0, *chosen], ends, strict=True)]


def _safe_cuts(words: list[str]) -> list[int]:
    """Places between words with no number and no negation near; nearer ones where that leaves fewer than two."""
    kinds = [_kind(word) for word in words]
    plain = [at for at in range(1, len(words)) if _PLAIN in kinds[at]]
    for windows in _WINDOWS:
        unsafe = bytearray(len(words))
        for at, kind in enumerate(kinds):
            for name, before, behind in windows:
                if name in kind:
                    start, end = max(0, at - before + 1), min(len(words), at + behind + 1)
                    unsafe[start:end] = bytes([1]) * (end - start)
        safe = [at for at in plain if not unsafe[at]]
        if len(safe) > 1:
            return safe
    return plain


@lru_cache(maxsize=100_000)
def _kind(word: str) -> str:
    bare = word.strip(".,;:!?()\"'")
    patterns = ((_NUMBER, _NUMBERS), (_NEGATION, _NEGATIONS), (_PLAIN, _WORDS))
    return "".join(kind for kind, pattern in patterns if pattern.fullmatch(word if kind == _PLAIN else bare))
