"""Does a text keep the structure contract? Every criterion alone, and every violation with its place."""

from collections.abc import Iterator
from dataclasses import dataclass

from outline.blocks import shows_words
from outline.lenient import relax
from outline.nearness import nearness
from outline.spec import StructureSpec
from outline.tree import Outline, parse_outline

CRITERIA = ("list_only", "min_depth", "max_children", "max_roots", "no_empty")
"""The rules of the contract, in the order in which they are reported."""
BROKEN = 0.8
"""The highest score of a text that breaks the contract."""
_HEAD = 64
"""Lines: longer than most answers."""
_SHOWN = 60
"""Characters of a text outside the list that a violation tells."""


@dataclass(frozen=True)
class Violation:
    """One breach: the rule, the path of the point ("2.1.3"; "" is the whole text), its 1-based line (0: none)."""

    rule: str
    path: str
    line: int
    expected: str
    actual: str

    def message(self) -> str:
        """Return the violation as one line for a person or a teacher."""
        place = f"point {self.path} (line {self.line})" if self.path else "the answer"
        if not self.path and self.line:
            place = f"line {self.line}"
        return f"{self.rule}: {place}: expected {self.expected}, got {self.actual}"


@dataclass(frozen=True)
class ComplianceReport:
    """What `check_compliance` found; counts and violations are those of the strict reading."""

    compliant: bool
    """Every criterion holds under CommonMark as it stands."""
    lenient: bool
    """Every criterion holds once a code fence, odd bullets and odd indents are undone."""
    criteria: dict[str, bool]
    violations: tuple[Violation, ...]
    depth: int
    roots: int
    widest: int
    """Points under the parent that has most, the top level not counted."""
    points: int
    per_level: bool
    """Comparison only: compliant with the limit on each whole level instead of on each parent."""
    no_root_limit: bool
    """Comparison only: compliant with any number of points on the top level."""
    score: float
    """Graded compliance: 1 for a compliant text and no other; else `BROKEN` times its nearness, 0 without a list."""

    def feedback(self) -> str:
        """Return the violations as lines for a repair prompt; empty for a compliant text."""
        return "\n".join(violation.message() for violation in self.violations)


def check_compliance(text: str, spec: StructureSpec) -> ComplianceReport:
    """Hold `text` against `spec`, strictly and leniently.

    A text without any list fails `min_depth` (depth 0), and `list_only` too when it holds prose. Not covered: what
    the points say; and levels deeper than the parser counts (about thirty).
    """
    outline = parse_outline(text)
    violations = tuple(_violations(outline, spec))
    criteria = _criteria(violations)
    levels = outline.levels()
    others = criteria["list_only"] and criteria["min_depth"] and criteria["no_empty"]
    return ComplianceReport(
        compliant=not violations,
        # A text that keeps the contract as it stands is never read again.
        lenient=not violations or _keeps_leniently(relax(text), spec),
        criteria=criteria,
        violations=violations,
        depth=len(levels),
        roots=len(outline.roots),
        widest=outline.max_children,
        points=sum(levels),
        per_level=others and max(levels, default=0) <= spec.max_children,
        no_root_limit=others and criteria["max_children"],
        score=BROKEN * nearness(outline, spec) if violations else 1.0,
    )


def _criteria(violations: tuple[Violation, ...]) -> dict[str, bool]:
    broken = {violation.rule for violation in violations}
    return {rule: rule not in broken for rule in CRITERIA}


def _keeps_leniently(relaxed: str, spec: StructureSpec) -> bool:
    """Whether what `relax` returned keeps the contract; of a long text that breaks it early the rest is not read."""
    lines = relaxed.split("\n")
    if len(lines) > _HEAD and _breaks_for_good(parse_outline("\n".join(lines[:_HEAD])), spec):
        return False
    return next(_violations(parse_outline(relaxed), spec), None) is None


def _breaks_for_good(head: Outline, spec: StructureSpec) -> bool:
    """Whether no lines behind `head` mend it: a point or a list stays one, only the last block's text may change."""
    if spec.max_roots is not None and len(head.roots) > spec.max_roots:
        return True
    return not spec.allow_prose and (head.lists > 1 or len(head.prose) > 1)


def _violations(outline: Outline, spec: StructureSpec) -> Iterator[Violation]:
    """The breaches one by one: whoever asks whether there is any waits for the first alone."""
    if not spec.allow_prose:
        yield from _outside_the_list(outline)
    if outline.depth < spec.min_depth:
        yield Violation("min_depth", "", 0, f"at least {spec.min_depth} levels", _count(outline.depth, "level"))
    if spec.max_roots is not None and len(outline.roots) > spec.max_roots:
        allowed = f"at most {spec.max_roots} points on the top level"
        yield Violation("max_roots", "", outline.roots[spec.max_roots].line, allowed, str(len(outline.roots)))
    for path, _, node in outline.walk():
        if len(node.children) > spec.max_children:
            allowed = f"at most {spec.max_children} points under it"
            yield Violation("max_children", path, node.line, allowed, str(len(node.children)))
        if not shows_words(node.text):
            yield Violation("no_empty", path, node.line, "a point with words", repr(node.text))


def _outside_the_list(outline: Outline) -> Iterator[Violation]:
    for line, text in outline.prose:
        yield Violation("list_only", "", line, "nothing but the list", _shorten(text) or "a rule")
    if outline.lists > 1:
        yield Violation("list_only", "", 0, "one list", _count(outline.lists, "list"))


def _shorten(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…") if text else ""


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
