"""What a heading is, and whether one denies what stands below it."""

from collections.abc import Sequence

from outline.negations.clauses import Clause
from outline.negations.events import Event, Polarity
from outline.negations.tokens import Token

_LABEL = 5
"""Words before a colon that are a heading of what follows; more are a sentence."""
_HEADING = 3
"""Content words of a heading without a verb; more say something."""
_LINKS = ("for", "with", "by", "during")
_TIMES = ("in", "at", "on", "until", "before", "after", "within")
"""What may follow "Avoid" or "Absent", before a time or a place."""
_SINCE = ("until", "once", "when", "if", "as", "while", "after", "before")
"""What a clause begins with that says when."""
_RELATIVE = ("that", "which", "who")
"""What begins the clause by which a thing is told from others: "toys that can be washed"."""
_WHEN = ("until", "after", "before")
"""What begins the clause behind "Avoid" that says when."""


def labels_of(clauses: Sequence[Clause], has_children: bool) -> list[bool]:
    """Return which clauses are headings: those before a colon, and a point without a verb that has points below it.

    Of "Not allowed until the test:" it is the first.
    """
    labels = [clause.ends == ":" and len(clause.words) <= _LABEL for clause in clauses]
    if has_children and clauses and not _is_sentence(clauses[-1]):
        labels[-1] = True
    for at in range(len(clauses) - 1):
        if labels[at + 1] and only_says_when(clauses[at + 1]) and _only_forbids(clauses[at], label=True):
            labels[at], labels[at + 1] = True, False
    return labels


def last_clause(clauses: Sequence[Clause]) -> int:
    """Return the place of the clause that the points below stand under: the last, or "Avoid" before a time."""
    if len(clauses) == 2 and _only_forbids(clauses[0]) and only_says_when(clauses[1]):
        return 0
    return len(clauses) - 1


def _only_forbids(clause: Clause, label: bool = False) -> bool:
    """Whether a clause only says "Avoid for a week" or "Do not" of what follows; as a `label`, "Not allowed" too."""
    silent = all(
        token.word.cue or not token.word.content or "times" in token.roles or (label and names_nothing(token))
        for token in clause.words
    )
    return silent and any(token.word.cue in ("objects", "verbal") for token in clause.words)


def only_says_when(clause: Clause) -> bool:
    """Whether a clause is a time and denies nothing: "until the test"."""
    return clause.words[0].text in _WHEN and not any(token.word.cue for token in clause.words)


def _is_sentence(clause: Clause) -> bool:
    if "imperatives" in clause.words[0].roles or sum(token.word.content for token in clause.words) > _HEADING:
        return True
    return any(
        token.word.cue or "auxiliaries" in token.roles or ("subjects" in token.roles and not _points(clause, at))
        for at, token in enumerate(clause.words)
    )


def _points(clause: Clause, at: int) -> bool:
    """Whether a word such as "this" only points at the noun behind it."""
    following = clause.words[at + 1 : at + 2]
    return "articles" in clause.words[at].roles and any(token.word.content for token in following)


def may_be_denied(clause: Clause, reading: Polarity) -> bool:
    """Whether a point only names what the point above denies: not "until it heals", nor a negation of its own."""
    opening = clause.words[0]
    if not {"prepositions", "clause_starts"}.isdisjoint(opening.roles) or opening.text.startswith("avoid"):
        return False
    if any(event.hard or event.limit for event in reading.events):
        return False
    words = clause.words
    # "Toys that can be washed" allows nothing.
    told = [token for at, token in enumerate(words) if not at or words[at - 1].text not in _RELATIVE]
    return not any("allowing" in token.roles or token.text in ("if", "when") for token in told)


def is_open(words: Sequence[Token], event: Event) -> bool:
    """Whether a heading's cue names nothing of its own: "Avoid", "Do not take", "Not needed", "Foods to avoid"."""
    cue, last = words[event.at], words[-1]
    if last.text in ("unless", "except") or (len(words) > 1 and last.text in ("with", "for", "from")):
        return True
    if last.text in ("to", "of") and all(token.text != "to" for token in words[event.at + 1 : -1]):
        # "No allergy to", not "Nothing to be afraid of"
        return True
    if last.text in ("if", "when", "while"):
        return False
    if last is cue and cue.word.cue in ("objects", "nominal", "verbal"):
        # "After meals avoid", not "Until the bleeding stops"
        return words[0].text not in _SINCE or not cue.text.endswith("s")
    if event.at == len(words) - 2 and cue.word.cue == "verbal" and "transitive" in last.roles:
        return True
    links = (*_LINKS, *_TIMES) if cue.word.cue in ("objects", "predicates") else _LINKS
    link = next((at for at in range(event.at + 1, len(words)) if words[at].text in links), len(words))
    times = cue.word.cue == "objects"
    return all(token is cue or not token.word.content or names_nothing(token, times) for token in words[:link])


def names_nothing(token: Token, times: bool = True) -> bool:
    """Whether a word only says that something is needed, used, done or (`times`) when."""
    if times and "times" in token.roles:
        return True
    return not {"generic", "light", "needs"}.isdisjoint(token.roles)


def affirms(clause: Clause) -> bool:
    """Whether a clause says that something is so or may be: "needed", "you have it"."""
    return any(not {"needs", "allowing", "affirming"}.isdisjoint(token.roles) for token in clause.words)
