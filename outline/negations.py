"""Negations of a text, each with the word that it denies: "do not take aspirin" denies "aspirin".

A heuristic without a parser. A cue ("not", "without") denies its head, the first content word behind it that is no
light verb, and reaches over the words around it until a new clause begins (see `outline.scope`). Two texts agree on a
negation when some cue reaches the head in both; where the other text has other words for it ("not necessary to remove
it", "no need to remove it"), a shared word within reach is enough. "avoid", "stop", "rather than" and their like can
stand for a negation; one of them that is missing counts only where the other text speaks of what it denies. See
`outline.denials` for what counts as agreement. Not covered: which of two equal words a negation belongs to; most
opposites without a cue; a negation in wholly other words ("has not changed", "stays the same"); a condition that is
parted from its advice; "stop" that is gone together with its object.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from outline.denials import Denial, Negations, Reach
from outline.mentions import Mention
from outline.negation_words import LIGHT, SOFT
from outline.scope import ONLY, Cue, find_assertions, find_cues
from outline.sentences import LIGHT_KEYS, Sentence, key, split_sentences
from outline.tree import Node, Outline
from outline.words import stem

_ONLY = key(ONLY)


def find_negations(text: str | Outline) -> Negations:
    """Return the negations of a text, or of an outline, where a point may deny what stands in the points above it."""
    found = Negations()
    for sentence, above, below in _sentences(text):
        cues = find_cues(sentence)
        _add_words(found, sentence, cues)
        for cue in cues:
            _add_cue(found, sentence, cue, above, below)
    return found


def _add_words(found: Negations, sentence: Sentence, cues: Sequence[Cue]) -> None:
    reached = {place for cue in cues for place in cue.reached}
    found.words.update([word.key for word in sentence])
    found.plain.update([word.key for place, word in enumerate(sentence) if place not in reached])
    found.asserted.update([sentence[place].key for place in find_assertions(sentence) - reached])
    found.held.update([after.key for word, after in pairwise(sentence) if word.text == "with" and after.content])
    for place, word in enumerate(sentence):
        # "not uncommon" denies nothing.
        if word.base and place not in reached:
            base = key(word.base)
            found.reached.setdefault(base, set()).add(Reach(word.key, base, frozenset({base}), prefix=True))
            denial = Denial(*sentence.spans[place], stem(word.base), base, strong=False, prefix=True)
            found.denials.append(denial)


def _add_cue(found: Negations, sentence: Sentence, cue: Cue, above: frozenset[str], below: Sequence[Node]) -> None:
    head = "" if cue.head is None else sentence[cue.head].key
    words = frozenset([sentence[place].key for place in cue.reached])
    opens = not head or not any(word.content and not word.cue for word in sentence[: cue.at])
    reach = Reach(sentence[cue.at].key, head, words, cue.pronoun, opens or cue.at + 1 == len(sentence))
    for places, by_word in ((cue.reached, found.reached), (cue.wide, found.wide)):
        for place in places:
            by_word.setdefault(sentence[place].key, set()).add(reach)
    if cue.strong or cue.owed or reach.cue == _ONLY:
        found.elliptic = found.elliptic or (cue.strong and not head)
        # "Foods to avoid" denies what stands below.
        ends = not head or cue.at + 1 == len(sentence)
        for other in above if not (ends and below) else _keys(below) if cue.forward else above | _keys(below):
            found.under.setdefault(other, set()).add(reach)
        if (head or (cue.elliptic and cue.reached and not below)) and reach.cue != _ONLY:
            found.denials.extend(_denials(sentence, cue, above))


def negation_mentions(text: str) -> list[Mention]:
    """Return where `text` denies a word, in text order: the span from the cue to that word, and the word's stem."""
    denials = sorted(find_negations(text).denials, key=lambda denial: (denial.start, denial.end))
    return [Mention(denial.start, denial.end, frozenset({denial.stem})) for denial in denials]


def _denials(sentence: Sentence, cue: Cue, above: frozenset[str]) -> Iterator[Denial]:
    """What a cue denies: its head, and what is joined to it by "or" ("no fever or vomiting")."""
    first = _denial(sentence, cue, above)
    yield first
    for place in cue.reached:
        if (
            cue.head is not None
            and cue.strong
            and place > cue.head
            and sentence[place].text != "more"
            and sentence[place].text not in LIGHT
            and _follows_or(sentence, place, cue.forward)
        ):
            word = sentence[place]
            others = (first.head, *first.others)
            yield replace(
                first, end=sentence.spans[place][1], stem=stem(word.text), head=word.key, others=others, strong=False
            )


def _follows_or(sentence: Sentence, place: int, forward: bool) -> bool:
    # "or use machines"
    place -= sentence[place - 1].text in LIGHT
    before = [word.text for word in sentence[max(0, place - 2) : place]]
    if before[-1:] in (["or"], ["nor"]):
        return True
    # "cannot hold urine or the foot drops" begins a clause.
    ends = forward or place + 1 == len(sentence) or not sentence[place + 1].content
    return ends and before[:1] in (["or"], ["nor"]) and before[1] in ("a", "an", "any", "the")


def _denial(sentence: Sentence, cue: Cue, above: frozenset[str]) -> Denial:
    at = cue.at if cue.head is None else cue.head
    behind = [place for place in (*cue.reached, *cue.wide) if place > at]
    ahead = [place for place in cue.reached if place < at]
    near = [sentence[place].key for place in cue.reached if place != at]
    return Denial(
        min(sentence.spans[cue.at][0], sentence.spans[at][0]),
        max(sentence.spans[cue.at][1], sentence.spans[at][1]),
        stem(sentence[at].text),
        "" if cue.head is None else sentence[at].key,
        None if cue.second is None else sentence[cue.second].key,
        tuple(word for word in near if word not in LIGHT_KEYS),
        above,
        key(sentence[at].base) if sentence[at].base else "",
        tuple(sentence[place].key for place in (*behind, *ahead)),
        sentence[cue.at].text == "without",
        any(word.text == ONLY for word in sentence),
        cue.strong and not (cue.head is not None and (sentence[at].text in SOFT or sentence[at].base)),
    )


def _sentences(text: str | Outline) -> Iterator[tuple[Sentence, frozenset[str], Sequence[Node]]]:
    """Each sentence with the keys of what stands above it (or before a colon on its line), and the points below."""
    if isinstance(text, str):
        for sentence in split_sentences(text):
            yield sentence, frozenset(), ()
        return
    waiting: list[tuple[Node, frozenset[str]]] = [(root, frozenset()) for root in reversed(text.roots)]
    while waiting:
        node, above = waiting.pop()
        for sentence in split_sentences(_unmarked(node.text)):
            yield sentence, above, node.children
            above |= {word.key for word in sentence if word.content}
        waiting.extend((child, above) for child in reversed(node.children))
    for _, prose in text.prose:
        for sentence in split_sentences(_unmarked(prose)):
            yield sentence, frozenset(), ()


def _keys(nodes: Sequence[Node]) -> set[str]:
    sentences = (sentence for node in nodes for sentence in split_sentences(_unmarked(node.text)))
    return {word.key for sentence in sentences for word in sentence if word.content}


def _unmarked(text: str) -> str:
    return text.replace("*", "").replace("`", "")
