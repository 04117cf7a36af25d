"""Scores models: an lm-eval task, an HF `evaluate` metric, the harness that runs them, statistics and the report."""
