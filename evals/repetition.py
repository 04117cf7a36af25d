"""How much an answer repeats itself."""

import re


def repeated_share(text: str, size: int = 4) -> float:
    """Return the share of word n-grams that occurred before in the text, from 0 to 1 (0 when it is too short).

    This is seq-rep-n of Welleck et al., Neural Text Generation with Unlikelihood Training (2019), over lower-case
    words instead of tokens, so that models with different tokenizers compare.
    """
    words = re.findall(r"\w+", text.lower())
    grams = [tuple(words[start : start + size]) for start in range(len(words) - size + 1)]
    return 1 - len(set(grams)) / len(grams) if grams else 0.0
