"""The figures as words and tables, in Markdown, from the values of `review.json`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.pages import templates
from evals.review.ratings import AXES, OVERALL
from settings import read_yaml

_HERE = Path(__file__).parent
_WORDS: Mapping[str, Any] = read_yaml(_HERE / "words.yml")
_ABSENT = "–"
_COMPLIANCE = ("compliance", "compliant")
"""Names of the strict reading in `scores.jsonl`: among the metrics, and among the fields."""

Figures = Mapping[str, Any]


@dataclass(frozen=True)
class Section:
    """A titled table."""

    title: str
    note: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def render_markdown(found: Figures) -> str:
    """Return the report of `as_json(summary)` as Markdown."""
    template = templates(_HERE).get_template("review.md.j2")
    return template.render(run=found["run"], remarks=remarks(found), sections=sections(found))


def remarks(found: Figures) -> list[str]:
    """Return the sentences above the tables."""
    words = _WORDS["remarks"]
    said = [words["head"].format(**{**found, "raters": len(found["raters"])})]
    if found["stale"]:
        said.append(words["stale"].format(**found))
    if not found["linked"]:
        said.append(words["apart"])
    compliant = next((each["wins"] for each in found["scores"] if each["score"] in _COMPLIANCE), None)
    if compliant:
        said.append(words["compliant"].format(**compliant, interval=_interval(compliant, "{:.0%}")))
    return said


def sections(found: Figures) -> list[Section]:
    """Return the tables that have rows, in order."""
    labels = [words["label"] for words in AXES.values()]
    columns = {**_WORDS["columns"], "axes": ["Condition", "Against", *labels]}
    columns["scores"] = [*columns["scores"], *labels]
    rows = {
        "overall": [_overall(each) for each in found["preferences"] if each["axis"] == OVERALL],
        "axes": _axes(found["preferences"]),
        "strengths": [(each["condition"], _between(each, "{:+.2f}"), str(each["n"])) for each in found["strengths"]],
        "agreement": [
            (AXES[each["axis"]]["label"], _number(each["alpha"]), str(each["items"]), _share(each["self"]))
            for each in found["agreement"]
        ],
        "raters": [
            (str(each["rater"]), str(each["n"]), _share(each["self"]), _share(each["left"]), f"{each['seconds']:.0f}")
            for each in found["raters"]
        ],
        "scores": [_score(each) for each in found["scores"]],
    }
    return [
        Section(**words, columns=columns[name], rows=rows[name])
        for name, words in _WORDS["sections"].items()
        if rows[name]
    ]


def _overall(each: Figures) -> tuple[str, ...]:
    counts = (str(each[name]) for name in ("n", "won", "lost", "tied", "both_bad"))
    return each["second"], each["first"], *counts, _share(each["decided"], n=False), _score_of(each)


def _axes(preferences: Sequence[Figures]) -> list[tuple[str, ...]]:
    pairs = dict.fromkeys((each["second"], each["first"]) for each in preferences)
    return [
        (*pair, *(_score_of(each) for each in preferences if (each["second"], each["first"]) == pair)) for pair in pairs
    ]


def _score(each: Figures) -> tuple[str, ...]:
    return each["score"], str(each["n"]), _share(each["wins"]), *map(_number, each["correlations"].values())


def _score_of(each: Figures) -> str:
    return f"{each['score']:.0%}{_interval(each, '{:.0%}')}"


def _between(each: Figures, form: str) -> str:
    return form.format(each["value"]) + _interval(each, form)


def _interval(each: Figures, form: str) -> str:
    """The interval in brackets after a figure; nothing where there is none, or where it is a point."""
    if each["low"] is None or each["low"] == each["high"]:
        return ""
    return f" ({form.format(each['low'])} to {form.format(each['high'])})"


def _share(each: Figures | None, n: bool = True) -> str:
    if each is None:
        return _ABSENT
    of = f" of {each['n']}" if n else ""
    return f"{each['value']:.0%}{of}{_interval(each, '{:.0%}')}"


def _number(value: float | None) -> str:
    return _ABSENT if value is None else f"{value:.2f}"
