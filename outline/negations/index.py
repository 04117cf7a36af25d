"""Which passages of a text speak of the same as a claim of another, by the words that they share."""

from collections.abc import Sequence

from outline.negations.claims import Claim, Passage

_FOCUS, _AROUND, _BESIDE = 3.0, 1.5, 1.0
"""Weights of a word by how near it stands to the cue."""
_FADE = 0.7
"""What a denied word weighs less than the one before it."""
_GROUP = 0.7
"""Of a match by a shared group instead of the word itself."""
_THERE = 0.4
"""Of a match with a word that stands above or beside the passage."""

Query = list[list[tuple[str, float]]]
"""Words to look for, each by the keys of its senses with their weights."""


class Index:
    """Passages by the words that they hold."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.passages = passages
        self.own: dict[str, set[int]] = {}
        """Places of the passages that have a sense, by its key."""
        places = {id(passage.keys): at for at, passage in enumerate(passages)}
        self._beside: list[list[int]] = [[] for _ in passages]
        """Of each passage, the places of those that it stands beside."""
        for at, passage in enumerate(passages):
            named = [sense.key for token, state in passage.tokens if state is None for sense in token.word.senses]
            for key in (*passage.states, *named):
                self.own.setdefault(key, set()).add(at)
            for keys in passage.beside:
                self._beside[places[id(keys)]].append(at)

    def _there(self, key: str) -> set[int]:
        """Places of the passages that have a word beside or above them."""
        own = self.own.get(key, ())
        return {at for place in own if key in self.passages[place].keys for at in self._beside[place]}

    def scores(self, passage: Passage, claim: Claim) -> dict[int, float]:
        """Return how much each passage shares with a claim, by its place; a word counts by the best of its senses."""
        found: dict[int, float] = {}
        for keys in _query(passage, claim):
            gained: dict[int, float] = {}
            for key, weight in keys:
                own, there = self.own.get(key, ()), self._there(key)
                if not own and not there:
                    continue
                share = weight / (len(own) + len(there)) ** 0.5
                for at in there:
                    gained[at] = max(gained.get(at, 0), share * _THERE)
                for at in own:
                    gained[at] = max(gained.get(at, 0), share)
            for at, share in gained.items():
                found[at] = found.get(at, 0) + share
        return found


def _query(passage: Passage, claim: Claim) -> Query:
    weights = dict.fromkeys(passage.keys, _BESIDE)
    weights.update(dict.fromkeys(claim.around, _AROUND))
    query = []
    for place, (token, _) in enumerate(claim.said):
        weight = max(_FOCUS - _FADE * place, _AROUND)
        weights.pop(token.word.key, None)
        query.append([(sense.key, weight * _GROUP if at else weight) for at, sense in enumerate(token.word.senses)])
    return [*query, *([item] for item in weights.items())]
