"""Which rows say the same, word for word or nearly."""

import re
from collections.abc import Sequence

from datasketch import MinHash, MinHashLSH

_SHINGLE = 5
"""Characters, spaces left out: a typo or "5mg" for "5 mg" changes few of them."""
_PERMUTATIONS = 256
_MISSED = 0.001
"""Probability with which the search may miss a pair that is just at the threshold."""
_NOT_TEXT = re.compile(r"[\W_]+")

Text = str
Shingles = frozenset[str]


def normal(text: Text) -> Text:
    """Return what two texts must share to be exact duplicates: letters and digits in lower case."""
    return _NOT_TEXT.sub("", text.lower())


def shingles(text: Text) -> Shingles:
    plain = normal(text)
    return frozenset(plain[i : i + _SHINGLE] for i in range(max(1, len(plain) - _SHINGLE + 1)))


def similarity(one: Shingles, other: Shingles) -> float:
    """Return the Jaccard similarity of two sets, 0 to 1."""
    return len(one & other) / len(one | other)


def groups(texts: Sequence[Sequence[Text]], threshold: float) -> list[int]:
    """Return a group number for each row: rows of one group are linked by chains of near-duplicates.

    A row is its texts, compared place by place (question with question, the whole with the whole); two rows are
    near-duplicates when one pair has at least `threshold` Jaccard similarity. Candidates come from MinHash LSH
    (datasketch) and are then measured exactly; of pairs just at the threshold the search misses 1 in 1,000 at most.
    """
    parents = list(range(len(texts)))
    for place in range(len(texts[0]) if texts else 0):
        sets = [shingles(row[place]) for row in texts]
        for one, other in _similar_pairs(sets, threshold):
            roots = sorted((_root(parents, one), _root(parents, other)))
            parents[roots[1]] = roots[0]
    return [_root(parents, row) for row in range(len(texts))]


def _similar_pairs(sets: Sequence[Shingles], threshold: float) -> list[tuple[int, int]]:
    search = MinHashLSH(num_perm=_PERMUTATIONS, params=_bands(threshold))
    pairs = []
    for row, found in enumerate(sets):
        sketch = MinHash(num_perm=_PERMUTATIONS)
        sketch.update_batch([piece.encode("utf-8", "surrogatepass") for piece in found])
        near = (int(str(other)) for other in search.query(sketch))
        pairs += [(other, row) for other in near if similarity(sets[other], found) >= threshold]
        search.insert(str(row), sketch)
    return pairs


def _bands(threshold: float) -> tuple[int, int]:
    """Return bands and rows a band: the longest rows, so the fewest idle candidates, that miss few enough pairs.

    A pair of similarity s shares no band with probability (1 - s ** rows) ** bands.
    """
    choices = ((_PERMUTATIONS // rows, rows) for rows in range(16, 0, -1))
    good = (choice for choice in choices if (1 - threshold ** choice[1]) ** choice[0] <= _MISSED)
    return next(good, (_PERMUTATIONS, 1))


def _root(parents: Sequence[int], row: int) -> int:
    while parents[row] != row:
        row = parents[row]
    return row
