"""Headings that the gate would take for something that a reply must have said."""

from collections.abc import Iterator

from outline import FidelityReport, check_fidelity
from outline.fidelity import FINDINGS
from prep.rules.vocabulary import Vocabulary

_NEUTRAL = "Points"
_REPLIES = (
    ("Press the blue button", "Wait for the tone"),
    ("Do not press the blue button", "Do not open the lid"),
)
"""What is put below a heading: an order, and what must not be done."""


def harmful(vocabulary: Vocabulary) -> Iterator[tuple[str, str, str]]:
    """Yield each heading or label that alters what stands below it: its key, its text, and what is read in it.

    Each is held against the fidelity check above points that a reply has word for word, a label below its own heading
    too. A heading is told of once, and its labels then below a neutral one.
    """
    yield from _told("courtesy_heading", vocabulary.courtesy_heading)
    for number, section in enumerate(vocabulary.sections):
        place = f"sections.{number}"
        found = list(_told(f"{place}.heading", section.heading))
        yield from found
        above = _NEUTRAL if found else section.heading
        yield from _told(f"{place}.label", section.label, above)
        for kind, words in enumerate(section.kinds):
            yield from _told(f"{place}.kinds.{kind}.label", words.label, above)


def _told(key: str, text: str, above: str = _NEUTRAL) -> Iterator[tuple[str, str, str]]:
    for points in _REPLIES:
        report = check_fidelity(". ".join(points), _outline(above, text, points))
        if report.found:
            yield key, text, _reading(report)
            return


def _outline(above: str, text: str, points: tuple[str, ...]) -> str:
    return "\n".join([f"- {above}", f"  - {text}", *(f"    - {point}" for point in points)])


def _reading(report: FidelityReport) -> str:
    numbers = [value for name in FINDINGS if "negations" not in name for value in getattr(report, name)]
    return f"a number ({', '.join(numbers)})" if numbers else "a negation of what stands below it"
