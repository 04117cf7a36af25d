"""What people read: the table on standard output, report.md, report.html, summary.json and a card for each model."""

from evals.report.write import write_report

__all__ = ["write_report"]
