"""Figures as text, the same in the table, in Markdown and in HTML."""

from evals.stats import Comparison, Share
from evals.summary import Row

COLUMNS = {
    "model": "Model",
    "n": "n",
    "compliance": "Compliant",
    "lenient": "Lenient",
    "depth": "Depth",
    "breadth": "Breadth",
    "unsupported": "Unsupported numbers",
    "tokens": "Tokens",
    "truncated": "Truncated",
    "repetition": "Repetition",
}
NOTES = {
    "Compliant": "the answer is one outline that keeps every rule, read as CommonMark; ± is the standard error",
    "Lenient": "the same after undoing a code fence, • bullets and odd indents",
    "Depth, breadth": "levels of the list, and children of its widest parent; means",
    "Unsupported numbers": "share of answers with a number that neither patient nor doctor wrote",
    "Tokens": "median of a completion, think block included",
    "Truncated": "share that reached the limit of new tokens",
    "Repetition": "share of word 4-grams that occurred before in the same answer (seq-rep-4, Welleck et al. 2019)",
}
_ABSENT = "–"


def cells(row: Row) -> dict[str, str]:
    """Return the text of every column of a model's row."""
    return {
        "model": row.name,
        "n": f"{row.n} (+{row.unscored} unscored)" if row.unscored else str(row.n),
        "compliance": with_stderr(row.compliance),
        "lenient": with_stderr(row.lenient),
        "depth": number(row.depth),
        "breadth": number(row.breadth),
        "unsupported": _unsupported(row),
        "tokens": _ABSENT if row.tokens is None else f"{row.tokens:.0f}",
        "truncated": percent(row.truncated),
        "repetition": percent(row.repetition),
    }


def percent(value: float | None) -> str:
    """Return a share as whole percent."""
    return _ABSENT if value is None else f"{100 * value:.0f}%"


def number(value: float | None) -> str:
    """Return a mean with one decimal."""
    return _ABSENT if value is None else f"{value:.1f}"


def with_stderr(value: Share | None) -> str:
    """Return `67% ± 7`."""
    return _ABSENT if value is None else f"{100 * value.value:.0f}% ± {100 * value.stderr:.0f}"


def points(difference: float) -> str:
    """Return a difference of shares in percentage points, with its sign."""
    rounded = round(100 * difference)
    return f"{rounded:+d}" if rounded else "0"


def p_value(value: float) -> str:
    """Return `p = 0.012`, or `p < 0.001`."""
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def sentence(pair: Comparison, confidence: float) -> str:
    """Return a paired comparison as one sentence."""
    interval = f"{100 * confidence:.0f}% interval {points(pair.low)} to {points(pair.high)}"
    return (
        f"{pair.second} against {pair.first}: {points(pair.difference)} points of strict compliance "
        f"({interval}, {p_value(pair.p_value)}, "
        f"n = {pair.n}); only {pair.second} complies on {pair.gained} questions, only {pair.first} on {pair.lost}."
    )


def remarks(row: Row) -> list[str]:
    """Return what the figures of a model do not show by themselves."""
    said = []
    if row.compliant_truncated:
        said.append(f"{row.name}: {row.compliant_truncated} of its compliant answers never ended by themselves.")
    if row.unanswered:
        said.append(f"{row.name}: {row.unanswered} answers have a think block that never closed; they score 0.")
    if row.error:
        said.append(f"{row.name} ended early, {row.unscored} questions are unscored: {row.error}")
    return said


def _unsupported(row: Row) -> str:
    if row.unsupported is None:
        return _ABSENT if row.n == 0 else "unchecked"
    partly = f" of {row.unsupported_n}" if row.unsupported_n < row.n else ""
    return percent(row.unsupported.value) + partly
