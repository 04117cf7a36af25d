"""What the ratings say, as figures (`as_json`), as text and as a section of the evaluation's report."""

from evals.review.report.summary import CONFIDENCE, REVIEW, Summary, as_json, read_review, summarize
from evals.review.report.text import render_markdown, render_section

__all__ = [
    "CONFIDENCE",
    "REVIEW",
    "Summary",
    "as_json",
    "read_review",
    "render_markdown",
    "render_section",
    "summarize",
]
