"""Negations of a text and of an outline, and what one denies that the other does not."""

from collections.abc import Mapping, Sequence, Set

from outline.mentions import Mention
from outline.negations.claims import Claim, Passage
from outline.negations.company import turned_company
from outline.negations.cuts import cut_denials
from outline.negations.idioms import dropped_idioms, idioms_of
from outline.negations.lexicon import BITS, STATED
from outline.negations.matching import compare, name_of
from outline.negations.passages import denials_of_text, passages_of_outline, passages_of_text
from outline.negations.tokens import spans_of
from outline.tree import Outline


def compare_negations(source: str, outline: Outline, context: str = "") -> tuple[set[str], set[str]]:
    """Return the stems that the outline denies and no text does, and those whose denial is lost.

    `context` (the patient's message) can support a negation but is owed none.
    """
    given, told = passages_of_text(source), passages_of_outline(outline)
    invented, lost = compare(given, told, lambda: denials_of_text(context))
    more, fewer = turned_company(given, told)
    lost = [*lost, *cut_denials(given, told)]
    fewer |= _turned_results(given, told, f"{source}\n{context}")
    idioms = idioms_of(source)
    fewer |= dropped_idioms(idioms, source, outline)
    # "Do not delay" for "without delay".
    put_in = {name_of(claim) for claim in invented} - set(idioms.values())
    return put_in | more, {name_of(claim) for claim in lost} | fewer


def _turned_results(given: Sequence[Passage], told: Sequence[Passage], texts: str) -> set[str]:
    """Return what `given` calls negative and the outline positive; if `texts` call nothing so, any result of it."""
    positive = [_named(passage) for passage in told if _is_positive(passage)]
    if not positive:
        return set()
    unheard = "positive" not in texts.lower()
    kept = [claim.keys for claim in _negative(told)]
    twice = [passage.states for passage in given if _is_positive(passage)]
    return {
        name_of(claim)
        for claim in _negative(given)
        if unheard or (claim.keys in positive and claim.keys not in kept and not _are_stated(claim.keys, twice))
    }


def _negative(passages: Sequence[Passage]) -> list[Claim]:
    claims = (claim for passage in passages for claim in passage.claims)
    return [claim for claim in claims if claim.cue.text == "negative" and claim.cue_state == STATED]


def _are_stated(keys: Set[str], texts: Sequence[Mapping[str, int]]) -> bool:
    """Whether a passage calls the same positive, at another time it may be."""
    return any(all(states.get(key, 0) & BITS[STATED] for key in keys) for states in texts)


def _is_positive(passage: Passage) -> bool:
    return any(token.text == "positive" and state == STATED for token, state in passage.tokens)


def _named(passage: Passage) -> Set[str]:
    """The words that a passage calls positive: its own, or those of the heading before it."""
    own = {token.word.key for token, _ in passage.tokens if token.text != "positive"}
    return own or (passage.beside[-1] if passage.beside else own)


def negation_mentions(text: str) -> list[Mention]:
    """Return the negations of a text in its order, each from its cue to the first word that it denies."""
    spans = spans_of(text)
    found = []
    for passage in passages_of_text(text):
        for claim in (claim for claim in passage.claims if not claim.limit):
            tokens = [claim.cue, *(token for token, _ in claim.said[:1])]
            start, end = min(token.first for token in tokens), max(token.last for token in tokens)
            found.append(Mention(spans[start][0], spans[end][1], frozenset({name_of(claim)})))
    return sorted(found, key=lambda mention: (mention.start, mention.end))
