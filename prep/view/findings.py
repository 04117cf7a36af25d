"""What is wrong with an outline, each finding at its place in the reply or in the outline."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from outline import (
    ComplianceReport,
    FidelityReport,
    Outline,
    StructureSpec,
    check_compliance,
    check_fidelity,
    parse_outline,
    render_outline,
)
from outline.fidelity import FINDINGS
from outline.mentions import Mention
from outline.negations import negation_mentions
from outline.quantities import quantity_mentions
from prep.conversion import Finding
from prep.view.align import Span, align, words_of

UNPLACED = "alignment: point not found in the reply"
UNCOVERED = "alignment: words that no point covers"


@dataclass(frozen=True)
class Mark:
    """A stretch of a text, and the place in the list of findings (0-based) of the one that it shows."""

    start: int
    end: int
    finding: int


@dataclass
class Point:
    """A point as plain text; `spans` are those of the reply that it came from.

    `findings` are those of the point as a whole, by their place in the list. A text outside the list is a point
    without a path.
    """

    path: str
    text: str
    spans: tuple[Span, ...] = ()
    marks: list[Mark] = field(default_factory=list)
    findings: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Examined:
    """An outline held against its reply; `marks` are those of the reply."""

    points: list[Point]
    findings: list[Finding]
    marks: list[Mark]


def examine(reply: str, context: str, answer: str, spec: StructureSpec, recorded: Sequence[str] = ()) -> Examined:
    """Return an answer (Markdown) as points with what is wrong with it under `spec`.

    As the gate does, an answer that only needs its fence, bullets or indents undone is read in its normal form.
    `context` is the patient's text, which supports numbers. `recorded` are the findings ("kind: message") for which
    the answer was refused when it came: those that are not found again are listed too, without a place.
    """
    outline, compliance = _as_judged(answer, check_compliance(answer, spec), spec)
    points, lines = _points(outline)
    findings = [Finding(f"structure: {found.rule}", found.message()) for found in compliance.violations]
    _place(points, compliance, lines)
    fidelity = check_fidelity(reply, outline, context)
    lost, invented = _fidelity(findings, fidelity)
    _mark_points(points, invented)
    marks = [Mark(mention.start, mention.end, number) for mention, number in _matches(reply, lost)]
    findings += _others(recorded, compliance, fidelity)
    return Examined(points, findings, marks + _align(reply, points, findings))


def _as_judged(answer: str, report: ComplianceReport, spec: StructureSpec) -> tuple[Outline, ComplianceReport]:
    if report.compliant or not report.lenient:
        strict = parse_outline(answer)
        # Without one point by CommonMark, what a person would call the points says more than a paragraph does.
        return (strict if strict.roots else parse_outline(answer, lenient=True)), report
    normal = render_outline(parse_outline(answer, lenient=True))
    return parse_outline(normal), check_compliance(normal, spec)


def _points(outline: Outline) -> tuple[list[Point], dict[int, Point]]:
    """The texts outside the list, then the points, as `check_fidelity` reads them; and each by its line."""
    points, lines = [], {}
    nodes = [(path, node.line, node.text) for path, _, node in outline.walk()]
    for path, line, text in [("", line, text) for line, text in outline.prose] + nodes:
        points.append(Point(path, text.replace("*", "").replace("`", "")))
        lines.setdefault(line, points[-1])
    return points, lines


def _place(points: Sequence[Point], report: ComplianceReport, lines: dict[int, Point]) -> None:
    paths = {point.path: point for point in points if point.path}
    for number, violation in enumerate(report.violations):
        if point := paths.get(violation.path) or lines.get(violation.line):
            point.findings.append(number)


Wanted = dict[tuple[str, str], int]
"""By what it is about (`quantity` or `negation`) and its normal form: the place of the finding in the list."""


def _fidelity(findings: list[Finding], report: FidelityReport) -> tuple[Wanted, Wanted]:
    """Add a finding for each form of the report, and return those that were lost and those that were invented."""
    lost: Wanted = {}
    invented: Wanted = {}
    for name, text in FINDINGS.items():
        about = "negation" if name.endswith("negations") else "quantity"
        for form in getattr(report, name):
            (lost if name.startswith("lost") else invented).setdefault((about, form), len(findings))
            findings.append(Finding(f"fidelity: {name.replace('_', ' ')}", f"{text}: {form}"))
    return lost, invented


def _matches(text: str, wanted: Wanted) -> Iterable[tuple[Mention, int]]:
    """The mentions in `text` of what is wanted, each with its finding."""
    kinds = {about for about, _ in wanted}
    for about, mentions in (("quantity", quantity_mentions), ("negation", negation_mentions)):
        for mention in mentions(text) if about in kinds else ():
            for form in sorted(mention.forms):
                if (about, form) in wanted:
                    yield mention, wanted[about, form]


def _mark_points(points: Sequence[Point], invented: Wanted) -> None:
    """Mark what was invented. Found in the whole text, as the check reads it, and then parted by points."""
    if not invented:
        return
    found = list(_matches("\n".join(point.text for point in points), invented))
    first = 0
    for point in points:
        last = first + len(point.text)
        for mention, number in found:
            if first <= mention.start and mention.end <= last:
                point.marks.append(Mark(mention.start - first, mention.end - first, number))
        first = last + 1


def _align(reply: str, points: Sequence[Point], findings: list[Finding]) -> list[Mark]:
    """Give each point its spans, add what was not found to the findings, and return the uncovered words as marks."""
    listed = [point for point in points if point.path]
    aligned = align(reply, [point.text for point in listed])
    unplaced = []
    for at, (point, spans) in enumerate(zip(listed, aligned.spans, strict=True)):
        # A heading sums up what is below it: a single word that the reply has too is no place it came from.
        heading = at + 1 < len(listed) and listed[at + 1].path.startswith(f"{point.path}.")
        lone = all(" " not in reply[start:end].strip() for start, end in spans)
        point.spans = () if heading and lone else spans
        unplaced += [] if spans or heading else [point]
    if unplaced:
        for point in unplaced:
            point.findings.append(len(findings))
        findings.append(Finding(UNPLACED, f"{len(unplaced)} of {len(listed)} points"))
    if aligned.uncovered:
        words = sum(word.content for start, end in aligned.uncovered for word in words_of(reply[start:end]))
        findings.append(Finding(UNCOVERED, f"{words} {'word' if words == 1 else 'words'} of the reply"))
    return [Mark(start, end, len(findings) - 1) for start, end in aligned.uncovered]


def _others(recorded: Sequence[str], compliance: ComplianceReport, fidelity: FidelityReport) -> list[Finding]:
    again = {f"{violation.rule}: {violation.message()}" for violation in compliance.violations}
    again |= {f"fidelity: {line}" for line in fidelity.feedback().splitlines()}
    left = [line.partition(": ") for line in recorded if line not in again]
    return [Finding(f"refused: {kind}", message or kind) for kind, _, message in left]
