"""The offline teacher: a reply in, the outline of its own words out."""

from collections.abc import Sequence
from itertools import compress
from pathlib import Path

from outline import StructureSpec, check_compliance, content_words, list_markers, render_outline
from prep.rules.clauses import ClauseFinder
from prep.rules.headings import harmful
from prep.rules.layout import Block, Group, Point, lay_out
from prep.rules.sections import Place, Sorter
from prep.rules.vocabulary import Section, Vocabulary, load_vocabulary
from prep.rules.words import Words
from settings import UserError

LONG_CLAUSE = 20
"""Words above which a clause is cut where its grammar shows a seam."""
VERY_LONG_POINT = 36
"""Words above which the rest of a point is hung below its beginning."""
LEVELS = 3
"""A heading, a kind and its points; only below a very long point there is a fourth."""
_KEPT_SHARE = 0.95


class NotEnoughContent(Exception):
    """A reply says too little for the levels that are asked for; `reason` tells what was found."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RulesTeacher:
    """Outlines replies by rules alone: the same reply gives the same outline, on any machine.

    Extractive: each clause of the reply stands in the outline once and in its own words, without a leading "and" or
    an order's "so"; only the headings come from the vocabulary. Of greetings and thanks so much is dropped as leaves
    95% of the reply's content words. The rules know word lists and not meaning: a clause can be cut late or sorted
    amiss.
    """

    def __init__(self, vocabulary_path: str | Path, spec: StructureSpec) -> None:
        if spec.min_depth > LEVELS:
            raise UserError(
                f"the offline teacher writes {LEVELS} levels, the structure's min_depth is {spec.min_depth}",
                hint="a hosted teacher writes deeper ones: --teacher openai",
            )
        self.spec = spec
        self.vocabulary, self.grammar = load_vocabulary(vocabulary_path)
        _refuse_harmful(vocabulary_path, self.vocabulary)
        self.finder = ClauseFinder(self.grammar, self.vocabulary)
        self.sorter = Sorter(self.vocabulary, self.finder)

    def outline(self, reply: str) -> str:
        """Return the outline of `reply` in normal form; `NotEnoughContent` where it cannot have the spec's depth."""
        clauses, courtesies = self._parted(_without_markers(reply))
        needed = max(self.spec.min_depth, 1)
        if len(clauses) < needed:
            raise NotEnoughContent(f"{len(clauses)} distinct points, {needed} levels need at least {needed}")
        blocks = self._blocks(clauses, self.sorter.place(clauses))
        if courtesies:
            label = self.vocabulary.courtesy_heading
            points = tuple(Point(i, _sentence(clause)) for i, clause in enumerate(courtesies))
            blocks.append(Block(label, label, (Group(label, points, general=True),)))
        text = render_outline(lay_out(blocks, self.spec))
        report = check_compliance(text, self.spec)
        if not report.compliant:
            raise NotEnoughContent(report.feedback())
        return text

    def _parted(self, reply: str) -> tuple[list[Words], list[Words]]:
        """The clauses of a reply, and those courtesies that cannot be dropped without losing too many of its words."""
        found = self.finder.clauses(reply, LONG_CLAUSE)
        polite = [self.sorter.is_courtesy(clause) for clause in found]
        clauses = [clause for clause, courtesy in zip(found, polite, strict=True) if not courtesy]
        kept = {word for clause in clauses for word in content_words(clause.text)}
        wanted = content_words(reply)
        courtesies = []
        for clause in compress(found, polite):
            fresh = content_words(clause.text) - kept
            if fresh and len(kept & wanted) < _KEPT_SHARE * len(wanted):
                courtesies.append(clause)
                kept |= fresh
        return clauses, courtesies

    def _blocks(self, clauses: Sequence[Words], places: Sequence[Place]) -> list[Block]:
        blocks = []
        for number, section in enumerate(self.vocabulary.sections):
            here = [(i, place.kind) for i, place in enumerate(places) if place.section == number]
            kinds = sorted({kind for _, kind in here}, key=lambda kind: (kind < 0, kind))
            groups = [
                self._group(section, kind, [self._point(i, clauses[i]) for i, found in here if found == kind])
                for kind in kinds
            ]
            if groups:
                blocks.append(Block(section.heading, section.label, tuple(groups)))
        return blocks

    def _group(self, section: Section, kind: int, points: Sequence[Point]) -> Group:
        label = section.label if kind < 0 else section.kinds[kind].label
        return Group(label, tuple(points), general=kind < 0)

    def _point(self, order: int, clause: Words) -> Point:
        """A clause as a point; a very long one with several seams gets its later parts below its beginning."""
        if len(clause.plain) <= VERY_LONG_POINT:
            return Point(order, _sentence(self._trimmed(clause)))
        cuts = [i for i in range(6, len(clause.plain) - 3) if self.grammar.cuts.at(clause.plain, i)]
        spaced = [cut for cut, before in zip(cuts, [0, *cuts], strict=False) if cut - before >= 8]
        spaced = spaced[: self.spec.max_children]
        if len(spaced) < 2:
            return Point(order, _sentence(self._trimmed(clause)))
        pieces = [clause.part(a, b) for a, b in zip([0, *spaced], [*spaced, len(clause.plain)], strict=True)]
        return Point(order, _sentence(self._trimmed(pieces[0])), tuple(_sentence(piece) for piece in pieces[1:]))

    def _trimmed(self, clause: Words) -> Words:
        """Without the bare "and", or an order's "so", that a list makes needless."""
        start = self.finder.moods.loose(clause) or self.grammar.trimmed.at(clause.plain, 0)
        return clause.part(start, len(clause.plain)) if start < len(clause.plain) else clause


def _refuse_harmful(path: str | Path, vocabulary: Vocabulary) -> None:
    if found := list(harmful(vocabulary)):
        raise UserError(
            "\n".join(f"{path}: {key}: the gate reads {text!r} as {what}" for key, text, what in found),
            hint='a heading holds no number, no time and no negation such as "leave", "avoid" or "without"',
        )


def _without_markers(reply: str) -> str:
    """The reply with a semicolon for each list marker: the outline has markers of its own."""
    for start, end in reversed(list_markers(reply)):
        reply = f"{reply[:start].rstrip()}; {reply[end:].lstrip()}"
    return reply.removeprefix("; ")


def _sentence(clause: Words) -> str:
    """The words as written, their first letter a capital unless the word holds a digit."""
    text = clause.text.rstrip(" ,;:.")
    first = text.split(" ", 1)[0].rstrip(",:") if text else ""
    return text[:1].upper() + text[1:] if first.isalpha() and first.islower() else text
