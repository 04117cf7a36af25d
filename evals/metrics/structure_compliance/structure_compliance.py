"""Hugging Face `evaluate` metric: the share of texts that keep the outline contract.

    import evaluate
    metric = evaluate.load("evals/metrics/structure_compliance")
    metric.compute(predictions=["- a\\n  - b\\n    - c"])

Load it from the root of this repository (or with the root on PYTHONPATH): `evaluate` copies this one file into its
own cache, and the copy imports `evals` and `outline`.
"""

import datasets
import evaluate

from evals.metrics import structure


class StructureCompliance(evaluate.Metric):
    """The share of predictions that comply, strictly and leniently, each criterion alone, mean depth and breadth."""

    def _info(self):
        return evaluate.MetricInfo(
            description=structure.DESCRIPTION,
            citation="",
            inputs_description=structure.INPUTS,
            features=datasets.Features({"predictions": datasets.Value("string")}),
        )

    def _compute(self, predictions, spec=structure.SPEC):
        return structure.compute(predictions, spec)
