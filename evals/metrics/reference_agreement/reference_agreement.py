"""Hugging Face `evaluate` metric: what of its reference an answer has, and what it contradicts.

    import evaluate
    metric = evaluate.load("evals/metrics/reference_agreement")
    metric.compute(predictions=["- take\\n  - 400 mg"], references=["take 400 mg"], contexts=["it hurts"])

Load it from the root of this repository (or with the root on PYTHONPATH), as `structure_compliance`.
"""

import datasets
import evaluate

from evals.metrics import agreement


class ReferenceAgreement(evaluate.Metric):
    """The mean of every measure, and each prediction's agreement with all that was found."""

    def _info(self):
        return evaluate.MetricInfo(
            description=agreement.DESCRIPTION,
            citation="",
            inputs_description=agreement.INPUTS,
            features=datasets.Features(
                {"predictions": datasets.Value("string"), "references": datasets.Value("string")}
            ),
        )

    def _compute(self, predictions, references, contexts=None):
        return agreement.compute(predictions, references, contexts)
