"""Blind ratings by people: two answers side by side, and what the ratings say.

`python -m evals.review` serves the page, `python -m evals.review.report` reads the ratings. Both work on the folder
that the harness leaves, `results/<run>`, and keep the ratings there. See docs/review.md.
"""
