"""What the `unsupported_numbers` metric computes, importable without `evaluate`."""

from collections.abc import Sequence
from statistics import fmean

from evals.metrics import examples
from outline import unsupported_numbers

DESCRIPTION = "Share of answers that hold a number which neither the question nor the reference supports."
INPUTS = examples.INPUTS


def compute(
    predictions: Sequence[str], references: Sequence[str | None], contexts: Sequence[str] | None = None
) -> dict[str, float | list[list[str] | None]]:
    """Return `unsupported_numbers`, the share (0 to 1) of the rows that were checked, and the numbers of each row.

    `unsupported_numbers_per_example` has None (unchecked) for a row without a reference and for one whose think block
    never closed; the share is absent where all are. Raises `UserError` for lists of different lengths and where no row
    has a reference.
    """
    rows = examples.examples_of("unsupported_numbers", predictions, references, contexts)
    found = [
        list(unsupported_numbers(row.answer, row.context, row.reference)) if row.reference and row.answered else None
        for row in rows
    ]
    checked = [float(bool(numbers)) for numbers in found if numbers is not None]
    share = {"unsupported_numbers": fmean(checked)} if checked else {}
    return {**share, "unsupported_numbers_per_example": found}
