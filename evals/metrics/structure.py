"""What the `structure_compliance` metric computes, importable without `evaluate`."""

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

from outline import DEFAULT_SPEC, StructureSpec, check_compliance, extract_answer
from settings import UserError

SPEC = Path(__file__).parents[2] / DEFAULT_SPEC
"""The contract of this repository, from whatever folder it is asked for."""

DESCRIPTION = "Share of texts that are one markdown outline of the depth and breadth of a structure contract."
INPUTS = "predictions: list of str, think blocks included; spec: path of the contract (YAML)"


def compute(predictions: Sequence[str], spec: str | Path = SPEC) -> dict[str, float]:
    """Return `compliance`, `compliance_lenient`, one `criterion_<name>` each (shares from 0 to 1), `depth`, `breadth`.

    Raises `UserError` when there is no prediction: a share of nothing is no number.
    """
    if not predictions:
        raise UserError("structure_compliance: there are no predictions to score")
    contract = StructureSpec.load(spec)
    reports = [check_compliance(extract_answer(text) or "", contract) for text in predictions]
    criteria = {f"criterion_{name}": fmean(report.criteria[name] for report in reports) for name in reports[0].criteria}
    return {
        "compliance": fmean(report.compliant for report in reports),
        "compliance_lenient": fmean(report.lenient for report in reports),
        **criteria,
        "depth": fmean(report.depth for report in reports),
        "breadth": fmean(report.widest for report in reports),
    }
