"""The words around a cue that it may deny, told by word lists alone."""

from collections.abc import Sequence

from outline.negation_words import (
    ARTICLES,
    AUXILIARIES,
    BE,
    CLAUSE_STARTS,
    DETERMINERS,
    FOLLOWED,
    IMPERATIVES,
    IRREGULAR,
    LIGHT,
    LIKE,
    LIKE_BEHIND,
    OBJECTS,
    PASSIVES,
    PREPOSITIONS,
    SUBJECTS,
    TIMES,
    VERBAL,
)
from outline.sentences import Word, is_cue

REACH = 5
_WIDE = 9
_BACK = 3


def words_after(words: Sequence[Word], at: int) -> tuple[list[int], list[int]]:
    """The content words behind the cue: those in its own clause, and those behind it."""
    reached: list[int] = []
    wide: list[int] = []
    beyond = False
    named = 0
    verbal = is_verbal(words, at)
    for place in range(at + 1, len(words)):
        word = words[place].text
        if place - at > 2 * _WIDE or len(reached) + len(wide) >= _WIDE:
            break
        if place == at + 1 and word in ("due", "because"):
            continue
        if (word in CLAUSE_STARTS and word != "just") or (word == "," and not _lists_on(words, at, place)):
            if word in TIMES:
                # "do not drive until Monday" is also "driving: not until Monday"
                wide.append(place)
            break
        if reached and is_cue(word) and (words[at].text, word) != ("neither", "nor"):
            if word in TIMES:
                wide.append(place)
            break
        # "sip between meals, not with them" names nothing; "none of these" does.
        if not reached and word in OBJECTS and place > at + 1 and words[place - 1].text in PREPOSITIONS and verbal:
            break
        if word == "with" and words[at].text == "without":
            break
        if (
            word == "and"
            and words[at].text in DETERMINERS
            and words[place + 1 : place + 2]
            and words[place + 1].text in ARTICLES
        ):
            beyond = True
        if (named or reached) and word in IMPERATIVES and words[place - 1].text not in ("to", "or", *AUXILIARIES):
            beyond = True
        if named and word in AUXILIARIES and not verbal:
            beyond = True
        if word == "that" or (named and word in SUBJECTS and words[place - 1].text not in ("of", "with", "in", "for")):
            beyond = beyond or place + 1 < len(words)
            continue
        if named >= REACH:
            beyond = True
        if words[place].content and not is_cue(word):
            named += word not in LIGHT
            (wide if beyond else reached).append(place)
    return reached, wide


def _lists_on(words: Sequence[Word], cue: int, comma: int) -> bool:
    """Whether a comma goes on with what the cue denies: "no fever, cough or weight loss"."""
    if is_verbal(words, cue):
        return False
    chunk: list[str] = []
    for word in words[comma + 1 :]:
        if word.text == "," or word.text in CLAUSE_STARTS or is_cue(word.text) or len(chunk) == REACH:
            break
        chunk.append(word.text)
    if not chunk or chunk[0] in SUBJECTS or chunk[0] in IMPERATIVES:
        return False
    return len(chunk) <= 2 or "or" in chunk or "nor" in chunk or "and" in chunk[:3]


def words_before(words: Sequence[Word], at: int) -> list[int]:
    """The content words before a cue that it may deny: the subject of "is not", what is "negative"."""
    text = words[at].text
    previous = words[at - 1].text if at else ""
    verbal = is_verbal(words, at)
    if text in PASSIVES and previous not in BE:
        return []
    if verbal and previous not in AUXILIARIES and text in ("not", "never") and not _is_participle(words, at + 1):
        return []
    if text == "free":
        return [at - 1] if at and words[at - 1].content and not follows(words, at, FOLLOWED) else []
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


def _is_participle(words: Sequence[Word], at: int) -> bool:
    """Whether a participle ends its clause, as in "transfusion not needed"."""
    text = words[at].text if at < len(words) else ""
    if not text.endswith("ed") and text not in LIGHT and text not in IRREGULAR:
        return False
    following = words[at + 1].text if at + 1 < len(words) else ","
    return following in CLAUSE_STARTS or following in PREPOSITIONS or following in (",", "and", "or")


def is_verbal(words: Sequence[Word], at: int) -> bool:
    """Whether a cue denies a verb: "not", "isn't", "no longer"."""
    text = words[at].text
    return text in VERBAL or text.endswith("n't") or (text == "no" and follows(words, at, frozenset({"longer"})))


def follows(words: Sequence[Word], at: int, texts: frozenset[str]) -> bool:
    return at + 1 < len(words) and words[at + 1].text in texts
