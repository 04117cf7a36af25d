"""The facts of a doctor's reply: its clauses, however little punctuation it has."""

from evals.mece.wording import word_lists
from outline.negations.clauses import split_clauses
from outline.negations.tokens import spans_of
from outline.words import content_words

_FEWEST_WORDS = 3
"""Content words that a clause needs to stand by itself."""


def key_facts(reply: str) -> tuple[str, ...]:
    """Return the clauses of a reply that state something, in its order and its own words.

    A clause with fewer than three content words is joined to the one beside it, within a sentence. Greetings and thanks
    are left out.
    Not covered: two facts that no mark and no word such as "and" parts ("take rest drink water") stay one.
    """
    reply = word_lists().polite.sub(" . ", reply)
    spans = spans_of(reply)
    parts: list[tuple[int, int]] = []
    for clause in split_clauses(reply):
        start, end = spans[clause.words[0].first][0], spans[clause.words[-1].last][1]
        goes_on = clause.opens in ("", ",") and bool(parts)
        if goes_on and (_is_short(reply[start:end]) or _is_short(reply[slice(*parts[-1])])):
            start = parts.pop()[0]
        parts.append((start, end))
    facts = (" ".join(reply[start:end].split()) for start, end in parts)
    return tuple(dict.fromkeys(fact for fact in facts if content_words(fact)))


def _is_short(clause: str) -> bool:
    return len(content_words(clause)) < _FEWEST_WORDS
