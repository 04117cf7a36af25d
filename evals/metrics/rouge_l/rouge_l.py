"""Hugging Face `evaluate` metric: ROUGE-L of the points of outlines against references.

    import evaluate
    metric = evaluate.load("evals/metrics/rouge_l")
    metric.compute(predictions=["- take\\n  - 400 mg"], references=["take 400 mg"])

Load it from the root of this repository (or with the root on PYTHONPATH), as `structure_compliance`.
"""

import datasets
import evaluate

from evals.metrics import rouge


class RougeL(evaluate.Metric):
    """The mean ROUGE-L F1, and that of every prediction."""

    def _info(self):
        return evaluate.MetricInfo(
            description=rouge.DESCRIPTION,
            citation=rouge.CITATION,
            inputs_description=rouge.INPUTS,
            features=datasets.Features(
                {"predictions": datasets.Value("string"), "references": datasets.Value("string")}
            ),
        )

    def _compute(self, predictions, references, use_stemmer=False):
        return rouge.compute(predictions, references, use_stemmer)
