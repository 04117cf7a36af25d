"""Check a file of outlines, anyone's: read it, measure every row, add the rows up."""

import csv
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from outline.compliance import CRITERIA, ComplianceReport, Violation, check_compliance
from outline.fidelity import FINDINGS, FidelityReport, check_fidelity
from outline.spec import StructureSpec
from settings import UserError, parse_jsonl, read_jsonl

FORMATS = (".jsonl", ".csv", ".parquet", ".md")


@dataclass(frozen=True)
class CheckSummary:
    """Every row's reports, in file order, and what they add up to."""

    compliance: tuple[ComplianceReport, ...]
    fidelity: tuple[FidelityReport, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the counts as the one JSON object that `check --json` prints; rows are 0-based, shares 0 to 1."""
        rows = self.compliance
        return {
            "n": len(rows),
            "compliant": sum(row.compliant for row in rows),
            "compliance": sum(row.compliant for row in rows) / len(rows),
            "lenient": sum(row.lenient for row in rows) / len(rows),
            "criteria": {rule: sum(row.criteria[rule] for row in rows) / len(rows) for rule in CRITERIA},
            "per_level": sum(row.per_level for row in rows) / len(rows),
            "no_root_limit": sum(row.no_root_limit for row in rows) / len(rows),
            "noncompliant_rows": [number for number, row in enumerate(rows) if not row.compliant],
            "fidelity": self._fidelity(),
        }

    def _fidelity(self) -> dict[str, Any]:
        checked = [report for report in self.fidelity if report.checked]
        coverage = [report.coverage for report in checked if report.coverage is not None]
        findings = {
            f"{name.removesuffix('s')}_rows": [
                number for number, report in enumerate(self.fidelity) if getattr(report, name)
            ]
            for name in FINDINGS
        }
        return {
            "checked": len(checked),
            "unchecked": len(self.fidelity) - len(checked),
            "faithful": sum(bool(report.faithful) for report in checked),
            "not_english_rows": [number for number, report in enumerate(self.fidelity) if not report.english],
            "mean_coverage": math.fsum(coverage) / len(coverage) if coverage else None,
            **findings,
        }

    def frequent_violations(self) -> list[tuple[str, int, int, Violation]]:
        """Return (rule, violations, 0-based row of the first, that violation), the most frequent rule first."""
        found = [(number, violation) for number, row in enumerate(self.compliance) for violation in row.violations]
        counts = Counter(violation.rule for _, violation in found)
        first = {violation.rule: (number, violation) for number, violation in reversed(found)}
        return [(rule, count, *first[rule]) for rule, count in counts.most_common()]


def check_rows(
    rows: Iterable[dict[str, Any]],
    spec: StructureSpec,
    field: str,
    source_field: str | None,
    context_field: str | None,
    read: Callable[[str], str | None] = str,
) -> CheckSummary:
    """Measure each row's outline, and its fidelity where `source_field` names a text.

    `read` gives the outline in the text of `field`, None where there is none, which fails as an empty one does.

    Raises `UserError` for no rows at all and for a row without the field or with one that is no text; a null outline
    counts as an empty, failing answer.
    """
    compliance, fidelity = [], []
    for number, row in enumerate(rows):
        answer = read(_text(row, field, number)) or ""
        source = _text(row, source_field, number) if source_field else None
        context = _text(row, context_field, number) if context_field else ""
        compliance.append(check_compliance(answer, spec))
        fidelity.append(check_fidelity(source, answer, context))
    if not compliance:
        raise UserError("there is nothing to check: the file holds no row", hint="give a file with at least one")
    return CheckSummary(tuple(compliance), tuple(fidelity))


def _text(row: dict[str, Any], field: str, number: int) -> str:
    if field not in row:
        raise UserError(
            f"row {number} (0-based) has no field {field!r}; it has: {', '.join(map(str, row)) or 'none'}",
            hint="name the fields with --field, --source-field and --context-field",
        )
    value = row[field]
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if not isinstance(value, str):
        raise UserError(f"row {number} (0-based): field {field!r} must be a text, got {type(value).__name__}")
    return value


def read_rows(path: str, field: str) -> list[dict[str, Any]]:
    """Return the rows of a .jsonl, .csv or .parquet file; a .md file is one outline, "-" is standard input.

    Standard input is read as JSON Lines if its first line is a JSON object, else as one Markdown outline.
    """
    if path == "-":
        return _rows_of_text(sys.stdin.read(), field)
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        raise UserError(f"{path}: the format is told by the file's ending: {', '.join(FORMATS)}; got {suffix!r}")
    if not Path(path).is_file():
        raise UserError(f"{path}: there is no such file")
    if suffix == ".jsonl":
        return read_jsonl(path)
    try:
        if suffix == ".parquet":
            return _parquet_rows(path)
        with open(path, encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file)) if suffix == ".csv" else [{field: file.read()}]
    except (OSError, ValueError, csv.Error) as error:
        raise UserError(f"{path}: the file cannot be read: {error}") from error


def _rows_of_text(text: str, field: str) -> list[dict[str, Any]]:
    if not text.lstrip().startswith("{"):
        return [{field: text}]
    return parse_jsonl(text, "standard input")


def _parquet_rows(path: str) -> list[dict[str, Any]]:
    try:
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise UserError(f"{path}: reading Parquet needs pyarrow", hint="pip install pyarrow") from error
    return parquet.read_table(path).to_pylist()
