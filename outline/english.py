"""Is a text English? No other language's negations and numbers in words are read."""

from outline.negations.lexicon import lexicon
from outline.words import FUNCTION_WORDS, tokens

_KNOWN = 0.2
"""Share of the words that are function words or cues: above 0.27 in every English reply known here, else mostly 0.1."""
_FEW = 8
"""Words below which that share says nothing."""


def is_english(text: str) -> bool:
    """Return whether `text` may be English by its words; one of fewer than eight is, if most are in ASCII.

    Not covered: a language that shares its small words with English, such as Scots; a text in two languages; and notes
    without small words ("amoxicillin thrice daily five days, plenty fluids, salt water gargles"), which pass for none.
    """
    words = [word for word in tokens(text) if word[0].isalpha()]
    if len(words) < _FEW:
        return 2 * sum(map(str.isascii, words)) >= len(words)
    roles = lexicon().roles
    return sum(word in FUNCTION_WORDS or word in roles for word in words) >= _KNOWN * len(words)
