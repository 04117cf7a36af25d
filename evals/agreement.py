"""Does an answer agree with the reference (the doctor's reply), which the model has not seen?"""

from dataclasses import dataclass, replace

from evals.amounts import amounts_at_odds
from evals.denials import denials, turned_denials
from outline import Outline, check_fidelity, content_words, parse_outline
from outline.negations.cases import Verdict
from outline.negations.index import Index
from outline.negations.passages import passages_of_outline, passages_of_text
from outline.quantities import find_quantities


@dataclass(frozen=True)
class Agreement:
    """What of the reference an answer has, and what it contradicts; all None or empty without a reference.

    A share is None where the reference holds nothing of its kind: an answer is not right for want of a question. That
    a share is low does not make an answer wrong: it may give other advice that is good. Not covered: facts
    without a number or a negation but by their words, which numbers matter, and who or what a number is of.
    """

    checked: bool
    numbers_kept: float | None = None
    """Share (0 to 1) of the reference's distinct plain numbers (counts, ages, ranks, shares) that the answer has."""
    doses_kept: float | None = None
    """Share of its distinct amounts with a unit, rates and dates."""
    negations_kept: float | None = None
    """Share of what it denies or advises against that the answer denies or advises against, too."""
    contradicted: tuple[str, ...] = ()
    """What the answer says against it; `evals.denials` and `evals.amounts` say what that does not cover."""
    coverage: float | None = None
    """Share of its distinct content words, by their stems, that the answer has."""
    english: bool = True
    """Whether the reference reads as English; of another one no negation is read, and no contradiction told."""

    def metrics(self) -> dict[str, float]:
        """Return the numbers that are averaged over answers; what was not measured is left out."""
        numbers = {
            "numbers_kept": self.numbers_kept,
            "doses_kept": self.doses_kept,
            "negations_kept": self.negations_kept,
            "contradicted": float(bool(self.contradicted)) if self.checked and self.english else None,
            "reference_coverage": self.coverage,
        }
        return {name: value for name, value in numbers.items() if value is not None}


def check_agreement(reference: str | None, answer: str, context: str = "") -> Agreement:
    """Compare an answer (Markdown) with its reference; `context` is the patient's message.

    An amount that the patient's message holds contradicts nothing. A blank or missing reference gives an unchecked
    agreement.
    """
    if reference is None or not reference.strip():
        return Agreement(checked=False)
    outline = parse_outline(answer)
    report = check_fidelity(reference, outline, context)
    numbers, doses = _quantities(reference)
    figures = Agreement(
        checked=True,
        numbers_kept=_kept(numbers, report.lost_numbers),
        doses_kept=_kept(doses, report.lost_doses),
        coverage=report.coverage if content_words(reference) else None,
        english=report.english,
    )
    if not report.english:
        return figures
    ours, theirs = Index(passages_of_text(reference)), Index(passages_of_outline(outline))
    denied = [case.verdict is Verdict.MET for case in denials(ours, theirs)]
    return replace(
        figures,
        negations_kept=sum(denied) / len(denied) if denied else None,
        contradicted=_contradicted(reference, outline, context, ours, theirs),
    )


def _quantities(text: str) -> tuple[set[str], set[str]]:
    """The plain numbers of a text and its doses, as a fidelity report writes them; "first" is none."""
    stated = [quantity for quantity in find_quantities(text) if quantity.stated and not quantity.name]
    numbers = {one.form for one in stated if one.is_number and not (one.ranks and one.value == 1)}
    return numbers, {one.form for one in stated if not one.is_number}


def _kept(held: set[str], lost: tuple[str, ...]) -> float | None:
    return 1 - len(held & set(lost)) / len(held) if held else None


def _contradicted(reference: str, outline: Outline, context: str, ours: Index, theirs: Index) -> tuple[str, ...]:
    turned = [f"{word}: denied by the reference, stated by the answer" for word in turned_denials(ours, theirs)]
    turned += [f"{word}: stated by the reference, denied by the answer" for word in turned_denials(theirs, ours)]
    return (*sorted(turned), *sorted(amounts_at_odds(reference, outline, context)))
