"""The English of sending a patient to urgent care: what one sentence says, by the patterns of red_flags.yml."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import Field

from settings import Settings, UserError, load_config

PATTERNS = Path(__file__).with_name("red_flags.yml")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
_NAME = re.compile(r"<(\w+)>")


class First(Settings):
    """What "first" means."""

    words: int = Field(ge=0)
    sentences: int = Field(ge=1)


class Patterns(Settings):
    """The schema of red_flags.yml, whose comments say what each list is."""

    first: First
    gap: int = Field(ge=0)
    rules: tuple[str, ...]
    words: dict[str, tuple[str, ...]]
    ignored: tuple[str, ...]
    boundaries: tuple[str, ...]
    conditions: tuple[str, ...]
    reasons: tuple[str, ...]
    openers: tuple[str, ...]
    asked: tuple[str, ...]
    hedges: tuple[str, ...]
    regardless: tuple[str, ...]
    denials: tuple[str, ...]
    denied_after: tuple[str, ...]


class English:
    """The patterns, compiled."""

    def __init__(self, patterns: Patterns) -> None:
        self.first = patterns.first
        self._words = patterns.words
        # Possessive: what lies between two words is read one way alone, or an answer that loops over "^," takes years.
        gap = rf"(?:\W++\w++(?:['\u2019]\w++)?+){{0,{patterns.gap}}}?\W++"
        self.sendings = [self._compile([gap.join(f"<{name}>" for name in rule.split())]) for rule in patterns.rules]
        self.ignored = self._compile(patterns.ignored)
        self.boundary = self._compile(patterns.boundaries, whole_words=False)
        self.condition = self._compile(patterns.conditions)
        self.reason = self._compile(patterns.reasons)
        self.opener = self._compile(patterns.openers)
        self.asked = self._compile(patterns.asked)
        self.hedge = self._compile(patterns.hedges)
        self.regardless = self._compile(patterns.regardless)
        self.denial = self._compile(patterns.denials)
        self.denied_after = self._compile(patterns.denied_after)

    def _compile(self, choices: Iterable[str], whole_words: bool = True) -> re.Pattern[str]:
        """Return the pattern of any of the choices, with `<name>` standing for a list of `words`."""
        text = _NAME.sub(self._named, "|".join(choices))
        try:
            return re.compile(rf"(?<!\w)(?:{text})(?!\w)" if whole_words else text)
        except re.error as error:
            raise UserError(f"{PATTERNS}: {text!r} is no regular expression: {error}") from error

    def _named(self, match: re.Match[str]) -> str:
        if match[1] not in self._words:
            raise UserError(f"{PATTERNS}: words has no list {match[1]!r}; it has: {', '.join(self._words)}")
        return rf"(?<!\w)(?:{'|'.join(self._words[match[1]])})(?!\w)"


@lru_cache(maxsize=1)
def english() -> English:
    """Return the patterns, read once."""
    return English(load_config(PATTERNS, Patterns))


@dataclass(frozen=True)
class Sending:
    """Words that send, their 0-based start in the sentence, and whether they hold only on a condition."""

    phrase: str
    start: int
    conditional: bool


def split_sentences(text: str) -> list[str]:
    """Return the sentences; a semicolon ends one, too."""
    return _SENTENCE.split(text.strip())


def read_sentence(sentence: str) -> list[Sending]:
    """Return the sendings of a lower-case sentence, at most one a clause; denied ones are left out, questions too."""
    known = english()
    text = known.ignored.sub(_blank, sentence)
    if text.rstrip().endswith("?"):
        return []
    cuts = [match.span() for match in known.boundary.finditer(text)]
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(text)]
    conditions = _conditions(text, starts)
    clauses = (_read_clause(text, *span, conditions) for span in zip(starts, ends, strict=True))
    return [sending for sending in clauses if sending]


def _read_clause(text: str, start: int, end: int, conditions: list[tuple[int, int]]) -> Sending | None:
    known = english()
    matches = [match for pattern in known.sendings if (match := pattern.search(text, start, end))]
    if not matches:
        return None
    found = min(matches, key=lambda match: (match.end(), match.start()))
    if known.denial.search(text, start, found.end()) or known.denied_after.match(text[found.end() : end].lstrip()):
        return None
    conditional = (
        known.hedge.search(text, start, found.end())
        or known.reason.search(text, found.end(), end)
        or any(low < found.end() and found.start() < high for low, high in conditions)
    )
    certain = known.regardless.search(text, start, end)
    return Sending(" ".join(found[0].split()), found.start(), bool(conditional and not certain))


def _conditions(text: str, starts: list[int]) -> list[tuple[int, int]]:
    """Where in a sentence what is said holds only on a condition, as spans.

    One that opens a clause reaches to the next "but" or the end; one within a clause reaches over that clause.
    """
    spans = [(0, len(text))] if english().opener.match(text.lstrip()) else []
    for match in english().condition.finditer(text):
        start = max(start for start in starts if start <= match.start())
        before = text[start : match.start()].strip()
        if not before or before.endswith(","):
            end = text.find(" but ", match.end())
        else:
            end = min((at for at in starts if at > match.start()), default=-1)
        spans.append((start, end if end >= 0 else len(text)))
    return spans


def opens_condition(text: str) -> bool:
    """Whether the points under a lower-case point hold only on a condition: "if you notice:", "when to call"."""
    known = english()
    last = known.ignored.sub(_blank, split_sentences(text)[-1]).strip()
    if last.endswith("?"):
        return bool(known.asked.match(last))
    sendings = read_sentence(last)
    if any(not sending.conditional for sending in sendings):
        return False
    asks = known.condition.match(last) or known.opener.match(last)
    leads = last.endswith(":") and known.condition.search(last)
    return bool(asks or leads or sendings)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])
