"""Clauses of a text, parted at its marks and where, without one, something new is said."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from outline.negations.tokens import Token, tokens_of

_AND = ("and", "or", "nor")
_OBJECT = ("it", "them", "you", "this", "that", "these", "those")
_PRONOMINAL = ("one", "ones", "other", "others", "first", "second", "third", "rest")
"""Words that stand for a noun behind "the"."""
_ITEM = 3
"""Words of an item of a list; more are a clause."""
_SUBJECT = 4
"""Words of a noun phrase that begins a clause."""
_LET = 4
"""Words from "let" to what somebody is let do."""
_DENYING = ("verbal", "nominal", "conditional")


class Clause(NamedTuple):
    """Words between two breaks. `opens` is the mark before it, `ends` the one behind it ("" for none)."""

    words: Sequence[Token]
    opens: str
    ends: str
    denies: bool
    """Whether a word of it may deny something."""


def split_clauses(text: str) -> Iterator[Clause]:
    """Yield the clauses of a text, without empty ones.

    Not covered: a bare noun that begins the next sentence of a text without marks ("no fever calamine at night").
    """
    tokens = tokens_of(text)
    first, opens, denies = 0, "", False
    for at, token in enumerate(tokens):
        word = token.word
        if not word.opens:
            denies = denies or word.denies
            continue
        mark = word.text if token.is_mark else ""
        if mark or _begins(tokens, first, at):
            if at > first:
                yield Clause(tokens[first:at], opens, mark, denies)
            passes = mark or word.text == ","
            first, opens, denies = (at + 1, word.text, False) if passes else (at, "", False)
        denies = denies or word.denies
    if len(tokens) > first:
        yield Clause(tokens[first:], opens, "", denies)


def _begins(tokens: Sequence[Token], first: int, at: int) -> bool:
    """Whether a new clause begins with the token at `at` (a comma: behind it)."""
    token = tokens[at]
    if at == first or at + 1 == len(tokens):
        return False
    if token.text == ",":
        return _begins_behind_comma(tokens, first, at)
    if token.text in _AND:
        articles = "articles" in tokens[first].roles and "articles" in tokens[at + 1].roles
        if articles and at - first <= _SUBJECT and not _has_said(tokens[first:at]):
            # "A syrup and a spray are not needed"
            return False
        return _opens_behind_and(tokens, at + 1) or _advises(tokens, first, at + 1)
    before = tokens[at - 1]
    if before.text in _AND or before.text == ",":
        return False
    if "clause_starts" in token.roles:
        return _starts(tokens, at)
    if not (before.word.content or before.text.isdigit() or before.text in ("them", "it", "day", "now")):
        return False
    if "subjects" in token.roles:
        asks = at - 2 >= first and tokens[at - 2].text == "nor"
        return _is_subject(tokens, at) and not asks and not _raised(tokens, first, at)
    if "articles" in token.roles and at - first > 1 and _has_verb(tokens, at):
        return "light" not in before.roles and not _raised(tokens, first, at)
    return "imperatives" in token.roles and _is_imperative(tokens, first, at)


def _begins_behind_comma(tokens: Sequence[Token], first: int, at: int) -> bool:
    opening = tokens[first]
    if "clause_starts" in opening.roles and opening.text not in ("but", "so", "then", "as", "like"):
        return not _lists(tokens, at + 1)
    return (_opens(tokens, at + 1) and not _lists(tokens, at + 1)) or _has_verb_of_its_own(tokens, first, at)


def _starts(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word such as "if" or "so" begins a clause where it stands."""
    token, before, following = tokens[at], tokens[at - 1], tokens[at + 1]
    if not following.text[0].isalnum():
        return False
    if token.text in ("as", "like"):
        return not {"subjects", "articles"}.isdisjoint(following.roles) and not before.word.cue
    if token.text == "once" and ("times" in following.roles or following.text in ("a", "every", "per", "in")):
        # "Once daily"
        return False
    if token.text == "so":
        return not before.word.cue and before.text not in ("if", "and", "or", "is", "are", "just", "even", "ever")
    return token.text == "but" or (before.word.cue in ("", "objects") and before.text not in ("even", "only"))


def _opens(tokens: Sequence[Token], at: int) -> bool:
    token = tokens[at]
    if not {"clause_starts", "imperatives"}.isdisjoint(token.roles) or token.word.cue in _DENYING:
        return True
    if token.text in ("and", "or", "nor"):
        return at + 1 < len(tokens) and _opens_behind_and(tokens, at + 1)
    return ("subjects" in token.roles and _is_subject(tokens, at)) or (
        "articles" in token.roles and _has_verb(tokens, at)
    )


def _opens_behind_and(tokens: Sequence[Token], at: int) -> bool:
    """Whether what stands behind "and" is a clause of its own."""
    token = tokens[at]
    orders = token.text == "do" and at + 1 < len(tokens) and tokens[at + 1].word.cue == "verbal"
    if "clause_starts" in token.roles or token.word.cue in _DENYING or orders:
        return tokens[at - 1].text != "nor"
    if token.text == "you" and tokens[at - 1].text == "and" and at + 1 < len(tokens) and tokens[at + 1].word.content:
        return True
    return ("subjects" in token.roles and _is_subject(tokens, at)) or (
        "articles" in token.roles and _has_verb(tokens, at)
    )


