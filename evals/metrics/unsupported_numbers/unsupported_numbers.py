"""Hugging Face `evaluate` metric: the share of answers with a number that nothing supports.

    import evaluate
    metric = evaluate.load("evals/metrics/unsupported_numbers")
    metric.compute(predictions=["- take\\n  - 400 mg"], references=["take 400 mg"], contexts=["it hurts"])

Load it from the root of this repository (or with the root on PYTHONPATH), as `structure_compliance`.
"""

import datasets
import evaluate

from evals.metrics import unsupported


class UnsupportedNumbers(evaluate.Metric):
    """The share of predictions with such a number, and the numbers of every one."""

    def _info(self):
        return evaluate.MetricInfo(
            description=unsupported.DESCRIPTION,
            citation="",
            inputs_description=unsupported.INPUTS,
            features=datasets.Features(
                {"predictions": datasets.Value("string"), "references": datasets.Value("string")}
            ),
        )

    def _compute(self, predictions, references, contexts=None):
        return unsupported.compute(predictions, references, contexts)
