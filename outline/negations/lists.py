"""Lists behind a comma, told by the length of their items."""

from collections.abc import Sequence

from outline.negations.lexicon import Sense
from outline.negations.tokens import Token

_MOST = 3
"""Words of an item of a list."""
_NO_ITEM = frozenset(("prepositions", "auxiliaries", "subjects"))


def goes_on(words: Sequence[Token], comma: int, names: bool) -> bool:
    """Whether what stands behind a comma may still be denied; `names`: by a cue that denies things."""
    if comma + 1 == len(words) or words[comma + 1].text in ("and", "or", "nor"):
        return True
    following = words[comma + 1]
    if words[0].text in ("if", "when") and all(token.text != "," for token in words[comma + 1 :]):
        return False
    if following.text in ("only", "just"):
        return False
    if following.text == "the":
        return is_list(words, comma) and (names or lists_on(words, comma))
    own = following.word.cue or not {"light", "imperatives"}.isdisjoint(following.roles)
    return (names and not own and is_list(words, comma)) or lists_on(words, comma)


def is_list(words: Sequence[Token], comma: int) -> bool:
    """Whether a bare noun phrase stands behind a comma: "no fever, weight loss"."""
    length = 0
    for token in words[comma + 1 :]:
        if token.text in (",", "or", "and", "nor"):
            return length > 0
        article = token.text in ("the", "a", "an")
        if token.word.cue or not (article or _NO_ITEM.isdisjoint(token.roles)):
            return False
        length += not article
        if length > _MOST:
            return False
    return length > 0


def lists_on(words: Sequence[Token], comma: int) -> bool:
    """Whether phrases of up to three words go on to an "or"."""
    length = 0
    for token in words[comma + 1 :]:
        if token.text in ("or", "nor"):
            return True
        length = 0 if token.text == "," else length + 1
        if length > _MOST or token.word.cue:
            return False
    return False


def opposes(words: Sequence[Token], items: Sequence[int], place: int) -> bool:
    """Whether the word at `place` says the opposite of the last item: "no improvement or worsening"."""
    if not items or place == len(words):
        return False
    last = words[items[-1]].word.senses
    return any(Sense(key, not opposite) in last for key, opposite in words[place].word.senses)
