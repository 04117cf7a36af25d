"""Is an outline faithful to the text it was made from? Numbers, doses and negations lost or invented."""

from dataclasses import asdict, dataclass
from typing import Any

from outline.negations import find_negations
from outline.quantities import find_quantities
from outline.tree import Outline, parse_outline
from outline.words import content_words, tokens

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
    """Share (0 to 1) of the source's distinct content words that the outline has; 1 for a source without any."""
    expansion: float | None = None
    """Words of the outline per word of the source."""

    @property
    def faithful(self) -> bool | None:
        """Whether no number, dose or negation was invented or lost; None when unchecked."""
        return not any(getattr(self, name) for name in FINDINGS) if self.checked else None

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
    gives an unchecked report. List markers are no numbers. Not covered: whether a number stands at the right drug,
    and claims without numbers; see `outline.quantities` and `outline.negations` for what each reading misses.
    """
    if source is None or not source.strip():
        return FidelityReport(checked=False)
    points = _plain_text(outline)
    given, stated = find_quantities(source), find_quantities(points)
    known = given | find_quantities(context)
    denies, says = find_negations(source), find_negations(points)
    denied = denies | find_negations(context)
    content = content_words(source)
    return FidelityReport(
        checked=True,
        invented_numbers=_sorted(stated.numbers - known.supported_numbers),
        lost_numbers=_sorted(given.numbers - stated.supported_numbers),
        invented_doses=_sorted(stated.doses - known.supported_doses),
        lost_doses=_sorted(given.doses - stated.supported_doses),
        invented_negations=_sorted(says.denied - denied.near_cues),
        lost_negations=_sorted(denies.denied - says.near_cues),
        coverage=len(content & content_words(points)) / len(content) if content else 1.0,
        expansion=len(tokens(points)) / max(1, len(tokens(source))),
    )


def unsupported_numbers(answer: str, *supports: str) -> tuple[str, ...]:
    """Return the numbers that an answer (Markdown) states and none of `supports` (plain texts) can support."""
    known = find_quantities("\n".join(supports))
    return _sorted(find_quantities(_plain_text(answer)).numbers - known.supported_numbers)


def _plain_text(answer: str | Outline) -> str:
    """The words of an answer, a line a point, without its list markers and emphasis."""
    outline = parse_outline(answer) if isinstance(answer, str) else answer
    lines = [node.text for _, _, node in outline.walk()] + [text for _, text in outline.prose]
    return "\n".join(lines).replace("*", "").replace("`", "")


def _sorted(values: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(values))
