"""What a judge and what people said of the answers, where anybody was asked, and what the models know."""

from collections.abc import Mapping, Sequence
from typing import Any

from evals.knowledge import Accuracy, Knowledge
from evals.report.contents import Contents, words
from evals.report.text import p_text, percent

REVIEW = "review.json"
_OVERALL = "overall"


def missing(contents: Contents) -> str:
    """Return the line that says by whom the answers were not judged."""
    if contents.judge and contents.review:
        return ""
    return words()["no_people" if contents.judge else "no_judge" if contents.review else "unjudged"]


def judge(found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return the judge's grades and preferences as tables."""
    if not found:
        return None
    axes = list(dict.fromkeys(axis for row in found["pointwise"] for axis in row["axes"]))
    return {
        "model": found["model"],
        "axes": axes,
        "grades": [_graded(row, axes) for row in found["pointwise"]],
        "preferred": [_preferred(row) for row in found["pairwise"]],
    }


def people(found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return which answers people preferred, overall, as a table; review.md has the rest."""
    if not found:
        return None
    rows = [row for row in found["preferences"] if row["axis"] == _OVERALL]
    return {
        "ratings": found["ratings"],
        "questions": found["questions"],
        "raters": len(found["raters"]),
        "preferred": [_rated(row) for row in rows],
    }


def knowledge(found: Mapping[str, Knowledge]) -> dict[str, Any] | None:
    """Return each model's accuracy on the multiple-choice tasks as a table, and why some have none."""
    if not found:
        return None
    tasks = list(dict.fromkeys(task for known in found.values() for task in known.accuracy))
    return {
        "tasks": tasks,
        "rows": [(name, *(_accuracy(known.accuracy.get(task)) for task in tasks)) for name, known in found.items()],
        "reasons": [f"{name}: {known.reason}" for name, known in found.items() if known.reason],
    }


def _accuracy(found: Accuracy | None) -> str:
    return words()["absent"] if found is None else f"{percent(found.value)} ± {100 * found.stderr:.0f} (n = {found.n})"


def _graded(row: Mapping[str, Any], axes: Sequence[str]) -> tuple[str, ...]:
    cells = (_grade(row["axes"].get(axis)) for axis in axes)
    return row["model"], str(row["n"]), _count(row["unscored"]), *cells


def _grade(grade: Mapping[str, Any] | None) -> str:
    if grade is None:
        return words()["absent"]
    return f"{grade['mean']:.2f}" + ("" if grade["stderr"] is None else f" ± {grade['stderr']:.2f}")


def _preferred(row: Mapping[str, Any]) -> tuple[str, ...]:
    undecided = row["ties"] + row["identical"] + row["inconsistent"]
    counts = (row["wins"], row["losses"], undecided)
    shares = (row["win_rate"], row["agreement"], row["first_position"])
    return (
        row["first"],
        row["second"],
        *map(str, counts),
        _count(row["unscored"]),
        *map(_proportion, shares),
        p_text(row["p_value"]),
    )


def _proportion(found: Mapping[str, Any]) -> str:
    if found["share"] is None:
        return words()["absent"]
    return f"{percent(found['share'])} ({percent(found['low'])} to {percent(found['high'])})"


def _count(reasons: Mapping[str, int]) -> str:
    total = sum(reasons.values())
    return f"{total} ({', '.join(f'{reason}: {count}' for reason, count in reasons.items())})" if total else "0"


def _rated(row: Mapping[str, Any]) -> tuple[str, ...]:
    interval = "" if row["low"] is None else f" ({percent(row['low'])} to {percent(row['high'])})"
    counts = (row[name] for name in ("n", "won", "lost", "tied", "both_bad"))
    return row["second"], row["first"], *map(str, counts), percent(row["score"]) + interval
