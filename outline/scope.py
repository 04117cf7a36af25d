"""The reach of a negation: which words "not", "without" or "avoid" may deny, told by word lists alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from outline.negation_words import (
    ARTICLES,
    AUXILIARIES,
    AVOIDING,
    BE,
    CLAUSE_STARTS,
    DETERMINERS,
    FOLLOWED,
    IMPERATIVES,
    JOINED,
    JUDGING,
    LIGHT,
    LIKE,
    NOT_BE,
    OWED,
    PASSIVES,
    PREDICATES,
    PREPOSITIONS,
    RAISING,
    SOFT,
    TIMES,
    VERBAL,
)
from outline.reach import REACH, follows, is_verbal, words_after, words_before
from outline.sentences import Word, is_cue

_WIDE = 9
_ELLIPSIS = 3
ONLY = "only"
# They begin something of their own behind another cue.
_OWN = VERBAL | DETERMINERS | CLAUSE_STARTS | {ONLY}
_PRONOUNS = ("it", "them", "this", "these", "those")


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
    pronoun: bool = False
    """Whether what it denies is a pronoun: "do not stop it"."""
    forward: bool = False
    """Whether it denies a noun behind it: "no", "without"."""
    owed: bool = False
    """Whether another text may not state what it denies: "avoid", "rather than"; not "only"."""


def find_cues(words: Sequence[Word]) -> list[Cue]:
    """Return the cues of a sentence, each with its reach."""
    cues: list[Cue] = []
    for at, word in enumerate(words):
        if not word.cue or (word.text == "little" and at and words[at - 1].text in ("a", "very")):
            continue
        # "not impossible" is one denial, of the impossible; "do not skip" of the skipping
        if cues and cues[-1].strong and at - cues[-1].at <= 2 and word.text not in _OWN:
            continue
        cues.append(_cue(words, at))
    return cues


def find_assertions(words: Sequence[Word]) -> set[int]:
    """Return the places of the words that an auxiliary asserts: "it is benign", "it can be used"."""
    found = set()
    for at, word in enumerate(words):
        if word.text in AUXILIARIES:
            after = next((place for place in range(at + 1, len(words)) if words[place].text not in AUXILIARIES), at)
            if words[after].content and not is_cue(words[after].text):
                found.add(after)
    return found


def _cue(words: Sequence[Word], at: int) -> Cue:
    text = words[at].text
    strong = is_cue(text)
    following = words[at + 1].text if at + 1 < len(words) else ""
    if following != JOINED.get(text, following):
        return Cue(at, strong)
    if text == ONLY:
        # "only if the fever returns" is as good as "not unless"
        around = range(max(0, at - REACH), min(len(words), at + _WIDE))
        return Cue(at, strong, reached=tuple(place for place in around if words[place].content and place != at))
    if (text in PREDICATES and at and words[at - 1].text in BE and following not in FOLLOWED) or (
        text == "free" and following not in FOLLOWED
    ):
        reached, wide = [], []
    else:
        reached, wide = words_after(words, at) if strong or text in LIKE or text in AVOIDING else ([], [])
    content = [place for place in reached if words[place].content]
    # "no longer needed" denies the need, "no longer than 5 days" the length.
    content = [
        place for place in content if words[place].text != "longer" or follows(words, place, frozenset({"than"}))
    ]
    head = next((place for place in content if words[place].text not in LIGHT), content[0] if content else None)
    if head is not None and words[head].text in RAISING and wide:
        later = [place for place in (*reached, *wide) if place > head and words[place].content]
        head = next((place for place in later if words[place].text not in LIGHT), head)
        reached, wide = [*reached, *wide], []
    if strong and (following in TIMES or (head is None and following == "now")):
        # "not before Monday" denies the time; "not within" goes on with what was said before.
        reached, wide, head = ([], [], None) if following in ("within", "during", "if") else ([at + 1], [], at + 1)
    before = words_before(words, at)
    if strong and content and words[content[0]].text in JUDGING and follows(words, content[0], PREPOSITIONS):
        head = content[0]
    if strong and text not in DETERMINERS and (not reached or (at and words[at - 1].text == "but")):
        # "... is harmful in some men but yours is not", "the ankle is broken but not the knee"
        said = [place for place in range(at) if words[place].content and not is_cue(words[place].text)][-_ELLIPSIS:]
        before, wide = (before, [*wide, *said]) if reached else (said, wide)
    if (
        before
        and (following or not strong)
        and ((head is None and text in SOFT | VERBAL) or (head is not None and words[head].text in LIGHT))
    ):
        # "alcohol is contraindicated", "surgery is not needed", "it is not for you"
        head = before[-1]
    second = _second(words, at, head, content)
    owed = text in AVOIDING or text in OWED or (text in PASSIVES and at > 0 and words[at - 1].text in BE)
    elliptic = strong and not following
    return Cue(
        at,
        strong,
        head,
        second,
        (*before, *reached),
        tuple(wide),
        elliptic,
        _has_pronoun(words, at),
        text in DETERMINERS,
        owed,
    )


def _has_pronoun(words: Sequence[Word], at: int) -> bool:
    """Whether a cue or the verb behind it has a pronoun for its object: "do not stop it", "avoid them"."""
    named = 0
    for word in words[at + 1 : at + 4]:
        if word.text in _PRONOUNS:
            return True
        named += word.content
        if named > 1 or word.text in CLAUSE_STARTS:
            break
    return False


def _second(words: Sequence[Word], at: int, head: int | None, content: Sequence[int]) -> int | None:
    """The object of the denied verb, where nothing but articles stands between."""
    text, previous = words[at].text, words[at - 1].text if at else ""
    verbal = is_verbal(words, at)
    if head is None or content[:1] != [head] or not verbal or previous in BE or text in NOT_BE:
        return None
    following = next((place for place in content if place > head), None)
    if following is None or any(word.text in ARTICLES for word in words[at:head]):
        return None
    between = [word.text for word in words[head + 1 : following]]
    if not between and words[head].text not in IMPERATIVES | LIGHT | LIKE and following + 1 < len(words):
        return None
    return following if all(word in ARTICLES for word in between) else None
