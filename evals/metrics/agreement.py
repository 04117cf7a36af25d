"""What the `reference_agreement` metric computes, importable without `evaluate`."""

from collections.abc import Sequence
from dataclasses import asdict
from statistics import fmean
from typing import Any

from evals.agreement import check_agreement
from evals.metrics import examples

DESCRIPTION = "Numbers, doses, negations and words of a reference that an answer has, and whether it contradicts it."
INPUTS = examples.INPUTS


def compute(
    predictions: Sequence[str], references: Sequence[str | None], contexts: Sequence[str] | None = None
) -> dict[str, float | list[dict[str, Any]]]:
    """Return the mean of each of `Agreement.metrics()` over the rows that it was measured on, and every `Agreement`.

    A mean is absent where no reference holds anything of its kind; that of contradictions leaves out rows whose think
    block never closed. Raises `UserError` for lists of different lengths and where no row has a reference.
    """
    rows = list(examples.examples_of("reference_agreement", predictions, references, contexts))
    found = [check_agreement(row.reference, row.answer, row.context) for row in rows]
    measured: dict[str, list[float]] = {}
    for row, agreement in zip(rows, found, strict=True):
        for name, value in agreement.metrics().items():
            if row.answered or name != "contradicted":
                measured.setdefault(name, []).append(value)
    means = {name: fmean(values) for name, values in measured.items()}
    return {**means, "agreement_per_example": [asdict(agreement) for agreement in found]}
