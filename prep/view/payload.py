"""The rows as the page's script reads them: every alignment and every mark is worked out before."""

from collections.abc import Mapping, Sequence
from typing import Any

from outline import StructureSpec
from prep.conversion import Finding
from prep.view.findings import Examined, Point, examine
from prep.view.run import Row

GROUPS = ("structure", "fidelity", "refused", "outcome", "alignment")
"""The groups of finding kinds in the order of the filter; `refused`: recorded when the answer came; `outcome`: why a
row was failed or skipped."""


def row_payload(row: Row, spec: StructureSpec) -> dict[str, Any]:
    """Return a row as JSON-ready values, its `kinds` as texts ("structure: max_children").

    Offsets are those of the page's language: UTF-16 units.
    """
    given = row.consultation
    examined = [
        examine(given.reply, given.question(), attempt.answer, spec, attempt.violations) for attempt in row.attempts
    ]
    kinds = {finding.kind for attempt in examined for finding in attempt.findings}
    return {
        "index": given.index,
        "status": row.status,
        "severity": given.status,
        "kind": row.kind,
        "reason": "" if _is_told(row) else row.reason,
        "description": given.description,
        "patient": given.patient,
        "reply": given.doctor,
        "kinds": kinds | ({f"outcome: {row.kind}"} if row.kind else set()),
        "attempts": [_attempt(given.reply, found) for found in examined],
        "requests": [_request(request) for request in row.requests],
    }


def _is_told(row: Row) -> bool:
    """Whether the reason is what the gate found in the last answer, which stands among its findings."""
    return any(line.startswith(f"{row.kind}: ") for attempt in row.attempts[-1:] for line in attempt.violations)


def number_kinds(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return all kinds of the rows, group by group, and put their places in that list (0-based) into the rows."""
    kinds = sorted({kind for row in rows for kind in row["kinds"]}, key=_order)
    places = {kind: place for place, kind in enumerate(kinds)}
    for row in rows:
        row["kinds"] = sorted(places[kind] for kind in row["kinds"])
    return kinds


def _order(kind: str) -> tuple[int, str]:
    return GROUPS.index(kind.partition(": ")[0]), kind


def _attempt(reply: str, found: Examined) -> dict[str, Any]:
    at = _Units(reply)
    return {
        "points": [_point(point, at) for point in found.points],
        "findings": [{"kind": finding.kind, "message": _message(finding)} for finding in found.findings],
        "marks": [[at(mark.start), at(mark.end), mark.finding] for mark in found.marks],
    }


def _point(point: Point, at: "_Units") -> dict[str, Any]:
    """What is empty is left out: most of it is, of most points."""
    own = _Units(point.text)
    values = {
        "spans": [[at(start), at(end)] for start, end in point.spans],
        "marks": [[own(mark.start), own(mark.end), mark.finding] for mark in point.marks],
        "findings": point.findings,
    }
    return {"path": point.path, "text": point.text, **{name: value for name, value in values.items() if value}}


def _message(finding: Finding) -> str:
    """A structure violation's message begins with its rule, which the page shows anyway."""
    return finding.message.removeprefix(finding.kind.removeprefix("structure: ") + ": ")


def _request(request: Mapping[str, Any]) -> str:
    """A line of the journal in words; the raw response stays in failed.jsonl."""
    seconds, error, turn = request.get("seconds"), request.get("error"), request.get("turn")
    asked = f"for attempt {turn}: " if turn else ""
    took = f" after {seconds:.1f} s" if isinstance(seconds, int | float) else ""
    return asked + (f"error{took}: {error}" if error else f"answered{took}")


class _Units:
    """Character offsets as UTF-16 units, in which a character above U+FFFF counts twice."""

    def __init__(self, text: str) -> None:
        self._wide = [place for place, character in enumerate(text) if ord(character) > 0xFFFF]

    def __call__(self, offset: int) -> int:
        return offset + sum(place < offset for place in self._wide)
