"""Figures as text, the same in the terminal, in Markdown and in HTML."""

from evals.comparisons import Pair
from evals.measures import Measure, measures
from evals.report.contents import words
from evals.stats import Comparison
from evals.summary import Figure, Row


def percent(value: float | None) -> str:
    """Return a share in whole percent, with a decimal where it would else read as all or none."""
    if value is None:
        return words()["absent"]
    value = round(value, 9)  # statsmodels ends Wilson's interval of none at 3e-17
    rounded = round(100 * value)
    return f"{100 * value:.1f}%" if rounded in (0, 100) and value not in (0, 1) else f"{rounded}%"


def number(value: float | None, places: int = 2) -> str:
    """Return a number with so many decimals."""
    return words()["absent"] if value is None else f"{value:.{places}f}"


def signed(difference: float) -> str:
    """Return a difference of shares in percentage points, with its sign."""
    if not difference:
        return "0"
    rounded = round(100 * difference)
    return with_minus(f"{rounded:+d}" if rounded else f"{100 * difference:+.1f}")


def with_minus(text: str) -> str:
    """Return a number's text with the sign for minus in place of a hyphen."""
    return text.replace("-", "−")


def p_text(value: float) -> str:
    """Return `p = 0.012`, or `p < 0.001`."""
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def value_text(measure: Measure, value: float) -> str:
    """Return a measure's value in its unit."""
    if measure.kind == "share":
        return percent(value)
    return f"{value:,.0f}" if measure.scale == "tokens" else number(value, 1 if measure.scale else 2)


def interval_text(measure: Measure, figure: Figure) -> str:
    """Return an interval as `52 to 79%`; nothing where there is none, or where equal answers made it a point."""
    if figure.low is None or figure.high is None or figure.low == figure.high:
        return ""
    first, second = value_text(measure, figure.low), value_text(measure, figure.high)
    return f"{first.removesuffix('%')} to {second}"


def absent_text(row: Row, key: str) -> str:
    """Return what stands for a figure that is not there: nothing was scored, it does not apply, or it is unchecked."""
    applies = row.n and measures()[key].group != "safety"
    return words()["unchecked"] if applies else words()["absent"]


def partly(figure: Figure, row: Row) -> str:
    """Return `of 12` where a figure rests on fewer questions than its row has."""
    return f"of {figure.n}" if figure.n < row.n else ""


def difference_text(pair: Pair, measure: Measure) -> tuple[str, str]:
    """Return a difference and its interval, in points for shares; no interval where every pair says the same."""
    found = pair.comparison
    form = signed if measure.kind == "share" else lambda value: with_minus(f"{value:+.2f}")
    unit = " points" if measure.kind == "share" else ""
    if found.low is None or found.high is None or found.low == found.high:
        return form(found.difference) + unit, ""
    return form(found.difference) + unit, f"{form(found.low)} to {form(found.high)}"


def detectable_text(pair: Pair, measure: Measure) -> str:
    """Return the smallest difference that a comparison would have shown."""
    if pair.detectable is None:
        return words()["absent"]
    return f"{100 * pair.detectable:.0f} points" if measure.kind == "share" else number(pair.detectable)


def lowered(heading: str) -> str:
    """Return a heading as it stands within a sentence; an abbreviation stays as it is."""
    return heading if heading[:2].isupper() else heading[:1].lower() + heading[1:]


def sentence(pair: Pair, key: str, confidence: float) -> str:
    """Return a comparison as one sentence, its verdict last."""
    measure, found = measures()[key], pair.comparison
    difference, span = difference_text(pair, measure)
    p_value = found.p_value if found.p_holm is None else found.p_holm
    facts = [f"{percent(confidence)} interval {span}" if span else "no interval", f"Holm {p_text(p_value)}"]
    facts.append(f"n = {found.n}")
    if isinstance(found, Comparison):
        swings = {"gained": found.gained, "lost": found.lost}
        facts.append(words()["swings"].format(first=found.first, second=found.second, **swings))
    return words()["sentence"].format(
        first=found.first,
        second=found.second,
        measure=lowered(measure.heading),
        difference=difference,
        facts=", ".join(facts),
        verdict=pair.verdict,
    )


def differs(pair: Pair) -> bool:
    """Whether the comparison has shown a difference."""
    return pair.verdict in ("better", "worse")
