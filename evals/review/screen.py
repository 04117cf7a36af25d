"""What the browser gets of a screen: two answers as trees and as text, and never a name of theirs."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from evals.review.plan import Showing
from evals.review.ratings import Rating
from evals.review.run import ReviewRun
from outline import Node, extract_answer, parse_outline


def screen(run: ReviewRun, showing: Showing, rating: Rating | None) -> dict[str, Any]:
    """Return a screen as JSON values; `rating` is what the rater said of it before."""
    question = run.questions[showing.item.question]
    said = None
    if rating is not None:
        said = {"verdicts": dict(rating.verdicts), "comment": rating.comment}
    return {
        "position": showing.position,
        "user": question.user,
        "reference": question.reference,
        "left": answer(run.completions[showing.left][showing.item.question]),
        "right": answer(run.completions[showing.right][showing.item.question]),
        "rating": said,
    }


@lru_cache(maxsize=512)
def answer(completion: str) -> dict[str, Any]:
    """Return an answer without its think block: `raw` (None: the block never closed) and `blocks` in reading order.

    A block is `{"prose": text}` or `{"points": [[depth from 1, text], ...]}`, parents before their children, under
    CommonMark as it stands: what a rater sees as a list is one.
    """
    raw = extract_answer(completion)
    outline = parse_outline(raw or "")
    placed: list[tuple[int, str | Node]] = [*outline.prose, *((root.line, root) for root in outline.roots)]
    blocks: list[dict[str, Any]] = []
    for _, part in sorted(placed, key=lambda pair: pair[0]):
        if isinstance(part, str):
            blocks.append({"prose": part})
        elif blocks and "points" in blocks[-1]:
            blocks[-1]["points"] += _points([part])
        else:
            blocks.append({"points": _points([part])})
    return {"raw": raw, "blocks": blocks}


def _points(nodes: Sequence[Node], depth: int = 1) -> list[tuple[int, str]]:
    return [point for node in nodes for point in ((depth, node.text), *_points(node.children, depth + 1))]
