"""An answer as the page shows it: its points with what is wrong at each, in JSON values."""

from collections.abc import Sequence
from typing import Any

from evals.completions import Completion
from evals.scoring import Score
from outline import Outline, Violation, extract_answer, parse_outline, quantity_mentions

Pieces = str | list[str]
"""A text; or its pieces, plain and marked ones in turn, the first of them plain."""


def answer(completion: Completion, score: Score) -> dict[str, Any]:
    """Return an answer: `verdict`, `note`, `points`, `outside` (texts beside the list), `problems`, `unsupported`.

    A point is [depth from 1, text, problems]; a text outside is [line, text, whether it stands before the list]. An
    answer without any list has its text in `raw`, with a think block only where that never closed. What is empty is
    left out.
    """
    given = extract_answer(completion.completion)
    text = completion.completion if given is None else given
    outline, lenient = _read(given or "")
    numbers = frozenset(score.unsupported or ())
    at_points, of_all = _placed(score.structure.violations)
    first = outline.roots[0].line if outline.roots else 0
    outside = [[line, pieces(said, numbers), line < first] for line, said in outline.prose] if outline.roots else []
    values = {
        "points": [
            [depth, pieces(node.text, numbers), *([at_points[path]] if path in at_points else [])]
            for path, depth, node in outline.walk()
        ],
        "outside": outside,
        "problems": of_all,
        "unsupported": list(score.unsupported or ()),
        "raw": "" if outline.roots or not text.strip() else pieces(text, numbers),
        "note": note(completion, score, lenient),
    }
    return {"verdict": verdict(score), **{name: value for name, value in values.items() if value}}


def verdict(score: Score) -> str:
    """Return `compliant`, `lenient` (only in the lenient reading) or `broken`."""
    if score.compliant:
        return "compliant"
    return "lenient" if score.structure.lenient else "broken"


def note(completion: Completion, score: Score, lenient: bool) -> str:
    """Return in words how an answer was made and read."""
    said = [f"{completion.tokens} token{'' if completion.tokens == 1 else 's'}"] if completion.tokens else []
    if not score.answered:
        said.append("its think block never closed: no answer")
    elif "</think>" in completion.completion:
        said.append("its think block is left out")
    if completion.finish_reason == "length":
        said.append("cut at the limit")
    if lenient:
        said.append("shown as the lenient reading has it")
    return ", ".join(said)


def pieces(text: str, numbers: frozenset[str]) -> Pieces:
    """Return a text with those of its numbers marked whose normal form is in `numbers`."""
    if not numbers:
        return text
    cut, end = [], 0
    for mention in quantity_mentions(text):
        if mention.forms & numbers and mention.start >= end:
            cut += [text[end : mention.start], text[mention.start : mention.end]]
            end = mention.end
    return [*cut, text[end:]] if cut else text


def _read(text: str) -> tuple[Outline, bool]:
    """The strict reading, or the lenient one where the strict finds no list."""
    outline = parse_outline(text)
    if outline.roots:
        return outline, False
    relaxed = parse_outline(text, lenient=True)
    return relaxed, bool(relaxed.roots)


def _placed(violations: Sequence[Violation]) -> tuple[dict[str, list[str]], list[str]]:
    at_points: dict[str, list[str]] = {}
    of_all = []
    for violation in violations:
        if violation.path:
            said = f"{violation.rule}: expected {violation.expected}, got {violation.actual}"
            at_points.setdefault(violation.path, []).append(said)
        else:
            of_all.append(violation.message())
    return at_points, of_all
