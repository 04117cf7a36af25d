"""How much an answer repeats itself."""

import re

_SIZE = 4
"""Words of an n-gram."""


def repeated_share(text: str) -> float:
    """Return the share of word 4-grams that occurred before in the text, from 0 to 1 (0 when it is too short).

    This is seq-rep-n of Welleck et al., Neural Text Generation with Unlikelihood Training (2019), over lower-case
    words instead of tokens, so that models with different tokenizers compare.
    """
    words = re.findall(r"\w+", text.lower())
    grams = [tuple(words[start : start + _SIZE]) for start in range(len(words) - _SIZE + 1)]
    return 1 - len(set(grams)) / len(grams) if grams else 0.0