def _advises(tokens: Sequence[Token], first: int, at: int) -> bool:
    """Whether a verb behind "and" gives new advice: "no contrast and take the tablet"; not "do not smoke and drink"."""
    if tokens[at].text == "always" and at + 2 < len(tokens) and "imperatives" in tokens[at + 1].roles:
        # "Never chew it and always finish the strip"
        return True
    if "imperatives" not in tokens[at].roles or at + 1 == len(tokens):
        return False
    cues = [token.word.cue for token in tokens[first:at] if token.word.cue]
    follows = tokens[at + 1]
    return (not cues or cues[-1] != "verbal") and (
        "articles" in follows.roles or follows.word.content or follows.word.number
    )


def _is_subject(tokens: Sequence[Token], at: int) -> bool:
    if at + 1 == len(tokens):
        return False
    text, following = tokens[at].text, tokens[at + 1]
    if text in _OBJECT and following.text in ("only", "just", "also") and at + 2 < len(tokens):
        following = tokens[at + 2]
    verb = not {"auxiliaries", "light", "verbal"}.isdisjoint(following.roles)
    if text in _OBJECT:
        return verb or (text in ("it", "this", "that") and following.word.content and following.text.endswith("s"))
    return verb or following.word.content or "empty" in following.roles


def _has_verb(tokens: Sequence[Token], at: int) -> bool:
    """Whether a noun phrase that begins at `at` is followed by a verb: "the pain will go"."""
    named = False
    for token in tokens[at + 1 : at + 8]:
        if ("auxiliaries" in token.roles and token.text != "to") or token.word.cue == "verbal":
            return named
        article = "articles" in token.roles
        if token.text in _PRONOMINAL:
            named = True
            continue
        if (
            token.word.cue
            or (named and article)
            or not (token.word.content or article or "prepositions" in token.roles)
        ):
            return False
        named = named or token.word.content
    return False


def _raised(tokens: Sequence[Token], first: int, at: int) -> bool:
    """Whether "it" at `at` only goes on with "I do not think"."""
    before = tokens[at - 2] if tokens[at - 1].text == "that" and at - 2 >= first else tokens[at - 1]
    return "raising" in before.roles and any(token.word.cue == "verbal" for token in tokens[first:at])


def _is_imperative(tokens: Sequence[Token], first: int, at: int) -> bool:
    """Whether a verb in its plain form gives new advice: behind a finished phrase, before an object of its own."""
    token, before, following = tokens[at], tokens[at - 1], tokens[at + 1]
    if "light" in before.roles or before.word.cue or at - first < 2 or is_let(tokens, first, at):
        return False
    if "subjects" in before.roles and "auxiliaries" in tokens[at - 2].roles:
        # "Nor does it call for a scan"
        return False
    if "imperatives" in before.roles and not (at - 2 >= first and tokens[at - 2].word.cue == "verbal"):
        return False
    opening = tokens[first]
    if (
        token.text == "do"
        and not _has_said(tokens[first:at])
        and not {"clause_starts", "articles"}.isdisjoint(opening.roles)
    ):
        # "When periods do not come", "the moles do not look bad"
        return False
    if "finite" in token.roles and not ("articles" in following.roles or following.word.number):
        return False
    if token.text != "do" and following.word.cue == "verbal":
        return False
    return following.text not in (",", ".", "and", "or") and "auxiliaries" not in following.roles


def is_let(tokens: Sequence[Token], first: int, at: int) -> bool:
    """Whether the verb at `at` is what nobody is let do: "do not let your sister stop the tablets"."""
    near = range(max(first + 1, at - _LET), at)
    return any(tokens[place].text == "let" and tokens[place - 1].word.cue == "verbal" for place in near)


def _has_verb_of_its_own(tokens: Sequence[Token], first: int, comma: int) -> bool:
    """Whether bare nouns behind a comma have a verb: "no special diet, egg and meat are fine"."""
    if "clause_starts" in tokens[first].roles or tokens[first].text in ("none", "neither"):
        return False
    if comma - first <= _ITEM and not _has_said(tokens[first:comma]):
        # "Tea, coffee and cola are not allowed"
        return False
    for place in range(comma + 1, min(comma + 7, len(tokens))):
        token = tokens[place]
        if token.text in ("is", "are", "was", "were") or _denies_verb(tokens, place):
            return place > comma + 1
        if not (token.word.content or token.text in ("and", "or")) or token.word.cue or "light" in token.roles:
            return False
    return False


def _denies_verb(tokens: Sequence[Token], at: int) -> bool:
    """Whether "does not" or "will not" stands there."""
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    return following is not None and following.word.cue == "verbal" and "auxiliaries" in tokens[at].roles


def _has_said(tokens: Sequence[Token]) -> bool:
    """Whether a verb is among them."""
    verbs = {"auxiliaries", "imperatives", "light"}
    return any(token.word.cue or not verbs.isdisjoint(token.roles) for token in tokens)


def _lists(tokens: Sequence[Token], at: int) -> bool:
    """Whether phrases of up to three words go on up to an "or": "smoke, drink or eat late"."""
    length = 0
    for place in range(at, len(tokens)):
        token = tokens[place]
        if token.text in ("or", "nor"):
            return place > at
        length = 0 if token.text == "," else length + 1
        ends = token.is_mark or not {"subjects", "clause_starts", "verbal", "nominal"}.isdisjoint(token.roles)
        if ends or length > 3:
            return False
    return False
