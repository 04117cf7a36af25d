"""Figures that say how much they can be believed; docs/statistics.md has each method with its source."""

from evals.stats.intervals import Interval, mean_interval
from evals.stats.multiplicity import holm
from evals.stats.paired import Comparison, ScoreComparison, compare, compare_pairs, compare_score_pairs, compare_scores
from evals.stats.power import Detectable, detectable, detectable_of, fewest_pairs
from evals.stats.samples import AtK, all_of_k, at_k, pass_at_k
from evals.stats.seeds import SeedRow, combine_seeds, mean_of_seeds
from evals.stats.shares import Share, share, stderr
from evals.stats.two_by_two import Interaction, interaction
from evals.stats.verdicts import verdict

__all__ = [
    "AtK",
    "Comparison",
    "Detectable",
    "Interaction",
    "Interval",
    "ScoreComparison",
    "SeedRow",
    "Share",
    "all_of_k",
    "at_k",
    "combine_seeds",
    "compare",
    "compare_pairs",
    "compare_score_pairs",
    "compare_scores",
    "detectable",
    "detectable_of",
    "fewest_pairs",
    "holm",
    "interaction",
    "mean_interval",
    "mean_of_seeds",
    "pass_at_k",
    "share",
    "stderr",
    "verdict",
]
