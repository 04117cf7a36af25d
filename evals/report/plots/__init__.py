"""The plots of a run as inline SVG, each with its numbers as a table beside it."""

from evals.report.contents import Contents
from evals.report.groups import by_length, by_severity
from evals.report.plots.counts import distribution, support
from evals.report.plots.lines import at_k, checkpoints
from evals.report.plots.plot import Plot
from evals.report.plots.shares import by_group, compliance

__all__ = ["Plot", "plots"]

_BEYOND = 5
"""Columns beyond the limit before the rest are counted together."""


def plots(contents: Contents) -> list[Plot]:
    """Return the plots for which there is something to draw."""
    spec = contents.spec
    deepest, widest = spec.min_depth + 3, spec.max_children + _BEYOND
    found = [
        compliance(contents),
        support(contents),
        distribution(contents, "depth", deepest, range(spec.min_depth, deepest + 2)),
        distribution(contents, "breadth", widest, range(1, spec.max_children + 1)),
        by_group("severity", by_severity(contents)),
        by_group("length", by_length(contents)),
        at_k(contents),
    ]
    return [*(plot for plot in found if plot), *checkpoints(contents)]
