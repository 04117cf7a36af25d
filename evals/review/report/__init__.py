"""What the ratings say, as figures and as text. `review.json` holds `as_json`, for the evaluation's report."""

from evals.review.report.summary import Summary, as_json, summarize
from evals.review.report.text import render_markdown

__all__ = ["Summary", "as_json", "render_markdown", "summarize"]
