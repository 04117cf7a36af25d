"""The similarity of two texts by its definition, to hold against what the search for near-duplicates measures."""

from prep.shingles import SHINGLE, normal


def shingles(text: str) -> frozenset[str]:
    plain = normal(text)
    return frozenset(plain[i : i + SHINGLE] for i in range(max(1, len(plain) - SHINGLE + 1)))


def similarity(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)
