"""What people read: the table on standard output, report.md, report.html and summary.json."""

from evals.report.html import render_html
from evals.report.markdown import render_markdown
from evals.report.table import render_table

__all__ = ["render_html", "render_markdown", "render_table"]
