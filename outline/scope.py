"""The reach of a negation: which words "not", "without" or "avoid" may deny, told by word lists alone."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from outline.words import FUNCTION_WORDS, WORD, lower, stem

_SENTENCE_END = re.compile(r"[;:!?\n]+|\.(?=\s|$)|\s[-–—](?=\s)")
_TOKEN = re.compile(rf"{WORD.pattern}|,(?=\s)")
# Nothing is denied by these.
_IDIOMS = re.compile(
    r"\bnot only\b|\bwhether or not\b|\bor not\b|\bin no time\b|\bno doubt\b|\bnothing (?:more|but|other)\b"
    r"|\bno (?:sooner|matter|wonder)\b|\bnot to mention\b|\bwith(?: \w+){0,4} or without\b|\bwhy not\b"
    r"|\bwithout delay\b",
    re.IGNORECASE,
)

_VERBAL = frozenset(
    """
    not never cannot dont doesnt didnt isnt wasnt wont cant shouldnt wouldnt couldnt hasnt havent hadnt arent werent
    neednt mustnt
    """.split()
)
_DETERMINERS = frozenset("no without neither nor none nothing nobody nowhere non nil".split())
_AVOIDING = frozenset("avoid avoids avoided avoiding refrain".split())
# They may stand for a negation, but deny nothing by themselves.
_LIKE = frozenset(
    """
    stop stops stopped stopping absence free unable impossible unnecessary hardly rarely seldom barely lack lacks
    lacking fail fails failed refuse refuses deny denies denied exclude excluded ruled unless except instead rather
    prevent prevents prevented preventing forbidden prohibited contraindicated skip omit quit cease discontinue away off
    unlikely maximum most limit only
    """.split()
)
_LIKE_BEHIND = frozenset(
    "negative absent free unlikely unnecessary excluded ruled contraindicated forbidden none nil".split()
)
_ONLY_AHEAD = frozenset("without neither nor".split()) | _LIKE - _LIKE_BEHIND
_SOFT = _LIKE | _LIKE_BEHIND | _AVOIDING
_AUXILIARIES = frozenset(
    """
    is are was were be been am do does did has have had can could will would shall should may might must need needs
    """.split()
)
_LIGHT = frozenset(
    """
    take taken taking takes use used using uses get gets getting got go goes going gone give given giving gives make
    makes making need needed needs want wants have having seem seems feel feels try keep keeps start yet let
    """.split()
)
# Words whose opposite is their own with a prefix; behind "un" and before "less" any word will do.
_PREFIX = re.compile(
    r"un(?!der|til|less|ion|i[tfqv])(\w{4,})|(?:non|ir|il)(\w{5,})|(\w{4,})less"
    r"|in(complete|correct|effective|active|adequate|sufficient|appropriate|visible|frequent|significant|fertile"
    r"|curable|capable|dependent|secure|accurate|consistent|operable|definite|tolerant)"
    r"|im(possible|proper|mature|mobile|perfect)|dis(appear\w*|continue\w*|agree\w*|satisfied)|ab(normal\w*)"
)
# "I do not think it is cancer" denies the cancer.
_RAISING = frozenset("think believe feel suspect seem appear look expect".split())
_CLAUSE_STARTS = frozenset(
    """
    so but please because if as since when while which who then otherwise unless until although though therefore hence
    instead rather however also whereas whenever once just due
    """.split()
)
_SUBJECTS = frozenset("it he she they we i you this these there those".split())
_IMPERATIVES = frozenset(
    """
    take use apply avoid drink eat see come visit consult call give wash put check repeat show stop start keep go get
    wear continue do try follow meet make let rest walk sleep sit lie boil roll raise clean stay put place press weigh
    test read ask tell send upload treat bring hold turn pour mix add cover remove change cut limit reduce increase
    """.split()
)
# Behind "not" they say what is denied.
_ADVERBS = frozenset("even too really still always usually ever already only".split())
_ARTICLES = frozenset("the a an any your my his her their".split())
_BE = frozenset("is are was were be been am".split())
_NOT_BE = frozenset("isn't aren't wasn't weren't isnt arent wasnt werent".split())
_PREPOSITIONS = frozenset("with for of to in on at from by".split())
_OBJECTS = frozenset("it them him me us you this that these those".split())
_NOT_EMPTY = frozenset("done doing more".split())
_REACH = 5
_WIDE = 9
_BACK = 3
_ELLIPSIS = 3
_TIMES = frozenset("before after until within during if".split())


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
    match = _PREFIX.fullmatch(word)
    return next(filter(None, match.groups()), "") if match else ""


@lru_cache(maxsize=50_000)
def _known(word: str) -> tuple[str, str, bool, bool, str]:
    """What a word is, wherever it stands: the first fields of a `Word`."""
    text = lower(word)
    content = (text not in FUNCTION_WORDS and text not in _ADVERBS) or text in _NOT_EMPTY
    return text, key(text), content and text[0].isalpha(), is_cue(text) or text in _SOFT, base_of(text)


LIGHT_KEYS = frozenset(map(key, _LIGHT))
"""The keys of verbs that say little by themselves, such as "take"."""


def split_sentences(text: str) -> Iterator[list[Word]]:
    """Yield the words of each sentence, and its commas; a colon, a spaced dash and a line end end one."""
    blanked = _IDIOMS.sub(lambda match: " " * len(match.group()), text)
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
        if word.text in _AUXILIARIES:
            after = next((place for place in range(at + 1, len(words)) if words[place].text not in _AUXILIARIES), at)
            if words[after].content and not is_cue(words[after].text):
                found.add(after)
    return found


def is_cue(word: str) -> bool:
    """Whether a word denies by itself."""
    return word in _VERBAL or word in _DETERMINERS or word.endswith("n't")


def _cue(words: Sequence[Word], at: int) -> Cue:
    text = words[at].text
    strong = is_cue(text)
    reached, wide = _after(words, at) if strong or text in _LIKE or text in _AVOIDING else ([], [])
    content = [place for place in reached if words[place].content]
    head = next((place for place in content if words[place].text not in _LIGHT), content[0] if content else None)
    if head is not None and words[head].text in _RAISING and wide:
        later = [place for place in (*reached, *wide) if place > head and words[place].content]
        head = next((place for place in later if words[place].text not in _LIGHT), head)
        reached, wide = [*reached, *wide], []
    following = words[at + 1].text if at + 1 < len(words) else ""
    if strong and (following in _TIMES or (head is None and following == "now")):
        # "not before Monday" denies the time; "not within" goes on with what was said before.
        reached, wide, head = ([], [], None) if following in ("within", "during", "if") else ([at + 1], [], at + 1)
    before = _before(words, at)
    if strong and text not in _DETERMINERS and (not reached or (at and words[at - 1].text == "but")):
        # "... is harmful in some men but yours is not", "the ankle is broken but not the knee"
        before = [place for place in range(at) if words[place].content and not is_cue(words[place].text)][-_ELLIPSIS:]
    second = _second(words, at, head, content)
    return Cue(at, strong, head, second, (*before, *reached), tuple(wide), strong and not following, text in _AVOIDING)


def _after(words: Sequence[Word], at: int) -> tuple[list[int], list[int]]:
    """The content words behind the cue: those in its own clause, and those behind it."""
    reached: list[int] = []
    wide: list[int] = []
    beyond = False
    named = 0
    verbal = words[at].text in _VERBAL or words[at].text.endswith("n't")
    for place in range(at + 1, len(words)):
        word = words[place].text
        if place - at > 2 * _WIDE or len(reached) + len(wide) >= _WIDE:
            break
        if (word in _CLAUSE_STARTS and word != "just") or (word == "," and not _lists_on(words, at, place)):
            break
        if reached and is_cue(word):
            break
        # "sip between meals, not with them" names nothing; "none of these" does.
        if not reached and word in _OBJECTS and place > at + 1 and words[place - 1].text in _PREPOSITIONS and verbal:
            break
        if word == "and" and not verbal and words[place + 1 : place + 2] and words[place + 1].text in _ARTICLES:
            beyond = True
        if named and word in _IMPERATIVES and words[place - 1].text not in ("to", *_AUXILIARIES):
            beyond = True
        if named and word in _AUXILIARIES and not verbal:
            beyond = True
        if word == "that" or (named and word in _SUBJECTS and words[place - 1].text not in ("of", "with", "in", "for")):
            beyond = beyond or place + 1 < len(words)
            continue
        if named >= _REACH:
            beyond = True
        if words[place].content and not is_cue(word):
            named += word not in _LIGHT
            (wide if beyond else reached).append(place)
    return reached, wide


def _lists_on(words: Sequence[Word], cue: int, comma: int) -> bool:
    """Whether a comma goes on with what the cue denies: "no fever, cough or weight loss"."""
    if words[cue].text in _VERBAL or words[cue].text.endswith("n't"):
        return False
    rest = [word.text for word in words[comma + 1 :]]
    chunk = rest[: rest.index(",")] if "," in rest else rest
    if not chunk or chunk[0] in _CLAUSE_STARTS | _SUBJECTS | _IMPERATIVES or any(map(is_cue, chunk)):
        return False
    return len(chunk) <= 2 or (len(chunk) <= 5 and ("or" in chunk or "nor" in chunk))


def _before(words: Sequence[Word], at: int) -> list[int]:
    """The content words before a cue that it may deny: the subject of "is not", what is "negative"."""
    text = words[at].text
    previous = words[at - 1].text if at else ""
    verbal = text in _VERBAL or text.endswith("n't")
    if verbal and previous not in _AUXILIARIES and text in ("not", "never"):
        return []
    most = _BACK if verbal or text in _LIKE_BEHIND else 1
    if (
        text in ("without", "neither", "nor")
        or text in _LIKE - _LIKE_BEHIND
        or (not verbal and most == 1 and previous in ("with", "and", "but", ",", "or"))
    ):
        return []
    found: list[int] = []
    for place in range(at - 1, -1, -1):
        word = words[place].text
        if word in _CLAUSE_STARTS or word in ("and", ",", "that") or is_cue(word) or len(found) == most:
            break
        if words[place].content:
            found.insert(0, place)
    return found


def _second(words: Sequence[Word], at: int, head: int | None, content: Sequence[int]) -> int | None:
    """The object of the denied verb, where nothing but articles stands between."""
    text, previous = words[at].text, words[at - 1].text if at else ""
    verbal = text in _VERBAL or text.endswith("n't")
    if head is None or content[:1] != [head] or not verbal or previous in _BE or text in _NOT_BE:
        return None
    following = next((place for place in content if place > head), None)
    if following is None or any(word.text in _ARTICLES for word in words[at:head]):
        return None
    between = [word.text for word in words[head + 1 : following]]
    if not between and words[head].text not in _IMPERATIVES | _LIGHT | _LIKE and following + 1 < len(words):
        return None
    return following if all(word in _ARTICLES for word in between) else None
