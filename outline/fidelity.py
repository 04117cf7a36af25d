"""Is an outline faithful to the text it was made from? Numbers, doses and negations lost or invented."""

from collections.abc import Set
from dataclasses import asdict, dataclass
from typing import Any

from outline.english import is_english
from outline.negations import compare_negations
from outline.quantities import blank_markers, compare_quantities, unsupported_quantities
from outline.tree import Outline, parse_outline
from outline.words import stems, tokens

FINDINGS = {
    "invented_numbers": "numbers that the source does not hold",
    "lost_numbers": "numbers of the source that are missing",
    "invented_doses": "amounts with a unit that the source does not hold",
    "lost_doses": "amounts with a unit of the source that are missing",
    "invented_negations": "negated words that the source does not negate",
    "lost_negations": "negations of the source that are missing, by the negated word",
}
"""The fields of a report that hold findings, each with its meaning in words."""


@dataclass(frozen=True)
class FidelityReport:
    """What `check_fidelity` found. Without a source nothing is checked and every measure is empty or None."""

    checked: bool
    invented_numbers: tuple[str, ...] = ()
    lost_numbers: tuple[str, ...] = ()
    invented_doses: tuple[str, ...] = ()
    lost_doses: tuple[str, ...] = ()
    invented_negations: tuple[str, ...] = ()
    lost_negations: tuple[str, ...] = ()
    coverage: float | None = None
    """Share (0 to 1) of the source's distinct content words that the outline has, list markers aside; 1 without any."""
    expansion: float | None = None
    """Words of the outline per word of the source."""
    english: bool = True
    """Whether the source reads as English; of another language figures are compared, hardly any word."""

    @property
    def found(self) -> bool:
        """Whether something was invented or lost."""
        return any(getattr(self, name) for name in FINDINGS)

    @property
    def faithful(self) -> bool | None:
        """Whether no number, dose or negation was invented or lost; None when unchecked.

        None, too, where nothing was found in a source of another language: its negations were not read.
        """
        if not self.checked or not (self.found or self.english):
            return None
        return not self.found

    def feedback(self) -> str:
        """Return the findings as lines for a repair prompt; empty when there are none."""
        found = [(text, getattr(self, name)) for name, text in FINDINGS.items()]
        return "\n".join(f"{text}: {', '.join(values)}" for text, values in found if values)

    def as_dict(self) -> dict[str, Any]:
        """Return the report as a JSON-ready object, `faithful` included."""
        return {**asdict(self), "faithful": self.faithful}


def check_fidelity(source: str | None, outline: str | Outline, context: str = "") -> FidelityReport:
    """Compare an outline (Markdown, or already parsed) with the text it was made from.

    `context` (the patient's message) can support a number or a negation but is owed none. A blank or missing source
    gives an unchecked report. List markers are no numbers. Not covered: whether a number stands at the right drug or a
    finding on the right side, and claims, names or guesses that were invented or lost without a number or a negation;
    see `outline.quantities` and `outline.negations` for what each reading misses.
    """
    if source is None or not source.strip():
        return FidelityReport(checked=False)
    tree = parse_outline(outline) if isinstance(outline, str) else outline
    numbers = compare_quantities(source, tree, context)
    points = "\n".join([*(node.text for _, _, node in tree.walk()), *(text for _, text in tree.prose)])
    words = tokens(blank_markers(source)), tokens(points)
    invented, lost = compare_negations(source, tree, context)
    content, kept = stems(words[0]), stems(words[1])
    return FidelityReport(
        checked=True,
        invented_numbers=_sorted(numbers.invented_numbers),
        lost_numbers=_sorted(numbers.lost_numbers),
        invented_doses=_sorted(numbers.invented_doses),
        lost_doses=_sorted(numbers.lost_doses),
        invented_negations=_sorted(invented),
        lost_negations=_sorted(lost),
        coverage=len(content & kept) / len(content) if content else 1.0,
        expansion=len(words[1]) / max(1, len(words[0])),
        english=is_english(source),
    )


def unsupported_numbers(answer: str, *supports: str) -> tuple[str, ...]:
    """Return the numbers that an answer (Markdown) states and none of `supports` (plain texts) can support."""
    return _sorted(unsupported_quantities(parse_outline(answer), "\n".join(supports)))


def _sorted(values: Set[str]) -> tuple[str, ...]:
    return tuple(sorted(values))
