"""The reach of a negation: which words "not", "without" or "avoid" may deny, told by word lists alone."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from outline.negation_words import (
    ADVERBS,
    ARTICLES,
    AUXILIARIES,
    AVOIDING,
    BE,
    CLAUSE_STARTS,
    DETERMINERS,
    IDIOMS,
    IMPERATIVES,
    LIGHT,
    LIKE,
    LIKE_BEHIND,
    NOT_BE,
    NOT_EMPTY,
    OBJECTS,
    PREFIX,
    PREPOSITIONS,
    RAISING,
    SOFT,
    SUBJECTS,
    TIMES,
    VERBAL,
)
from outline.words import FUNCTION_WORDS, WORD, lower, stem

_SENTENCE_END = re.compile(r"[;:!?\n]+|\.(?=\s|$)|\s[-–—](?=\s)")
_TOKEN = re.compile(rf"{WORD.pattern}|,(?=\s)")
_REACH = 5
_WIDE = 9
_BACK = 3
_ELLIPSIS = 3


class Word(NamedTuple):
    """A word of a sentence (or a comma) and where it stands in the text."""

    text: str
    key: str
    """What two words are compared by, see `key`."""
    content: bool
    """Whether the word carries content of its own; a number does not, it is compared as one."""
    cue: bool
    """Whether it is a cue or can stand for one."""
    base: str
    """What it denies by its prefix or ending ("uncommon": common, "painless": pain), or ""."""
    start: int
    end: int


@dataclass(frozen=True)
class Cue:
    """A cue at a place of its sentence, and the places that it reaches."""

    at: int
    strong: bool
    """Whether it denies by itself: "not" does, "stop" and "avoid" only stand for it."""
    head: int | None = None
    second: int | None = None
    """The object of a denied verb: "not stop the statin"."""
    reached: tuple[int, ...] = field(default=())
    wide: tuple[int, ...] = field(default=())
    """Words behind the first new clause, which it may still be about."""
    elliptic: bool = False
    """Whether it ends its sentence and denies what was said before: "but yours is not"."""
    avoids: bool = False
    """Whether it is "avoid", which is as good as "do not"."""


def key(word: str) -> str:
    """Return what two words are compared by: six letters of the stem, so that "respond" is "response"."""
    return stem(word)[:6]


def base_of(word: str) -> str:
    """Return what a word denies by its prefix or ending, else ""."""
    match = PREFIX.fullmatch(word)
    return next(filter(None, match.groups()), "") if match else ""


@lru_cache(maxsize=50_000)
def _known(word: str) -> tuple[str, str, bool, bool, str]:
    """What a word is, wherever it stands: the first fields of a `Word`."""
    text = lower(word)
    content = (text not in FUNCTION_WORDS and text not in ADVERBS) or text in NOT_EMPTY
    return text, key(text), content and text[0].isalpha(), is_cue(text) or text in SOFT, base_of(text)


LIGHT_KEYS = frozenset(map(key, LIGHT))
"""The keys of verbs that say little by themselves, such as "take"."""


def split_sentences(text: str) -> Iterator[list[Word]]:
    """Yield the words of each sentence, and its commas; a colon, a spaced dash and a line end end one."""
    blanked = IDIOMS.sub(lambda match: " " * len(match.group()), text)
    start = 0
    for end, following in [*(match.span() for match in _SENTENCE_END.finditer(blanked)), (len(text), len(text))]:
        words = [Word(*_known(match.group()), *match.span()) for match in _TOKEN.finditer(blanked, start, end)]
        if words:
            yield words
        start = following


def find_cues(words: Sequence[Word]) -> list[Cue]:
    """Return the cues of a sentence, each with its reach."""
    return [_cue(words, at) for at, word in enumerate(words) if word.cue]


def find_assertions(words: Sequence[Word]) -> set[int]:
    """Return the places of the words that an auxiliary asserts: "it is benign", "it can be used"."""
    found = set()
    for at, word in enumerate(words):
        if word.text in AUXILIARIES:
            after = next((place for place in range(at + 1, len(words)) if words[place].text not in AUXILIARIES), at)
            if words[after].content and not is_cue(words[after].text):
                found.add(after)
    return found


def is_cue(word: str) -> bool:
    """Whether a word denies by itself."""
    return word in VERBAL or word in DETERMINERS or word.endswith("n't")


def _cue(words: Sequence[Word], at: int) -> Cue:
    text = words[at].text
    strong = is_cue(text)
    reached, wide = _after(words, at) if strong or text in LIKE or text in AVOIDING else ([], [])
    content = [place for place in reached if words[place].content]
    head = next((place for place in content if words[place].text not in LIGHT), content[0] if content else None)
    if head is not None and words[head].text in RAISING and wide:
        later = [place for place in (*reached, *wide) if place > head and words[place].content]
        head = next((place for place in later if words[place].text not in LIGHT), head)
        reached, wide = [*reached, *wide], []
    following = words[at + 1].text if at + 1 < len(words) else ""
    if strong and (following in TIMES or (head is None and following == "now")):
        # "not before Monday" denies the time; "not within" goes on with what was said before.
        reached, wide, head = ([], [], None) if following in ("within", "during", "if") else ([at + 1], [], at + 1)
    before = _before(words, at)
    if strong and text not in DETERMINERS and (not reached or (at and words[at - 1].text == "but")):
        # "... is harmful in some men but yours is not", "the ankle is broken but not the knee"
        before = [place for place in range(at) if words[place].content and not is_cue(words[place].text)][-_ELLIPSIS:]
    second = _second(words, at, head, content)
    return Cue(at, strong, head, second, (*before, *reached), tuple(wide), strong and not following, text in AVOIDING)


def _after(words: Sequence[Word], at: int) -> tuple[list[int], list[int]]:
    """The content words behind the cue: those in its own clause, and those behind it."""
    reached: list[int] = []
    wide: list[int] = []
    beyond = False
    named = 0
    verbal = words[at].text in VERBAL or words[at].text.endswith("n't")
    for place in range(at + 1, len(words)):
        word = words[place].text
        if place - at > 2 * _WIDE or len(reached) + len(wide) >= _WIDE:
            break
        if (word in CLAUSE_STARTS and word != "just") or (word == "," and not _lists_on(words, at, place)):
            break
        if reached and is_cue(word):
            break
        # "sip between meals, not with them" names nothing; "none of these" does.
        if not reached and word in OBJECTS and place > at + 1 and words[place - 1].text in PREPOSITIONS and verbal:
            break
        if word == "and" and not verbal and words[place + 1 : place + 2] and words[place + 1].text in ARTICLES:
            beyond = True
        if named and word in IMPERATIVES and words[place - 1].text not in ("to", *AUXILIARIES):
            beyond = True
        if named and word in AUXILIARIES and not verbal:
            beyond = True
        if word == "that" or (named and word in SUBJECTS and words[place - 1].text not in ("of", "with", "in", "for")):
            beyond = beyond or place + 1 < len(words)
            continue
        if named >= _REACH:
            beyond = True
        if words[place].content and not is_cue(word):
            named += word not in LIGHT
            (wide if beyond else reached).append(place)
    return reached, wide


def _lists_on(words: Sequence[Word], cue: int, comma: int) -> bool:
    """Whether a comma goes on with what the cue denies: "no fever, cough or weight loss"."""
    if words[cue].text in VERBAL or words[cue].text.endswith("n't"):
        return False
    rest = [word.text for word in words[comma + 1 :]]
    chunk = rest[: rest.index(",")] if "," in rest else rest
    if not chunk or chunk[0] in CLAUSE_STARTS | SUBJECTS | IMPERATIVES or any(map(is_cue, chunk)):
        return False
    return len(chunk) <= 2 or (len(chunk) <= 5 and ("or" in chunk or "nor" in chunk))


def _before(words: Sequence[Word], at: int) -> list[int]:
    """The content words before a cue that it may deny: the subject of "is not", what is "negative"."""
    text = words[at].text
    previous = words[at - 1].text if at else ""
    verbal = text in VERBAL or text.endswith("n't")
    if verbal and previous not in AUXILIARIES and text in ("not", "never"):
        return []
    most = _BACK if verbal or text in LIKE_BEHIND else 1
    if (
        text in ("without", "neither", "nor")
        or text in LIKE - LIKE_BEHIND
        or (not verbal and most == 1 and previous in ("with", "and", "but", ",", "or"))
    ):
        return []
    found: list[int] = []
    for place in range(at - 1, -1, -1):
        word = words[place].text
        if word in CLAUSE_STARTS or word in ("and", ",", "that") or is_cue(word) or len(found) == most:
            break
        if words[place].content:
            found.insert(0, place)
    return found


def _second(words: Sequence[Word], at: int, head: int | None, content: Sequence[int]) -> int | None:
    """The object of the denied verb, where nothing but articles stands between."""
    text, previous = words[at].text, words[at - 1].text if at else ""
    verbal = text in VERBAL or text.endswith("n't")
    if head is None or content[:1] != [head] or not verbal or previous in BE or text in NOT_BE:
        return None
    following = next((place for place in content if place > head), None)
    if following is None or any(word.text in ARTICLES for word in words[at:head]):
        return None
    between = [word.text for word in words[head + 1 : following]]
    if not between and words[head].text not in IMPERATIVES | LIGHT | LIKE and following + 1 < len(words):
        return None
    return following if all(word in ARTICLES for word in between) else None
