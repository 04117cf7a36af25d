"""Which outlines are kept: those that comply, are faithful, and say about as much as the reply."""

import re
from collections.abc import Sequence

from outline import (
    FidelityReport,
    Outline,
    StructureSpec,
    check_compliance,
    check_fidelity,
    parse_outline,
    render_outline,
)
from outline.words import UNSPACED
from prep.config import Gate as Limits
from prep.consultation import Consultation
from prep.conversion import Finding, Turn
from prep.teachers import Answer


class Gate:
    """Holds a teacher's answer against the spec and the reply; the patient's text may support what it says."""

    def __init__(self, spec: StructureSpec, limits: Limits) -> None:
        self.spec = spec
        self.limits = limits
        self._negations = _any_of(limits.negations) if limits.negations else None

    def judge(self, row: Consultation, answer: Answer) -> Turn:
        """Return the turn with its findings; no findings means that the outline is kept.

        An answer that only needs its fence, bullets or indents undone is taken in its normal form: that costs no
        words, and a repair would cost a request.
        """
        if not answer.content.strip():
            cut = f": it was cut off {answer.cut}" if answer.cut else ""
            found = [Finding("empty", f"the answer was empty{cut}")]
            return Turn(answer.fingerprint, answer.content, "", tuple(found), None, answer.usage)
        report = check_compliance(answer.content, self.spec)
        text, outline = answer.content, parse_outline(answer.content)
        if report.lenient:
            # The normal form is the list alone: prose that the spec may allow is not in it.
            outline = Outline(parse_outline(answer.content, lenient=not report.compliant).roots)
            text = render_outline(outline)
            report = report if report.compliant else check_compliance(text, self.spec)
        fidelity = check_fidelity(row.reply, outline, context=row.question())
        found = [Finding(violation.rule, violation.message()) for violation in report.violations]
        found += self._fidelity(fidelity) + self._counted(row.reply, text)
        if answer.cut:
            found.insert(0, Finding("cut off", f"the answer was cut off {answer.cut}"))
        return Turn(answer.fingerprint, answer.content, text, tuple(found), fidelity, answer.usage)

    def _counted(self, reply: str, text: str) -> list[Finding]:
        """What `gate.negations` finds: a count of words, for languages whose negations nothing here reads."""
        given, told = ([] if self._negations is None else self._negations.findall(each) for each in (reply, text))
        if len(given) == len(told):
            return []
        said = f"{len(told)} negating words ({_shown(told)}), the reply has {len(given)} ({_shown(given)})"
        return [Finding("negations", f"the outline has {said}")]

    def _fidelity(self, report: FidelityReport) -> list[Finding]:
        found = [Finding("fidelity", line) for line in report.feedback().splitlines()]
        if report.coverage is not None and report.coverage < self.limits.min_coverage:
            said = f"{report.coverage:.0%} of the reply's content words are kept"
            found.append(Finding("coverage", f"{said}, at least {self.limits.min_coverage:.0%} must be"))
        if report.expansion is not None and report.expansion > self.limits.max_expansion:
            said = f"the outline has {report.expansion:.1f} times the reply's words"
            found.append(Finding("expansion", f"{said}, at most {self.limits.max_expansion:g} times is allowed"))
        return found


def _any_of(words: Sequence[str]) -> re.Pattern[str]:
    """A pattern of any of `words`, the longest first: whole ones, but where a script has no spaces to tell them by."""
    longest = sorted(words, key=len, reverse=True)
    parts = (re.escape(word) if UNSPACED.search(word) else rf"(?<!\w){re.escape(word)}(?!\w)" for word in longest)
    return re.compile("|".join(parts), re.IGNORECASE)


def _shown(words: Sequence[str]) -> str:
    return ", ".join(words) or "none"
